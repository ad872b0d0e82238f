#include "sarinr/quality/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "sarinr/base/error.h"

namespace sarinr {

void ErrorStatistics::add(double reference, double test, Place place) {
  if (!std::isfinite(reference) || !std::isfinite(test)) {
    throw Error("a pair of values to compare is not finite", ErrorKind::internal);
  }
  const double error = test - reference;
  low_ = count_ == 0 ? reference : std::min(low_, reference);
  high_ = count_ == 0 ? reference : std::max(high_, reference);
  if (count_ == 0 || std::abs(error) > largest_) {
    largest_ = std::abs(error);
    largest_place_ = place;
  }
  ++count_;
  sum_ += error;
  sum_of_absolutes_ += std::abs(error);
  sum_of_squares_ += error * error;
}

void ErrorStatistics::merge(const ErrorStatistics& other) {
  if (other.count_ == 0) return;
  low_ = count_ == 0 ? other.low_ : std::min(low_, other.low_);
  high_ = count_ == 0 ? other.high_ : std::max(high_, other.high_);
  if (count_ == 0 || other.largest_ > largest_) {
    largest_ = other.largest_;
    largest_place_ = other.largest_place_;
  }
  count_ += other.count_;
  sum_ += other.sum_;
  sum_of_absolutes_ += other.sum_of_absolutes_;
  sum_of_squares_ += other.sum_of_squares_;
}

std::optional<double> ErrorStatistics::mean_square_error() const {
  if (count_ == 0) return std::nullopt;
  return sum_of_squares_ / static_cast<double>(count_);
}

std::optional<double> ErrorStatistics::root_mean_square_error() const {
  if (count_ == 0) return std::nullopt;
  return std::sqrt(sum_of_squares_ / static_cast<double>(count_));
}

std::optional<double> ErrorStatistics::bias() const {
  if (count_ == 0) return std::nullopt;
  return sum_ / static_cast<double>(count_);
}

std::optional<double> ErrorStatistics::mean_absolute_error() const {
  if (count_ == 0) return std::nullopt;
  return sum_of_absolutes_ / static_cast<double>(count_);
}

std::optional<double> ErrorStatistics::largest_error() const {
  if (count_ == 0) return std::nullopt;
  return largest_;
}

std::optional<Place> ErrorStatistics::largest_error_place() const {
  if (count_ == 0) return std::nullopt;
  return largest_place_;
}

std::optional<double> ErrorStatistics::reference_low() const {
  if (count_ == 0) return std::nullopt;
  return low_;
}

std::optional<double> ErrorStatistics::reference_high() const {
  if (count_ == 0) return std::nullopt;
  return high_;
}

std::optional<double> ErrorStatistics::psnr() const {
  if (count_ == 0) return std::nullopt;
  if (sum_of_squares_ == 0) return std::numeric_limits<double>::infinity();
  const double range = high_ - low_;
  if (range == 0) return std::nullopt;
  return 10 * std::log10(range * range * static_cast<double>(count_) / sum_of_squares_);
}

std::optional<double> Moments::mean() const {
  if (count_ == 0) return std::nullopt;
  return origin_ + sum_ / static_cast<double>(count_);
}

std::optional<double> Moments::variance() const {
  if (count_ == 0) return std::nullopt;
  const double shift = sum_ / static_cast<double>(count_);
  return std::max(0.0, sum_of_squares_ / static_cast<double>(count_) - shift * shift);
}

std::optional<double> Moments::looks() const {
  if (count_ < 2 || !(*variance() > 0)) return std::nullopt;
  return *mean() * *mean() / *variance();
}

std::optional<double> median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

std::optional<double> half_sample_mode(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  std::span<const double> sample(values);
  while (sample.size() > 3) {
    const std::size_t half = (sample.size() + 1) / 2;
    std::size_t densest = 0;
    for (std::size_t i = 1; i + half <= sample.size(); ++i) {
      if (sample[i + half - 1] - sample[i] < sample[densest + half - 1] - sample[densest]) densest = i;
    }
    sample = sample.subspan(densest, half);
  }
  if (sample.size() == 3) {
    const double lower = sample[1] - sample[0];
    const double upper = sample[2] - sample[1];
    if (lower == upper) return sample[1];
    sample = lower < upper ? sample.first(2) : sample.last(2);
  }
  return (sample.front() + sample.back()) / 2;
}

std::optional<double> equivalent_number_of_looks(const std::vector<double>& intensity) {
  if (intensity.size() < 2) return std::nullopt;
  const auto count = static_cast<double>(intensity.size());
  double mean = 0;
  for (const double value : intensity) mean += value;
  mean /= count;
  double variance = 0;
  for (const double value : intensity) variance += (value - mean) * (value - mean);
  variance /= count;
  if (!(variance > 0)) return std::nullopt;
  return mean * mean / variance;
}

}  // namespace sarinr
