#include "quality/tile_gathering.h"

#include <cmath>
#include <limits>

namespace sarinr {

namespace {

std::vector<std::size_t> cell_of_each(const std::vector<int>& borders) {
  std::vector<std::size_t> cells;
  for (std::size_t cell = 0; cell + 1 < borders.size(); ++cell) {
    cells.insert(cells.end(), static_cast<std::size_t>(borders[cell + 1] - borders[cell]), cell);
  }
  return cells;
}

std::optional<double> ratio_of(std::optional<double> a, std::optional<double> b) {
  if (!a || !b) return std::nullopt;
  return *a / *b;
}

}  // namespace

std::optional<double> psnr_of(const ErrorStatistics& errors, std::optional<double> range) {
  const std::optional<double> square = errors.mean_square_error();
  if (!square || !range) return std::nullopt;
  if (*square == 0) return std::numeric_limits<double>::infinity();
  if (*range == 0) return std::nullopt;
  return 10 * std::log10(*range * *range / *square);
}

TileGathering::TileGathering(const AssessmentOptions& options, int histogram_bins)
    : column_borders_(options.column_borders),
      row_borders_(options.row_borders),
      column_of_(cell_of_each(column_borders_)),
      row_of_(cell_of_each(row_borders_)),
      tiles_((column_borders_.size() - 1) * (row_borders_.size() - 1)),
      similarities_(tiles_.size()),
      histogram_bins_(histogram_bins),
      histograms_(column_borders_.size() - 1, HistogramPair(histogram_bins)) {}

void TileGathering::add(const PairRow& row, const std::vector<int>& reference_bins, const std::vector<int>& test_bins) {
  const auto y = static_cast<std::size_t>(row.y);
  const std::size_t first = row_of_[y] * (column_borders_.size() - 1);
  for (std::size_t x = 0; x < row.reference.size(); ++x) {
    if (std::isnan(row.reference[x])) continue;
    Tile& tile = tiles_[first + column_of_[x]];
    tile.errors.add(row.reference[x], row.test[x]);
    if (!row.reference_power.empty()) tile.ratio.add(row.reference_power[x] / row.test_power[x]);
    histograms_[column_of_[x]].add(reference_bins[x], test_bins[x], (x + y) % 2 == 0);
  }
  if (row.y + 1 == row_borders_[row_of_[y] + 1]) finish_histograms(row_of_[y]);
}

void TileGathering::finish_histograms(std::size_t tile_row) {
  for (std::size_t column = 0; column < histograms_.size(); ++column) {
    HistogramPair& histogram = histograms_[column];
    tiles_[tile_row * histograms_.size() + column].divergence =
        kullback_leibler(histogram.reference(), histogram.test());
    histogram = HistogramPair(histogram_bins_);
  }
}

void TileGathering::add_similarity(int y, std::span<const double> similarity) {
  const std::size_t first = row_of_[static_cast<std::size_t>(y)] * (column_borders_.size() - 1);
  for (std::size_t x = 0; x < similarity.size(); ++x) {
    if (!std::isfinite(similarity[x])) continue;
    Similarity& tile = similarities_[first + column_of_[x]];
    tile.sum += similarity[x];
    ++tile.count;
  }
}

std::vector<TileErrors> TileGathering::result(std::optional<double> range, const LookWindows* looks) const {
  const std::size_t columns = column_borders_.size() - 1;
  std::vector<std::vector<double>> reference_looks(tiles_.size());
  std::vector<std::vector<double>> test_looks(tiles_.size());
  if (looks != nullptr) {
    for (const LookWindow& window : looks->windows()) {
      const int middle = looks->size() / 2;
      const std::size_t tile = row_of_.at(window.y + middle) * columns + column_of_.at(window.x + middle);
      if (window.reference_looks) reference_looks[tile].push_back(*window.reference_looks);
      if (window.test_looks) test_looks[tile].push_back(*window.test_looks);
    }
  }
  std::vector<TileErrors> out;
  for (std::size_t i = 0; i < tiles_.size(); ++i) {
    const Tile& tile = tiles_[i];
    const std::size_t row = i / columns;
    const std::size_t column = i % columns;
    TileErrors errors;
    errors.tile = static_cast<int>(i);
    errors.extent = {column_borders_[column], row_borders_[row], column_borders_[column + 1] - column_borders_[column],
                     row_borders_[row + 1] - row_borders_[row]};
    Figures& figures = errors.figures;
    figures.set("pixels_compared", static_cast<double>(tile.errors.count()));
    figures.set("psnr", psnr_of(tile.errors, range));
    figures.set("rmse", tile.errors.root_mean_square_error());
    figures.set("mae", tile.errors.mean_absolute_error());
    figures.set("bias", tile.errors.bias());
    figures.set("max_error", tile.errors.largest_error());
    const Similarity& similarity = similarities_[i];
    figures.set("ssim", similarity.count > 0 ? std::optional(similarity.sum / similarity.count) : std::nullopt);
    figures.set("kl", tile.divergence);
    if (looks != nullptr) {
      const std::optional<double> reference = median(reference_looks[i]);
      const std::optional<double> test = median(test_looks[i]);
      figures.set("ratio_mean", tile.ratio.mean());
      figures.set("ratio_variance", tile.ratio.variance());
      figures.set("enl_median_reference", reference);
      figures.set("enl_median_test", test);
      figures.set("enl_ratio", ratio_of(test, reference));
    }
    out.push_back(std::move(errors));
  }
  return out;
}

}  // namespace sarinr
