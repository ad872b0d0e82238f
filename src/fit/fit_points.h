#pragma once

#include <vector>

#include "fit/network_gradient.h"
#include "sarinr/fit/engine.h"

namespace sarinr {

/// Pixels as the blocks of an engine take them, filled up to whole blocks with pixels that weigh nothing.
struct FitPoints {
  std::size_t count = 0;  ///< without the filling
  std::size_t blocks = 0;
  AlignedFloats inputs;   ///< [pixel][NetworkGradient::inputs()]
  AlignedFloats values;   ///< [pixel][output stride]
  AlignedFloats weights;  ///< the same: 1 / (valid pixels of the channel) where valid, else 0
};

/// All pixels of the problem's grid, row by row, without values.
FitPoints grid_points(const FitProblem& problem, const NetworkGradient& network);

/// The pixels of a tile that are valid in any channel, row by row.
FitPoints tile_points(const FitProblem& problem, const NetworkGradient& network, const NormalisedTile& tile);

}  // namespace sarinr
