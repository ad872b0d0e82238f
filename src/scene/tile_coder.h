#pragma once

#include <vector>

#include "sarinr/codec/tile.h"
#include "sarinr/fit/engine.h"
#include "scene/prepare.h"

namespace sarinr {

/// Sums over tile cores from which a file's ChannelSummary follows.
struct ChannelError {
  std::size_t count = 0;
  double squares = 0;  ///< of render minus source, fit domain
  double low = 0;
  double high = 0;
  void merge(const ChannelError& other);
};

struct CodedTile {
  Bytes payload;
  std::vector<ChannelError> errors;  ///< per channel
};

/// Share of the fit's own mean square error that quantisation may add: 0.05 dB of PSNR.
inline constexpr double quantisation_share = 0.0115;

/// Step exponents for one fitted tile: `bits` a weight, or (0) as few as the share allows, verified over all its pixels.
std::vector<std::int8_t> choose_steps(const FitProblem& problem, const PreparedTile& prepared,
                                      const std::vector<float>& weights, int bits);

/// Quantises the fitted weights (empty where the tile has no network), codes the record and measures what a reader of it
/// gets, before blending.
CodedTile code_tile(const FitProblem& problem, PreparedTile& prepared, const std::vector<float>& weights, int bits,
                    const TileContext& context, const TileGrid& grid);

}  // namespace sarinr
