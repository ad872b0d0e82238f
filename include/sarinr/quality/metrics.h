#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace sarinr {

/// A pixel of a raster: column and row, from 0.
struct Place {
  int x = 0;
  int y = 0;
  bool operator==(const Place&) const = default;
};

/// How far test values lie from reference values, gathered pair by pair; formulas in docs/metrics.md. Feed it values of
/// one unit, of pixels that are valid in both rasters: decibels of detected data, or the numbers themselves. Figures of
/// no pair at all are empty.
class ErrorStatistics {
 public:
  /// Throws an internal Error where a value is not finite: it would spoil every figure.
  void add(double reference, double test, Place place = {});
  /// As if the other's pairs had been added here.
  void merge(const ErrorStatistics& other);

  std::uint64_t count() const { return count_; }
  double sum_of_squares() const { return sum_of_squares_; }
  std::optional<double> mean_square_error() const;
  std::optional<double> root_mean_square_error() const;
  /// Mean of test minus reference.
  std::optional<double> bias() const;
  std::optional<double> mean_absolute_error() const;
  /// The largest absolute error.
  std::optional<double> largest_error() const;
  /// Where the largest error was added; of several, where the first was.
  std::optional<Place> largest_error_place() const;
  std::optional<double> reference_low() const;
  std::optional<double> reference_high() const;
  /// Peak signal to noise ratio in dB, the peak being the range of the reference. Infinite where all pairs are equal;
  /// empty where the reference is constant and the test is not it.
  std::optional<double> psnr() const;

 private:
  std::uint64_t count_ = 0;
  double sum_of_squares_ = 0;
  double sum_ = 0;
  double sum_of_absolutes_ = 0;
  double largest_ = 0;
  Place largest_place_;
  double low_ = 0;
  double high_ = 0;
};

/// Mean and variance (divided by the count) of numbers, gathered one by one. Sums are taken about the first number, so
/// that a small variance about a large mean keeps its digits.
class Moments {
 public:
  void add(double value) {
    if (count_ == 0) origin_ = value;
    ++count_;
    const double difference = value - origin_;
    sum_ += difference;
    sum_of_squares_ += difference * difference;
  }
  std::uint64_t count() const { return count_; }
  /// Empty of no number.
  std::optional<double> mean() const;
  /// Empty of no number.
  std::optional<double> variance() const;
  /// mean^2 / variance, which is the equivalent number of looks where the numbers are intensities. Empty where the
  /// numbers do not vary.
  std::optional<double> looks() const;

 private:
  std::uint64_t count_ = 0;
  double origin_ = 0;
  double sum_ = 0;
  double sum_of_squares_ = 0;
};

/// The middle value, or the mean of the two middle ones; empty of no value.
std::optional<double> median(std::vector<double> values);

/// Where values crowd: the half-sample mode (Bickel and Fruehwirth, Computational Statistics & Data Analysis 50, 2006),
/// which halves the sample to its densest half until at most three values are left. Empty of no value.
std::optional<double> half_sample_mode(std::vector<double> values);

/// Equivalent number of looks of intensity (power) samples: mean^2 / variance. Empty for fewer than two samples and for
/// samples that do not vary.
std::optional<double> equivalent_number_of_looks(const std::vector<double>& intensity);

}  // namespace sarinr
