#include "sarinr/benchmark/coding_image.h"

#include <algorithm>
#include <cmath>

#include "sarinr/base/error.h"

namespace sarinr::benchmark {

namespace {

/// Decibels of an amplitude for one decade of the coding domain.
double decibels_per_decade(CodingDomain domain) { return domain == CodingDomain::amplitude ? 20 : 40; }

void fill_and_measure(CodingImage& image) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < image.pixels(); ++i) {
    if (image.valid[i] == 0) continue;
    const float value = image.values[i];
    image.low = count == 0 ? value : std::min(image.low, value);
    image.high = count == 0 ? value : std::max(image.high, value);
    sum += value;
    ++count;
  }
  if (count == 0 || image.low == image.high) {
    throw Error(image.name + (count == 0 ? " has no valid pixel" : " is constant") + ": there is nothing to code");
  }
  const auto mean = static_cast<float>(sum / static_cast<double>(count));
  for (std::size_t i = 0; i < image.pixels(); ++i) {
    if (image.valid[i] == 0) image.values[i] = mean;
  }
}

}  // namespace

std::string_view name(CodingDomain domain) {
  switch (domain) {
    case CodingDomain::decibel:
      return "db";
    case CodingDomain::root_amplitude:
      return "sqrt-amplitude";
    case CodingDomain::amplitude:
      break;
  }
  return "amplitude";
}

CodingDomain domain_from_name(const std::string& text) {
  for (const CodingDomain domain : {CodingDomain::decibel, CodingDomain::root_amplitude, CodingDomain::amplitude}) {
    if (text == name(domain)) return domain;
  }
  throw Error("unknown coding domain '" + text + "': the domains are db, sqrt-amplitude and amplitude");
}

double from_decibels(CodingDomain domain, double decibels) {
  return domain == CodingDomain::decibel ? decibels : std::pow(10, decibels / decibels_per_decade(domain));
}

double to_decibels(CodingDomain domain, double value) {
  return domain == CodingDomain::decibel ? value : decibels_per_decade(domain) * std::log10(value);
}

CodingImage coding_image(const std::string& image_name, const RasterWindow& window, std::size_t band,
                         const BandModel& model, CodingDomain domain) {
  if (!is_detected(model.quantity)) {
    throw Error(image_name + " is " + std::string(name(model.quantity)) +
                ": codecs are compared on amplitude, power and db; give --quantity if it is one of these");
  }
  CodingImage image;
  image.name = image_name;
  image.width = window.extent.width;
  image.height = window.extent.height;
  image.domain = domain;
  const std::vector<Sample>& samples = window.samples.at(band);
  image.values.assign(samples.size(), 0);
  image.valid.assign(samples.size(), 0);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!window.mask.empty() && window.mask[i] == 0) continue;
    if (classify(model, samples[i]) != PixelClass::valid) continue;
    double decibels = 0;
    to_fit_domain(model, samples[i], &decibels);
    const auto value = static_cast<float>(from_decibels(domain, decibels));
    if (!std::isfinite(value) || !std::isfinite(decibels)) continue;
    image.values[i] = value;
    image.valid[i] = 1;
  }
  fill_and_measure(image);
  return image;
}

RangeMapping::RangeMapping(double low, double high, int bits)
    : low_(low), step_((high - low) / (std::exp2(bits) - 1)), most_(std::exp2(bits) - 1) {}

std::uint16_t RangeMapping::code(double value) const {
  return static_cast<std::uint16_t>(std::clamp(std::round((value - low_) / step_), 0.0, most_));
}

std::vector<std::uint16_t> codes(const CodingImage& image, const RangeMapping& mapping) {
  std::vector<std::uint16_t> out;
  out.reserve(image.pixels());
  for (const float value : image.values) out.push_back(mapping.code(value));
  return out;
}

std::vector<float> values(const std::vector<std::uint16_t>& all, const RangeMapping& mapping) {
  std::vector<float> out;
  out.reserve(all.size());
  for (const std::uint16_t code : all) out.push_back(static_cast<float>(mapping.value(code)));
  return out;
}

}  // namespace sarinr::benchmark
