#include "sarinr/radiometry/band.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "sarinr/base/error.h"

namespace sarinr {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Bands whose field holds decibels of the magnitude.
bool is_detected_linear(Quantity quantity) { return quantity == Quantity::amplitude || quantity == Quantity::power; }

/// Decibels per decade of the band's numbers.
double decibels_per_decade(Quantity quantity) { return quantity == Quantity::amplitude ? 20.0 : 10.0; }

/// The nodata value as pixels of the band can hold it. An integer band whose nodata value lies outside its type (-9999
/// in a Byte raster is common) has no pixel of that value, as GDAL has it.
std::optional<double> nodata_in_type(const BandModel& band) {
  if (!band.nodata) return std::nullopt;
  const double nodata = *band.nodata;
  if (is_integer(band.type) && !(nodata >= lowest(band.type) && nodata <= highest(band.type))) return std::nullopt;
  return round_to(band.type, nodata);
}

bool is_nodata(const std::optional<double>& nodata, Sample sample) {
  if (!nodata) return false;
  if (std::isnan(*nodata)) return std::isnan(sample.re) || std::isnan(sample.im);
  return sample.re == *nodata && sample.im == 0;
}

/// The exact sample of a class without a value.
Sample class_value(const BandModel& band, PixelClass pixel_class) {
  switch (pixel_class) {
    case PixelClass::nodata:
    case PixelClass::masked:
      return {nodata_in_type(band).value_or(0.0), 0};
    case PixelClass::not_a_number:
      return {not_a_number, band.quantity == Quantity::complex ? not_a_number : 0.0};
    case PixelClass::positive_infinity:
      return {infinity, 0};
    case PixelClass::negative_infinity:
      return {-infinity, 0};
    default:
      return {0, 0};
  }
}

/// What the field's values mean, before the source type has its say.
Sample unrounded(const BandModel& band, PixelClass pixel_class, const double* values) {
  if (band.quantity == Quantity::categorical) {
    throw Error("samples of a categorical band are stored, not computed from a field", ErrorKind::internal);
  }
  if (band.quantity == Quantity::complex) return {values[0], values[1]};
  if (!is_detected_linear(band.quantity)) return {values[0], 0};
  const double magnitude = std::exp(values[0] * (std::numbers::ln10 / decibels_per_decade(band.quantity)));
  return {pixel_class == PixelClass::negative ? -magnitude : magnitude, 0};
}

/// A finite component of the type; NaN, which only a damaged field gives, becomes 0.
double finite_component(PixelType type, double value) {
  if (std::isnan(value)) return 0;
  return round_to(type, std::clamp(value, lowest(type), highest(type)));
}

/// The representable value nearest to `value` in [low, high], other than nodata.
double nearest_real(PixelType type, const std::optional<double>& nodata, double value, double low, double high) {
  const double nearest = std::clamp(finite_component(type, value), low, high);
  if (!nodata || nearest != *nodata) return nearest;
  const double above = next_value(type, nearest, true);
  const double below = next_value(type, nearest, false);
  const bool has_above = above != nearest && above <= high;
  const bool has_below = below != nearest && below >= low;
  if (has_above && has_below) return value - below < above - value ? below : above;
  return has_below ? below : above;
}

Sample real_sample(const BandModel& band, PixelClass pixel_class, double value) {
  double low = lowest(band.type);
  double high = highest(band.type);
  if (is_detected_linear(band.quantity)) {
    // A mask that calls a pixel of an unsigned band negative is damaged; the pixel stays valid and positive.
    if (pixel_class == PixelClass::negative && low < 0) {
      high = next_value(band.type, 0, false);
    } else {
      low = next_value(band.type, 0, true);
    }
  }
  return {nearest_real(band.type, nodata_in_type(band), value, low, high), 0};
}

Sample complex_sample(const BandModel& band, Sample value) {
  const PixelType type = band.type;
  const std::optional<double> nodata = nodata_in_type(band);
  const auto is_class = [&](Sample s) { return (s.re == 0 && s.im == 0) || is_nodata(nodata, s); };
  const Sample nearest{finite_component(type, value.re), finite_component(type, value.im)};
  if (!is_class(nearest)) return nearest;
  const Sample wanted{std::isnan(value.re) ? 0 : value.re, std::isnan(value.im) ? 0 : value.im};
  const std::array<Sample, 4> neighbours{{{next_value(type, nearest.re, true), nearest.im},
                                          {next_value(type, nearest.re, false), nearest.im},
                                          {nearest.re, next_value(type, nearest.im, true)},
                                          {nearest.re, next_value(type, nearest.im, false)}}};
  Sample best = neighbours[2];
  double best_distance = infinity;
  for (const Sample& candidate : neighbours) {
    const double distance = std::hypot(candidate.re - wanted.re, candidate.im - wanted.im);
    if (!is_class(candidate) && distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace

int BandModel::channels() const {
  if (quantity == Quantity::categorical) return 0;
  return quantity == Quantity::complex ? 2 : 1;
}

PixelClass classify(const BandModel& band, Sample sample) {
  if (is_nodata(nodata_in_type(band), sample)) return PixelClass::nodata;
  if (std::isnan(sample.re) || std::isnan(sample.im)) return PixelClass::not_a_number;
  if (band.quantity == Quantity::complex) {
    if (std::isinf(sample.re) || std::isinf(sample.im)) return PixelClass::not_a_number;
    return sample.re == 0 && sample.im == 0 ? PixelClass::zero : PixelClass::valid;
  }
  if (std::isinf(sample.re)) return sample.re > 0 ? PixelClass::positive_infinity : PixelClass::negative_infinity;
  if (!is_detected_linear(band.quantity)) return PixelClass::valid;
  if (sample.re == 0) return PixelClass::zero;
  return sample.re < 0 ? PixelClass::negative : PixelClass::valid;
}

void to_fit_domain(const BandModel& band, Sample sample, double* out) {
  if (band.quantity == Quantity::categorical) return;
  if (is_detected_linear(band.quantity)) {
    out[0] = decibels_per_decade(band.quantity) * std::log10(std::abs(sample.re));
    return;
  }
  out[0] = sample.re;
  if (band.quantity == Quantity::complex) out[1] = sample.im;
}

Sample to_source_type(const BandModel& band, PixelClass pixel_class, Sample value) {
  if (!has_value(pixel_class)) return class_value(band, pixel_class);
  if (band.quantity == Quantity::complex) return complex_sample(band, value);
  return real_sample(band, pixel_class, value.re);
}

Sample from_fit_domain(const BandModel& band, PixelClass pixel_class, const double* values) {
  if (!has_value(pixel_class)) return class_value(band, pixel_class);
  return to_source_type(band, pixel_class, unrounded(band, pixel_class, values));
}

Sample physical_value(const BandModel& band, PixelClass pixel_class, const double* values) {
  if (!has_value(pixel_class)) return class_value(band, pixel_class);
  return unrounded(band, pixel_class, values);
}

}  // namespace sarinr
