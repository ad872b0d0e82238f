#pragma once

#include <vector>

#include "sarinr/codec/tile.h"
#include "sarinr/fit/engine.h"
#include "scene/prepare.h"

namespace sarinr {

struct CodedTile {
  Bytes payload;
  std::vector<ErrorStatistics> errors;  ///< per channel, over the core's valid pixels, fit domain
};

/// Share of the fit's own mean square error that quantisation may add: 0.05 dB of PSNR.
inline constexpr double quantisation_share = 0.0115;

/// Step exponents for one fitted tile: `bits` a weight, or (0) as few as the share allows, verified over all its
/// pixels.
std::vector<std::int8_t> choose_steps(const FitProblem& problem, const PreparedTile& prepared,
                                      const std::vector<float>& weights, int bits);

/// Quantises the fitted weights (empty where the tile has no network), codes the record and measures what a reader of
/// it gets, before blending.
CodedTile code_tile(const FitProblem& problem, PreparedTile& prepared, const std::vector<float>& weights, int bits,
                    const TileContext& context, const TileGrid& grid);

}  // namespace sarinr
