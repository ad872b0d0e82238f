#include "sarinr/quality/texture.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sarinr {

void LagCorrelation::Sums::add(double first, double second) {
  if (std::isnan(first) || std::isnan(second)) return;
  ++count;
  a += first;
  b += second;
  aa += first * first;
  bb += second * second;
  ab += first * second;
}

std::optional<double> LagCorrelation::Sums::correlation() const {
  if (count == 0) return std::nullopt;
  const double variances = (aa / count - a / count * a / count) * (bb / count - b / count * b / count);
  if (!(variances > 0)) return std::nullopt;
  return (ab / count - a / count * b / count) / std::sqrt(variances);
}

void LagCorrelation::add(std::span<const double> row) {
  for (std::size_t lag = 1; lag <= reach; ++lag) {
    for (std::size_t x = lag; x < row.size(); ++x) row_sums_[lag - 1].add(row[x - lag], row[x]);
    if (lag > rows_.size()) continue;
    const std::vector<double>& above = rows_[rows_.size() - lag];
    for (std::size_t x = 0; x < row.size(); ++x) column_sums_[lag - 1].add(above[x], row[x]);
  }
  rows_.push(row);
}

std::vector<std::optional<double>> LagCorrelation::along_rows() const {
  std::vector<std::optional<double>> out;
  for (const Sums& sums : row_sums_) out.push_back(sums.correlation());
  return out;
}

std::vector<std::optional<double>> LagCorrelation::along_columns() const {
  std::vector<std::optional<double>> out;
  for (const Sums& sums : column_sums_) out.push_back(sums.correlation());
  return out;
}

SpeckleRows::SpeckleRows(int width)
    : rows_(2 * radius + 1),
      sums_(static_cast<std::size_t>(width)),
      speckle_(static_cast<std::size_t>(width), no_value) {}

std::span<const double> SpeckleRows::add(std::span<const double> power) {
  rows_.push(power);
  if (!rows_.full()) return {};
  std::fill(sums_.begin(), sums_.end(), 0);
  for (std::size_t k = 0; k < rows_.size(); ++k) {
    for (std::size_t x = 0; x < sums_.size(); ++x) sums_[x] += rows_[k][x];
  }
  constexpr double pixels = (2 * radius + 1) * (2 * radius + 1);
  const std::vector<double>& centre = rows_[radius];
  for (std::size_t x = radius; x + radius < sums_.size(); ++x) {
    double sum = 0;
    for (std::size_t k = x - radius; k <= x + radius; ++k) sum += sums_[k];
    const double ratio = centre[x] / (sum / pixels);
    speckle_[x] = ratio > 0 ? 10 * std::log10(ratio) : no_value;
  }
  return speckle_;
}

namespace {

std::vector<double> hann() {
  std::vector<double> weights(BlockSpectrum::size);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = (1 - std::cos(2 * std::numbers::pi * static_cast<double>(i) / BlockSpectrum::size)) / 2;
  }
  return weights;
}

/// The block of `rows` that begins at column `left`; empty where a pixel has no value.
std::vector<std::complex<double>> block_of(const RowBuffer<double>& rows, std::size_t left) {
  std::vector<std::complex<double>> block;
  block.reserve(std::size_t{BlockSpectrum::size} * BlockSpectrum::size);
  for (std::size_t y = 0; y < BlockSpectrum::size; ++y) {
    for (std::size_t x = left; x < left + BlockSpectrum::size; ++x) {
      if (std::isnan(rows[y][x])) return {};
      block.emplace_back(rows[y][x]);
    }
  }
  return block;
}

/// Adds |F|^2 of the windowed block over the sum of the squared weights.
void add_spectrum(std::vector<std::complex<double>>& block, std::vector<double>& sum) {
  constexpr std::size_t n = BlockSpectrum::size;
  static const std::vector<double> weights = hann();
  std::complex<double> mean = 0;
  for (const std::complex<double>& value : block) mean += value;
  mean /= static_cast<double>(n * n);
  double squares = 0;
  for (std::size_t i = 0; i < n * n; ++i) {
    const double weight = weights[i / n] * weights[i % n];
    block[i] = (block[i] - mean) * weight;
    squares += weight * weight;
  }
  for (std::size_t y = 0; y < n; ++y) fourier_transform(std::span(block).subspan(y * n, n));
  std::vector<std::complex<double>> column(n);
  for (std::size_t x = 0; x < n; ++x) {
    for (std::size_t y = 0; y < n; ++y) column[y] = block[y * n + x];
    fourier_transform(column);
    for (std::size_t y = 0; y < n; ++y) sum[y * n + x] += std::norm(column[y]) / squares;
  }
}

std::size_t distance_from_zero(std::size_t frequency) { return std::min(frequency, BlockSpectrum::size - frequency); }

}  // namespace

BlockSpectrum::BlockSpectrum(int width)
    : reference_rows_(size),
      test_rows_(size),
      columns_(static_cast<std::size_t>(width / size)),
      reference_sum_(std::size_t{size} * size),
      test_sum_(std::size_t{size} * size) {}

void BlockSpectrum::add(std::span<const double> reference, std::span<const double> test) {
  reference_rows_.push(reference);
  test_rows_.push(test);
  if (reference_rows_.full()) finish_row_of_blocks();
}

void BlockSpectrum::finish_row_of_blocks() {
  for (std::size_t column = 0; column < columns_; ++column) {
    auto reference = block_of(reference_rows_, column * size);
    auto test = block_of(test_rows_, column * size);
    if (reference.empty() || test.empty()) continue;
    add_spectrum(reference, reference_sum_);
    add_spectrum(test, test_sum_);
    ++blocks_;
  }
  reference_rows_.clear();
  test_rows_.clear();
}

std::optional<BlockSpectrum::Spectrum> BlockSpectrum::summarise(const std::vector<double>& sum) const {
  if (blocks_ == 0) return std::nullopt;
  constexpr std::size_t half = size / 2;
  Spectrum out;
  out.radial.resize(half + 1);
  out.along_rows.resize(half + 1);
  out.along_columns.resize(half + 1);
  std::vector<double> radial_count(half + 1);
  std::vector<double> axis_count(half + 1);
  for (std::size_t y = 0; y < size; ++y) {
    for (std::size_t x = 0; x < size; ++x) {
      const double power = sum[y * size + x] / static_cast<double>(blocks_);
      const std::size_t fx = distance_from_zero(x);
      const std::size_t fy = distance_from_zero(y);
      const double distance = std::hypot(static_cast<double>(fx), static_cast<double>(fy));
      const auto radius = static_cast<std::size_t>(std::lround(distance));
      if (radius <= half) {
        out.radial[radius] += power;
        ++radial_count[radius];
      }
      if (distance >= half / 2.0) out.high += power;
      out.along_rows[fx] += power;
      out.along_columns[fy] += power;
      ++axis_count[fx];
    }
  }
  for (std::size_t i = 0; i <= half; ++i) {
    out.radial[i] /= radial_count[i];
    out.along_rows[i] /= axis_count[i];
    out.along_columns[i] /= axis_count[i];
  }
  return out;
}

}  // namespace sarinr
