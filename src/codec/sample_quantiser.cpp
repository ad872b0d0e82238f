#include "codec/sample_quantiser.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

namespace sarinr {

namespace {

constexpr double most_index = 1e15;
constexpr std::size_t most_intervals = 1 << 17;

/// base to a whole power by repeated squaring.
double power(double base, std::int64_t exponent) {
  double result = 1;
  auto left = static_cast<std::uint64_t>(exponent < 0 ? -exponent : exponent);
  for (double square = base; left != 0; left >>= 1) {
    if ((left & 1) != 0) result = result * square;
    square = square * square;
  }
  return exponent < 0 ? 1 / result : result;
}

/// Floats in the order of their numbers, -0 just below 0.
std::int64_t ordered_bits(double number) {
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(number));
  const std::int64_t magnitude = bits & 0x7FFFFFFFu;
  return (bits >> 31) != 0 ? -magnitude - 1 : magnitude;
}

double float_of(std::int64_t ordered) {
  constexpr std::int64_t most = 0x7FFFFFFF;
  const std::int64_t magnitude = std::min(most, ordered < 0 ? -(ordered + 1) : ordered);
  const std::uint32_t sign = ordered < 0 ? 0x80000000u : 0u;
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(magnitude) | sign));
}

bool is_magnitude(Quantity quantity) { return quantity == Quantity::amplitude || quantity == Quantity::power; }

/// Rounding to the type takes a part of what a bound allows: these shares of it are tried.
constexpr double shares[] = {1 - 1e-5, 1 - 1e-3, 0.9, 0.5};

}  // namespace

double sample_error(const BandModel& band, const SampleBound& bound, Sample source, Sample stored) {
  const bool same = source.re == stored.re && source.im == stored.im;
  if (same) return 0;
  switch (bound.kind) {
    case SampleBound::Kind::lossless:
      return 1;
    case SampleBound::Kind::absolute:
      return std::hypot(source.re - stored.re, source.im - stored.im);
    case SampleBound::Kind::decibel:
      break;
  }
  if (band.quantity == Quantity::decibel) return std::abs(source.re - stored.re);
  const double ratio = source.re / stored.re;
  const double factor = band.quantity == Quantity::amplitude ? 20 : 10;
  return ratio > 0 ? std::abs(factor * std::log10(ratio)) : std::numeric_limits<double>::infinity();
}

bool within(const BandModel& band, const SampleBound& bound, Sample source, Sample stored) {
  return sample_error(band, bound, source, stored) <= bound.limit;
}

SampleQuantiser::SampleQuantiser(Form form, double parameter, double highest, std::uint32_t start)
    : form_(form), parameter_(parameter), start_(start) {
  if (form != Form::intervals) return;
  const double wall = start;
  for (double begin = 1; begin <= highest && begins_.size() < most_intervals;) {
    const double last = begin < wall ? wall - 1 : highest;
    const double value = std::min(last, std::floor(begin * parameter));
    begins_.push_back(begin);
    values_.push_back(value);
    begin = std::min(last, std::floor(value * parameter)) + 1;
  }
}

double SampleQuantiser::end_of(double number) const {
  const auto next = std::upper_bound(begins_.begin(), begins_.end(), number);
  return next == begins_.end() ? number + 1 : *next;
}

bool SampleQuantiser::parameter_fits(Form form, double parameter) {
  if (form == Form::bits) return parameter == 0;
  return std::isfinite(parameter) && parameter > (form == Form::uniform ? 0 : 1) && parameter < 1e300;
}

bool SampleQuantiser::reaches(double number) const {
  switch (form_) {
    case Form::uniform:
      return std::abs(number / parameter_) < most_index && !(number == 0 && std::signbit(number));
    case Form::geometric:
      return number > 0 && std::abs(std::log(number) / std::log(parameter_)) < most_index;
    case Form::intervals:
      return number >= 1 && begins_.size() < most_intervals;
    case Form::bits:
      return static_cast<double>(static_cast<float>(number)) == number;
    case Form::frame:
      break;
  }
  return false;
}

std::int64_t SampleQuantiser::index(double number) const {
  switch (form_) {
    case Form::uniform:
      return std::llround(number / parameter_);
    case Form::geometric:
      return std::llround(std::log(number) / std::log(parameter_));
    case Form::intervals:
      return std::upper_bound(begins_.begin(), begins_.end(), number) - begins_.begin();
    case Form::bits:
      return ordered_bits(number);
    case Form::frame:
      break;
  }
  return 0;
}

double SampleQuantiser::value(std::int64_t index) const {
  switch (form_) {
    case Form::uniform:
      return static_cast<double>(index) * parameter_;
    case Form::geometric:
      return power(parameter_, index);
    case Form::intervals:
      return values_[static_cast<std::size_t>(
          std::clamp<std::int64_t>(index - 1, 0, static_cast<std::int64_t>(values_.size()) - 1))];
    case Form::bits:
      return float_of(index);
    case Form::frame:
      break;
  }
  return 0;
}

namespace {

/// Bounds in the numbers' own units.
void add_uniform(const BandModel& band, double limit, double highest, std::vector<SampleQuantiser>& found) {
  using Form = SampleQuantiser::Form;
  const double component = band.quantity == Quantity::complex ? limit / std::numbers::sqrt2 : limit;
  if (is_integer(band.type)) {
    found.emplace_back(Form::uniform, 2 * std::floor(component) + 1, highest);
    return;
  }
  for (const double share : shares) found.emplace_back(Form::uniform, 2 * component * share, highest);
}

/// Bounds in decibels of magnitudes.
void add_relative(const BandModel& band, double limit, double highest, std::vector<SampleQuantiser>& found) {
  using Form = SampleQuantiser::Form;
  const double factor = band.quantity == Quantity::amplitude ? 20 : 10;
  for (const double share : shares) {
    const double ratio = std::pow(10, limit * share / factor);
    const bool whole = is_integer(band.type);
    found.emplace_back(whole ? Form::intervals : Form::geometric, whole ? ratio : ratio * ratio, highest);
  }
}

void add_lossless(const BandModel& band, double highest, std::vector<SampleQuantiser>& found) {
  using Form = SampleQuantiser::Form;
  if (is_integer(band.type)) {
    found.emplace_back(Form::uniform, 1, highest);
    return;
  }
  // Floats are often whole numbers, or those divided by a power of two.
  for (const int digits : {0, 4, 8}) found.emplace_back(Form::uniform, std::ldexp(1, -digits), highest);
  if (band.type == PixelType::f32 || band.type == PixelType::cf32) found.emplace_back(Form::bits, 0, highest);
}

}  // namespace

std::vector<SampleQuantiser> candidate_quantisers(const BandModel& band, const SampleBound& bound) {
  const double highest = sarinr::highest(band.type);
  std::vector<SampleQuantiser> found;
  if (bound.kind == SampleBound::Kind::decibel && is_magnitude(band.quantity)) {
    add_relative(band, bound.limit, highest, found);
  } else if (bound.kind != SampleBound::Kind::lossless) {
    add_uniform(band, bound.limit, highest, found);
  }
  add_lossless(band, highest, found);
  std::erase_if(found, [](const SampleQuantiser& quantiser) {
    return !SampleQuantiser::parameter_fits(quantiser.form(), quantiser.parameter());
  });
  return found;
}

}  // namespace sarinr
