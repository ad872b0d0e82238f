#pragma once

#include <optional>
#include <vector>

#include "sarinr/quality/band_assessment.h"
#include "sarinr/quality/metrics.h"

namespace sarinr {

/// The figures of each tile of a band. Rows of pixels and rows of similarities may come from two threads: they touch
/// different members.
class TileGathering {
 public:
  TileGathering(const AssessmentOptions& options, int histogram_bins);
  /// `reference_bins` and `test_bins`: histogram bins of the row's pixels, where they have values.
  void add(const PairRow& row, const std::vector<int>& reference_bins, const std::vector<int>& test_bins);
  void add_similarity(int y, std::span<const double> similarity);
  /// `range` of the reference's values, for PSNR.
  std::vector<TileErrors> result(std::optional<double> range, const LookWindows* looks) const;

 private:
  struct Tile {
    ErrorStatistics errors;
    Moments ratio;
    std::optional<double> divergence;
  };
  struct Similarity {
    double sum = 0;
    double count = 0;
  };
  void finish_histograms(std::size_t tile_row);
  std::vector<int> column_borders_;
  std::vector<int> row_borders_;
  std::vector<std::size_t> column_of_;  ///< the tile column of each pixel column
  std::vector<std::size_t> row_of_;
  std::vector<Tile> tiles_;
  std::vector<Similarity> similarities_;
  int histogram_bins_;
  std::vector<HistogramPair> histograms_;  ///< of the current row of tiles
};

/// PSNR for a range of values and a mean square error, in dB: infinite without error; empty without a range.
std::optional<double> psnr_of(const ErrorStatistics& errors, std::optional<double> range);

}  // namespace sarinr
