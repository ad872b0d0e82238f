#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sarinr/quality/rows.h"

namespace sarinr {

/// Correlation coefficients between pixels 1 to `reach` apart along rows and along columns, over all pairs of which
/// both have a value; each lag has means and variances of its own pairs.
class LagCorrelation {
 public:
  static constexpr int reach = 8;
  LagCorrelation() : rows_(reach) {}
  void add(std::span<const double> row);
  /// Lag 1 first; empty where there are no pairs or the values do not vary.
  std::vector<std::optional<double>> along_rows() const;
  std::vector<std::optional<double>> along_columns() const;

 private:
  struct Sums {
    double count = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
    void add(double first, double second);
    std::optional<double> correlation() const;
  };
  std::array<Sums, reach> row_sums_;
  std::array<Sums, reach> column_sums_;
  RowBuffer<double> rows_;
};

/// The speckle of one raster: the power of a pixel over the mean power of the 7x7 pixels around it, in decibels. Rows
/// come out three after they went in; pixels whose 7x7 neighbours do not all have a value, and those of negative power,
/// have none.
class SpeckleRows {
 public:
  static constexpr int radius = 3;
  explicit SpeckleRows(int width);
  /// The speckle of row y - radius; empty for the first rows.
  std::span<const double> add(std::span<const double> power);

 private:
  RowBuffer<double> rows_;
  std::vector<double> sums_;
  std::vector<double> speckle_;
};

/// Mean power spectrum of blocks of 64x64 pixels of which every pixel has a value, side by side from the first pixel
/// given. A block's mean is taken off and a periodic Hann window put on; |F|^2 is divided by the sum of the squared
/// weights, so that white noise has its variance at every frequency.
class BlockSpectrum {
 public:
  static constexpr int size = 64;
  explicit BlockSpectrum(int width);
  /// Both rows have values at the same places, or a block counts only where both have.
  void add(std::span<const double> reference, std::span<const double> test);
  struct Spectrum {
    std::vector<double> radial;      ///< mean over frequencies that round to radius 0 .. 32, in 1/64 of a cycle a pixel
    std::vector<double> along_rows;  ///< frequency 0 .. 32 along rows, mean over all frequencies along columns
    std::vector<double> along_columns;  ///< likewise along columns
    double high = 0;                    ///< sum over frequencies of radius 16 and more
  };
  std::uint64_t blocks() const { return blocks_; }
  /// Empty without a block.
  std::optional<Spectrum> reference() const { return summarise(reference_sum_); }
  std::optional<Spectrum> test() const { return summarise(test_sum_); }

 private:
  void finish_row_of_blocks();
  std::optional<Spectrum> summarise(const std::vector<double>& sum) const;
  RowBuffer<double> reference_rows_;
  RowBuffer<double> test_rows_;
  std::size_t columns_;
  std::vector<double> reference_sum_;
  std::vector<double> test_sum_;
  std::uint64_t blocks_ = 0;
};

/// Discrete Fourier transform in place, forward (exponent -2 pi i) without a factor; the length must be a power of two.
/// The inverse is not scaled either.
void fourier_transform(std::span<std::complex<double>> values, bool inverse = false);

}  // namespace sarinr
