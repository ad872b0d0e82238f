#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace sarinr {

/// How far test values lie from reference values, gathered pair by pair; formulas in docs/metrics.md. Feed it values of
/// one unit, of pixels that are valid in both rasters: decibels of detected data, or the numbers themselves. Figures of
/// no pair at all are empty.
class ErrorStatistics {
 public:
  /// Throws an internal Error where a value is not finite: it would spoil every figure.
  void add(double reference, double test);
  /// As if the other's pairs had been added here.
  void merge(const ErrorStatistics& other);

  std::uint64_t count() const { return count_; }
  std::optional<double> mean_square_error() const;
  std::optional<double> root_mean_square_error() const;
  /// Mean of test minus reference.
  std::optional<double> bias() const;
  std::optional<double> largest_error() const;
  std::optional<double> reference_low() const;
  std::optional<double> reference_high() const;
  /// Peak signal to noise ratio in dB, the peak being the range of the reference. Infinite where all pairs are equal;
  /// empty where the reference is constant and the test is not it.
  std::optional<double> psnr() const;

 private:
  std::uint64_t count_ = 0;
  double sum_of_squares_ = 0;
  double sum_ = 0;
  double largest_ = 0;
  double low_ = 0;
  double high_ = 0;
};

/// Equivalent number of looks of intensity (power) samples: mean^2 / variance. Empty for fewer than two samples and for
/// samples that do not vary.
std::optional<double> equivalent_number_of_looks(const std::vector<double>& intensity);

}  // namespace sarinr
