#include "render/derivative.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "sarinr/base/error.h"

namespace sarinr {

namespace {

/// The terms of f(t): the chain rule with f's value and first two derivatives there.
FieldTerms chained(const FieldTerms& t, double value, double first, double second) {
  FieldTerms out;
  out.value = value;
  out.x = first * t.x;
  out.y = first * t.y;
  out.xx = first * t.xx + second * t.x * t.x;
  out.xy = first * t.xy + second * t.x * t.y;
  out.yy = first * t.yy + second * t.y * t.y;
  return out;
}

/// The terms of t^2.
FieldTerms square(const FieldTerms& t) { return chained(t, t.value * t.value, 2 * t.value, 2); }

FieldTerms sum(const FieldTerms& a, const FieldTerms& b) {
  return {a.value + b.value, a.x + b.x, a.y + b.y, a.xx + b.xx, a.xy + b.xy, a.yy + b.yy};
}

/// 10^(t / decade) for decibels t.
FieldTerms from_decibels(const FieldTerms& t, double decade, double sign) {
  const double factor = std::numbers::ln10 / decade;
  const double value = sign * std::pow(10.0, t.value / decade);
  return chained(t, value, factor * value, factor * factor * value);
}

/// Positive power as amplitude, power or decibels.
FieldTerms from_power(const FieldTerms& p, Quantity wanted) {
  if (wanted == Quantity::amplitude) {
    const double root = std::sqrt(p.value);
    return chained(p, root, 0.5 / root, -0.25 / (root * p.value));
  }
  if (wanted == Quantity::decibel) {
    const double factor = 10 / std::numbers::ln10;
    return chained(p, 10 * std::log10(p.value), factor / p.value, -factor / (p.value * p.value));
  }
  return p;
}

/// One channel's terms in the target's quantity; amplitude, power and decibel bands hold decibels.
FieldTerms in_quantity(const BandConversion& band, const FieldTerms& t, PixelClass pixel_class) {
  const double sign = pixel_class == PixelClass::negative ? -1 : 1;
  if (band.domain != AveragingDomain::power || band.target.quantity == Quantity::decibel) return t;
  return from_decibels(t, band.target.quantity == Quantity::amplitude ? 20 : 10, sign);
}

/// Terms along the target's axes, per metre: the map is taken as affine over the pixel.
FieldTerms along_target(const FieldTerms& t, const Footprint& f, const PixelStep& step) {
  const double column_x = f.column_x / step.column;
  const double column_y = f.column_y / step.column;
  const double row_x = f.row_x / step.row;
  const double row_y = f.row_y / step.row;
  FieldTerms out;
  out.value = t.value;
  out.x = t.x * column_x + t.y * column_y;
  out.y = t.x * row_x + t.y * row_y;
  out.xx = t.xx * column_x * column_x + 2 * t.xy * column_x * column_y + t.yy * column_y * column_y;
  out.yy = t.xx * row_x * row_x + 2 * t.xy * row_x * row_y + t.yy * row_y * row_y;
  return out;
}

double component(const FieldTerms& t, Derivative derivative) {
  switch (derivative) {
    case Derivative::x:
      return t.x;
    case Derivative::y:
      return t.y;
    case Derivative::laplacian:
      return t.xx + t.yy;
    default:
      return t.x * t.x + t.y * t.y;
  }
}

}  // namespace

BandModel derivative_band(const BandConversion& band, Derivative derivative, const std::string& label) {
  if (band.domain == AveragingDomain::category) {
    throw Error(label + " is categorical and has no derivative: leave it out with --bands");
  }
  const bool complex = band.domain == AveragingDomain::complex && derivative != Derivative::gradient;
  return {complex ? Quantity::complex : Quantity::other, complex ? PixelType::cf32 : PixelType::f32,
          std::numeric_limits<double>::quiet_NaN()};
}

int derivative_order(Derivative derivative) { return derivative == Derivative::laplacian ? 2 : 1; }

ClassifiedSample derivative_of(const BandConversion& band, Derivative derivative, const FieldTerms* channels,
                               PixelClass pixel_class, const Footprint& footprint, const PixelStep& step) {
  const ClassifiedSample none{{}, has_value(pixel_class) ? PixelClass::not_a_number : pixel_class};
  if (!has_value(pixel_class)) {
    return {{}, pixel_class == PixelClass::zero ? PixelClass::not_a_number : pixel_class};
  }
  const bool negative = pixel_class == PixelClass::negative;
  if (negative && band.target.quantity == Quantity::decibel) return none;
  if (negative && band.target.quantity == Quantity::amplitude && band.source.quantity == Quantity::power) return none;
  if (band.source.quantity != Quantity::complex) {
    const FieldTerms terms = along_target(in_quantity(band, channels[0], pixel_class), footprint, step);
    const double value = component(terms, derivative);
    return {{derivative == Derivative::gradient ? std::sqrt(value) : value, 0}, PixelClass::valid};
  }
  if (band.domain == AveragingDomain::power) {
    const FieldTerms power = sum(square(channels[0]), square(channels[1]));
    if (power.value <= 0) return none;
    const double value = component(along_target(from_power(power, band.target.quantity), footprint, step), derivative);
    return {{derivative == Derivative::gradient ? std::sqrt(value) : value, 0}, PixelClass::valid};
  }
  const double re = component(along_target(channels[0], footprint, step), derivative);
  const double im = component(along_target(channels[1], footprint, step), derivative);
  if (derivative == Derivative::gradient) return {{std::sqrt(re + im), 0}, PixelClass::valid};
  return {{re, im}, PixelClass::valid};
}

}  // namespace sarinr
