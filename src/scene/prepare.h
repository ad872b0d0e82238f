#pragma once

#include <vector>

#include "sarinr/codec/tile.h"
#include "sarinr/fit/engine.h"
#include "sarinr/quality/metrics.h"
#include "sarinr/scene/raster.h"

namespace sarinr {

/// A tile between reading and coding.
struct PreparedTile {
  int tile = 0;
  TileContent content;    ///< masks, channels and exact bands; weights come later
  NormalisedTile target;  ///< over the support; empty where no network is needed
  /// Per channel, the core's valid values in the fit domain, as if they came back without error.
  std::vector<ErrorStatistics> values;
  bool needs_network = false;
  bool has_value = false;  ///< some pixel of the support is valid
};

/// A target of quarter deviations suits the outputs of fresh coordinate networks: of 1, 2, 4 and 10, four gave the best
/// fits of 100 epochs with self-activation (docs/benchmarks.md).
inline constexpr double scale_in_deviations = 4;

/// Classifies, transforms and normalises the window read over a tile's support. Channels are centred on their mean and
/// scaled to a standard deviation of a quarter. Tiles too small for a network (fewer than 64 valid pixels, or under 8
/// pixels wide or high) become lossless. `scene`, one entry a channel, gives centre and scale in place of the tile's
/// own.
PreparedTile prepare_tile(const RasterInfo& info, const TileGrid& grid, int tile, const RasterWindow& window,
                          const std::vector<ChannelModel>* scene = nullptr);

/// The nearest scale that a channel model can hold: a bfloat16 above zero.
float storable_scale(double scale);

}  // namespace sarinr
