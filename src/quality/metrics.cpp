#include "sarinr/quality/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sarinr/base/error.h"

namespace sarinr {

void ErrorStatistics::add(double reference, double test) {
  if (!std::isfinite(reference) || !std::isfinite(test)) {
    throw Error("a pair of values to compare is not finite", ErrorKind::internal);
  }
  const double error = test - reference;
  low_ = count_ == 0 ? reference : std::min(low_, reference);
  high_ = count_ == 0 ? reference : std::max(high_, reference);
  ++count_;
  sum_ += error;
  sum_of_squares_ += error * error;
  largest_ = std::max(largest_, std::abs(error));
}

void ErrorStatistics::merge(const ErrorStatistics& other) {
  if (other.count_ == 0) return;
  low_ = count_ == 0 ? other.low_ : std::min(low_, other.low_);
  high_ = count_ == 0 ? other.high_ : std::max(high_, other.high_);
  count_ += other.count_;
  sum_ += other.sum_;
  sum_of_squares_ += other.sum_of_squares_;
  largest_ = std::max(largest_, other.largest_);
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

std::optional<double> ErrorStatistics::largest_error() const {
  if (count_ == 0) return std::nullopt;
  return largest_;
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
