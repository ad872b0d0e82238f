#include "render/averaging.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "sarinr/base/error.h"

namespace sarinr {

namespace {

AveragingDomain domain_of(Quantity wanted) {
  if (is_detected(wanted)) return AveragingDomain::power;
  if (wanted == Quantity::complex) return AveragingDomain::complex;
  return wanted == Quantity::categorical ? AveragingDomain::category : AveragingDomain::value;
}

}  // namespace

BandConversion conversion(const BandModel& source, Quantity wanted, const std::string& label) {
  BandConversion band{source, source, domain_of(wanted)};
  if (wanted == source.quantity) return band;
  if (!is_detected(wanted) || !(is_detected(source.quantity) || source.quantity == Quantity::complex)) {
    throw Error(label + " is of quantity " + std::string(name(source.quantity)) + " and cannot be given as " +
                std::string(name(wanted)) +
                ": amplitude, power and db can be turned into each other, and complex into any of them");
  }
  band.target = {wanted, PixelType::f32, std::numeric_limits<double>::quiet_NaN()};
  return band;
}

Sample to_domain(const BandConversion& band, Sample value) {
  if (band.domain != AveragingDomain::power) return value;
  switch (band.source.quantity) {
    case Quantity::amplitude:
      return {value.re * value.re, 0};
    case Quantity::decibel:
      return {std::exp(value.re * (std::numbers::ln10 / 10)), 0};
    case Quantity::complex:
      return {value.re * value.re + value.im * value.im, 0};
    default:
      return value;
  }
}

ClassifiedSample from_domain(const BandConversion& band, Sample value) {
  if (band.domain != AveragingDomain::power) {
    const bool zero = band.domain == AveragingDomain::complex && value.re == 0 && value.im == 0;
    return {value, zero ? PixelClass::zero : PixelClass::valid};
  }
  const double power = value.re;
  if (band.target.quantity == Quantity::decibel) {
    if (power > 0) return {{10 * std::log10(power), 0}, PixelClass::valid};
    return {{}, PixelClass::not_a_number};
  }
  if (power == 0) return {{}, PixelClass::zero};
  if (band.target.quantity == Quantity::power) {
    return {{power, 0}, power < 0 ? PixelClass::negative : PixelClass::valid};
  }
  if (power < 0) return {{}, PixelClass::not_a_number};
  return {{std::sqrt(power), 0}, PixelClass::valid};
}

void FootprintMean::add(AveragingDomain domain, Sample value, PixelClass pixel_class, double weight) {
  if (!has_number(pixel_class)) {
    missing_[static_cast<std::size_t>(pixel_class)] += weight;
    return;
  }
  weight_ += weight;
  if (domain != AveragingDomain::category) {
    sum_.re += weight * value.re;
    sum_.im += weight * value.im;
    return;
  }
  const auto found =
      std::find_if(categories_.begin(), categories_.end(), [&](const auto& entry) { return entry.first == value.re; });
  if (found == categories_.end()) {
    categories_.emplace_back(value.re, weight);
  } else {
    found->second += weight;
  }
}

Sample FootprintMean::mean() const {
  if (categories_.empty()) return {sum_.re / weight_, sum_.im / weight_};
  const auto heavier = [](const auto& a, const auto& b) { return a.second < b.second; };
  return {std::max_element(categories_.begin(), categories_.end(), heavier)->first, 0};
}

PixelClass FootprintMean::missing_class() const {
  const double* most = std::max_element(missing_, missing_ + pixel_class_count);
  return *most > 0 ? static_cast<PixelClass>(most - missing_) : PixelClass::nodata;
}

}  // namespace sarinr
