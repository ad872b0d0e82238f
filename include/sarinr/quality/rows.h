#pragma once

#include <complex>
#include <deque>
#include <limits>
#include <span>
#include <vector>

namespace sarinr {

/// In a row of values: no value here, because the pixel is not valid in both rasters.
inline constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// One row of a band of two rasters, as every measure of this room takes it: rows come in order from 0, without gaps.
/// All spans have the raster's width; where a pixel is not valid in both rasters every span has `no_value`.
struct PairRow {
  int y = 0;
  std::span<const double> reference;  ///< decibels of backscatter; else the number itself
  std::span<const double> test;
  std::span<const double>
      reference_linear;  ///< amplitude where the band is amplitude, else power; empty: no backscatter
  std::span<const double> test_linear;
  std::span<const double> reference_power;  ///< linear power, with its sign; empty where the band is no backscatter
  std::span<const double> test_power;
  std::span<const std::complex<double>> reference_complex;  ///< empty unless the band is complex
  std::span<const std::complex<double>> test_complex;
};

/// The last rows of a raster, for measures that look at neighbours.
template <class T>
class RowBuffer {
 public:
  explicit RowBuffer(std::size_t capacity) : capacity_(capacity) {}
  void push(std::span<const T> row) {
    if (rows_.size() == capacity_) {
      rows_.push_back(std::move(rows_.front()));
      rows_.pop_front();
      rows_.back().assign(row.begin(), row.end());
    } else {
      rows_.emplace_back(row.begin(), row.end());
    }
  }
  std::size_t size() const { return rows_.size(); }
  bool full() const { return rows_.size() == capacity_; }
  /// Row 0 is the oldest.
  const std::vector<T>& operator[](std::size_t i) const { return rows_[i]; }
  void clear() { rows_.clear(); }

 private:
  std::size_t capacity_;
  std::deque<std::vector<T>> rows_;
};

}  // namespace sarinr
