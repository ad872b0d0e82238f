#pragma once

#include <vector>

#include "field/packed_network.h"
#include "sarinr/fit/engine.h"

namespace sarinr {

/// Pixels as the blocks of an engine take them, filled up to whole blocks with pixels that weigh nothing.
struct FitPoints {
  std::size_t count = 0;  ///< without the filling
  std::size_t blocks = 0;
  AlignedFloats inputs;   ///< [pixel][network inputs]
  AlignedFloats values;   ///< [pixel][output stride]
  AlignedFloats weights;  ///< the same: 1 / (valid pixels of the channel) where valid, else 0
};

/// All pixels of the problem's grid, row by row, without values.
FitPoints grid_points(const FitProblem& problem, const DenseNetwork& network);

/// The pixels of a tile that are valid in any channel, row by row; `stride` numbers a pixel.
FitPoints tile_points(const FitProblem& problem, const DenseNetwork& network, const NormalisedTile& tile,
                      std::size_t stride);

}  // namespace sarinr
