#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sarinr/codec/speckle.h"

namespace sarinr {

/// A tile's core in one detected band, row by row, decibels: the source and what the file's field makes of it.
struct SpecklePlane {
  std::vector<double> source;
  std::vector<double> field;
  std::vector<std::uint8_t> valid;  ///< where the source has a value
};

/// Measures what fields lack of the source's speckle (docs/metrics.md, "Speckle put back"), tile by tile. Deviations
/// are found in a closed loop: each block's is moved until speckle made of the tile's own statistics gives the block
/// the source's contrast of power. Tiles of a scene are added once each; the result depends on their order alone.
class SpeckleSurvey {
 public:
  SpeckleSurvey(const TileGrid& grid, int channels);
  /// The tile's core in all channels.
  void add(int tile, const std::vector<SpecklePlane>& planes);
  /// Blocks without a value take what a neighbour has.
  SpeckleModel finish() const;

 private:
  /// Sums over residuals in units of their block's deviation.
  struct Sums {
    double count = 0;
    double squares = 0;
    /// Of the blocks of least contrast, a third: elsewhere edges and points decide third moments, not speckle.
    double even_count = 0;
    double even_squares = 0;
    double even_cubes = 0;
    std::array<double, speckle_lags.size()> products{};
    std::array<double, speckle_lags.size()> pairs{};
    void merge(const Sums& other);
    SpeckleChannel statistics() const;
  };
  struct Between {
    double products = 0;
    double pairs = 0;
  };
  class TileFit;

  TileGrid grid_;
  SpeckleAxis columns_;
  SpeckleAxis rows_;
  std::vector<Sums> sums_;
  std::vector<Between> between_;
  std::vector<std::vector<int>> levels_;  ///< [channel][block]; no_level: not known
};

}  // namespace sarinr
