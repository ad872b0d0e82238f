#include "scene/pair_strip.h"

#include <cmath>
#include <cstdio>

#include "sarinr/base/error.h"
#include "sarinr/quality/report.h"

namespace sarinr {

namespace {

/// Throws where a value of backscatter is so large or so small that its power is not a number to compute with: it is a
/// mark for missing pixels that nobody declared, or the quantity is not what it was taken for.
SampleValues checked(const BandModel& model, Sample sample, const SampleValues& values) {
  if (std::isfinite(values.power) && values.power != 0) return values;
  char number[32];
  std::snprintf(number, sizeof number, "%.4g", sample.re);
  throw Error("the value " + std::string(number) + " cannot be taken as " + std::string(name(model.quantity)) +
              ": declare it as nodata, or say with --quantity what the numbers are");
}

}  // namespace

SampleValues values_of(const BandModel& model, Sample sample) {
  if (model.quantity == Quantity::complex) {
    const double power = sample.re * sample.re + sample.im * sample.im;
    return checked(model, sample, {10 * std::log10(power), power, power});
  }
  double domain = 0;
  to_fit_domain(model, sample, &domain);
  switch (model.quantity) {
    case Quantity::amplitude:
      return checked(model, sample, {domain, sample.re, sample.re * std::abs(sample.re)});
    case Quantity::power:
      return checked(model, sample, {domain, sample.re, sample.re});
    case Quantity::decibel: {
      const double power = std::pow(10, sample.re / 10);
      return checked(model, sample, {domain, power, power});
    }
    default:
      return {domain, 0, 0};
  }
}

PixelClass class_in(const RasterWindow& window, std::size_t band, std::size_t i, const BandModel& model) {
  if (!window.mask.empty() && window.mask[i] == 0) return PixelClass::masked;
  return classify(model, window.samples[band][i]);
}

void PairStrip::Side::resize(std::size_t pixels, bool backscatter, bool is_complex) {
  domain.assign(pixels, no_value);
  linear.assign(backscatter ? pixels : 0, no_value);
  power.assign(backscatter ? pixels : 0, no_value);
  complex.assign(is_complex ? pixels : 0, {no_value, no_value});
}

void PairStrip::Side::set(std::size_t i, const BandModel& model, Sample sample) {
  const SampleValues values = values_of(model, sample);
  domain[i] = values.domain;
  if (!linear.empty()) {
    linear[i] = values.linear;
    power[i] = values.power;
  }
  if (!complex.empty()) complex[i] = {sample.re, sample.im};
}

void PairStrip::fill(const RasterWindow& reference, const RasterWindow& test, std::size_t band) {
  extent_ = reference.extent;
  const std::size_t pixels = reference.samples[band].size();
  const bool backscatter = is_backscatter(reference_model_.quantity);
  const bool is_complex = reference_model_.quantity == Quantity::complex;
  for (Side* side : {&reference_, &test_}) side->resize(pixels, backscatter, is_complex);
  for (std::size_t i = 0; i < pixels; ++i) {
    const PixelClass a = class_in(reference, band, i, reference_model_);
    const PixelClass b = class_in(test, band, i, test_model_);
    if (has_value(a) && has_value(b)) {
      reference_.set(i, reference_model_, reference.samples[band][i]);
      test_.set(i, test_model_, test.samples[band][i]);
      disagreement_.sign += a != b ? 1 : 0;
    } else {
      disagreement_.reference_only += has_value(a) ? 1 : 0;
      disagreement_.test_only += has_value(b) ? 1 : 0;
    }
  }
}

PairRow PairStrip::row(int i) const {
  const auto width = static_cast<std::size_t>(extent_.width);
  const auto part = [&]<class T>(const std::vector<T>& values) {
    return values.empty() ? std::span<const T>()
                          : std::span(values).subspan(static_cast<std::size_t>(i) * width, width);
  };
  return {.y = extent_.y + i,
          .reference = part(reference_.domain),
          .test = part(test_.domain),
          .reference_linear = part(reference_.linear),
          .test_linear = part(test_.linear),
          .reference_power = part(reference_.power),
          .test_power = part(test_.power),
          .reference_complex = part(reference_.complex),
          .test_complex = part(test_.complex)};
}

}  // namespace sarinr
