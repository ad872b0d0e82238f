#include "scene/tile_coder.h"

#include <algorithm>

#include "sarinr/codec/step_search.h"

namespace sarinr {

namespace {

constexpr std::size_t most_probes = 4096;

float coordinate(std::size_t index, int length) {
  return static_cast<float>((2 * static_cast<double>(index) + 1) / length - 1);
}

/// Up to 4096 valid pixels of the target, evenly picked.
ProbePoints pick_probes(const FitProblem& problem, const NormalisedTile& target) {
  const std::size_t pixels = static_cast<std::size_t>(target.width) * static_cast<std::size_t>(target.height);
  std::vector<std::size_t> valid;
  for (std::size_t i = 0; i < pixels; ++i) {
    bool any = false;
    for (std::size_t at = i; at < target.valid.size(); at += pixels) any = any || target.valid[at] != 0;
    if (any) valid.push_back(i);
  }
  const std::size_t count = std::min(valid.size(), most_probes);
  ProbePoints points;
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t i = valid[k * valid.size() / count];
    points.x.push_back(coordinate(i % static_cast<std::size_t>(target.width), problem.grid_width));
    points.y.push_back(coordinate(i / static_cast<std::size_t>(target.width), problem.grid_height));
  }
  return points;
}

/// Network outputs minus target over the whole support, normalised units; 0 where not valid. [channel][pixel]
std::vector<float> residuals(const FitProblem& problem, const NormalisedTile& target,
                             const std::vector<float>& weights) {
  std::vector<float> values = evaluate_tile(problem, target, weights);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = target.valid[i] != 0 ? values[i] - target.values[i] : 0;
  return values;
}

/// A channel's error over the core, from its residual over the support.
ErrorStatistics channel_error(const PreparedTile& prepared, std::size_t channel, const float* residual,
                              const TileGrid& grid) {
  const Extent support = grid.support(prepared.tile);
  const Extent core = grid.core(prepared.tile);
  const std::size_t width = static_cast<std::size_t>(support.width);
  const std::size_t plane = channel * width * static_cast<std::size_t>(support.height);
  const ChannelModel& model = prepared.content.channels[channel];
  const double scale = static_cast<double>(model.scale);
  ErrorStatistics error;
  for (int y = core.y - support.y; y < core.y - support.y + core.height; ++y) {
    for (int x = core.x - support.x; x < core.x - support.x + core.width; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x);
      if (prepared.target.valid[plane + i] == 0) continue;
      const double source = model.offset + scale * static_cast<double>(prepared.target.values[plane + i]);
      error.add(source, source + scale * static_cast<double>(residual[plane + i]));
    }
  }
  return error;
}

/// Channels without a network come back without error.
std::vector<ErrorStatistics> measure(const PreparedTile& prepared, const std::vector<float>& residual,
                                     const TileGrid& grid) {
  std::vector<ErrorStatistics> errors = prepared.values;
  if (residual.empty()) return errors;
  for (std::size_t c = 0; c < errors.size(); ++c) {
    if (prepared.content.channels[c].kind == ChannelModel::Kind::network) {
      errors[c] = channel_error(prepared, c, residual.data(), grid);
    }
  }
  return errors;
}

}  // namespace

std::vector<std::int8_t> choose_steps(const FitProblem& problem, const PreparedTile& prepared,
                                      const std::vector<float>& weights, int bits) {
  if (bits > 0) return fixed_bit_steps(problem.spec, weights, bits);
  // Fits better than this (some 76 dB) are beyond what evaluation in floats can tell apart.
  constexpr double least_error = 1e-7;
  const double error = std::max(mean_square_error(problem, prepared.target, weights), least_error);
  // A fifth is kept back: rounding errors and the fit's own are not quite independent.
  std::vector<std::int8_t> steps =
      search_steps(problem.spec, weights, pick_probes(problem, prepared.target), 0.8 * quantisation_share * error);
  for (int attempt = 0; attempt < 8; ++attempt) {
    const std::vector<float> rounded =
        dequantise(problem.spec, quantise_weights(problem.spec, weights, steps), nullptr);
    if (mean_square_error(problem, prepared.target, rounded) <= (1 + quantisation_share) * error) break;
    for (std::int8_t& step : steps) --step;  // at most 16 times finer: far from saturation
  }
  return steps;
}

CodedTile code_tile(const FitProblem& problem, PreparedTile& prepared, const std::vector<float>& weights, int bits,
                    const TileContext& context, const TileGrid& grid) {
  CodedTile coded;
  std::vector<float> residual;
  if (prepared.needs_network) {
    const QuantisedWeights none;
    const QuantisedWeights& shared = context.shared != nullptr ? *context.shared : none;
    prepared.content.weights =
        quantise_smallest(problem.spec, weights, choose_steps(problem, prepared, weights, bits), shared);
    residual = residuals(problem, prepared.target, dequantise(problem.spec, prepared.content.weights, &shared));
  }
  coded.errors = measure(prepared, residual, grid);
  coded.payload = encode_tile(prepared.content, context);
  return coded;
}

}  // namespace sarinr
