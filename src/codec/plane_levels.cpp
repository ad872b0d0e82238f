#include "codec/plane_levels.h"

#include <algorithm>
#include <bit>

namespace sarinr {

namespace {

/// 4096 log2(value) by repeated squaring, cut off; 0 for values below 1.
std::int32_t logarithm(std::int64_t value) {
  if (value < 1) return 0;
  const int digits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value))) - 1;
  std::uint64_t mantissa = (static_cast<std::uint64_t>(value) << 31) >> digits;  // [2^31, 2^32)
  std::int32_t result = digits;
  for (int bit = 0; bit < 12; ++bit) {
    mantissa = (mantissa * mantissa) >> 31;
    const bool carry = (mantissa >> 32) != 0;
    if (carry) mantissa >>= 1;
    result = 2 * result + (carry ? 1 : 0);
  }
  return result;
}

}  // namespace

PlaneLevels::PlaneLevels(std::int64_t low, std::int64_t high, bool logarithmic)
    : low_(low), high_(high), logarithmic_(logarithmic) {
  constexpr std::int64_t most_levels = 1 << 20;
  if (!logarithmic) {
    const auto scaled = [&] { return shift_ >= 0 ? (high - low) << shift_ : (high - low) >> -shift_; };
    while (scaled() >= most_levels) --shift_;
    return;
  }
  constexpr std::int32_t octave = 4096;
  for (std::int64_t index = low; index <= high + 1; ++index) {
    boundaries_.push_back(std::max(0, logarithm(2 * index - 1) - octave));
    centres_.push_back(logarithm(index));
  }
}

std::int64_t PlaneLevels::centre(std::int64_t index) const {
  if (logarithmic_) return centres_[static_cast<std::size_t>(index - low_)];
  return shift_ >= 0 ? (index - low_) << shift_ : (index - low_) >> -shift_;
}

std::int64_t PlaneLevels::boundary(std::int64_t index) const {
  if (logarithmic_) return boundaries_[static_cast<std::size_t>(index - low_)];
  if (shift_ <= 0) return (index - low_) >> -shift_;
  return ((index - low_) << shift_) - (std::int64_t{1} << (shift_ - 1));
}

std::int64_t PlaneLevels::nearest_boundary(std::int64_t level) const {
  std::int64_t index = 0;
  if (logarithmic_) {
    const auto after = std::upper_bound(boundaries_.begin() + 1, boundaries_.end() - 1, level);
    index = low_ + (after - boundaries_.begin());
    if (index > low_ + 1 && (index > high_ || boundary(index) - level > level - boundary(index - 1))) --index;
  } else if (shift_ > 0) {
    index = low_ + ((level + (std::int64_t{1} << shift_)) >> shift_);
  } else {
    index = low_ + (level << -shift_);
  }
  return std::clamp(index, low_ + 1, high_);
}

std::int64_t PlaneLevels::indices_times_64(std::int64_t sixteenths, std::int64_t index) const {
  if (!logarithmic_) return shift_ >= 0 ? (4 * sixteenths) >> shift_ : (4 * sixteenths) << -shift_;
  const std::int64_t next = std::min(index + 1, high_ + 1);
  const std::int64_t slope = std::max<std::int64_t>(1, boundary(next) - boundary(next - 1));
  return 4 * sixteenths / slope;
}

}  // namespace sarinr
