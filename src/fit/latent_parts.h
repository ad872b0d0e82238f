#pragma once

#include "fit/latent_geometry.h"
#include "fit/latent_objective.h"

namespace sarinr {

/// Numbers that pass through the networks together: fits the first-level cache with all their layers.
inline constexpr std::size_t latent_segment = 128;

/// One level and channel.
struct LatentLevelGrid {
  PaddedGrid latent;     ///< free nodes: what Adam moves
  PaddedGrid slope;      ///< d(softened)/d(latent)
  PaddedGrid symbol;     ///< softened or rounded; zeros around
  PaddedGrid upsampled;  ///< the coarser level's symbols at this level's nodes and one around
  PaddedGrid node;       ///< symbols of all nodes that the region sees
  PaddedGrid gradient;   ///< by latent
  /// Of filtered levels, over the seen nodes; `filtered` is right but for the filter's reach at the edges.
  PaddedGrid along;     ///< filtered along rows
  PaddedGrid filtered;  ///< and along columns
  PaddedGrid filtered_gradient, along_gradient, node_gradient;
  std::vector<float> tap_sums;  ///< gradients of the seven taps in lanes, chunk by chunk of rows
};

/// The networks' weights as the kernels want them.
struct KernelWeights {
  std::vector<float> first, first_bias, second, second_bias, last, last_bias;  ///< synthesis; last = [out | skip]
  struct Entropy {
    std::vector<float> first, first_bias, second, second_bias, last, level_bias;
  };
  std::vector<Entropy> entropy;
  std::vector<float> taps;  ///< [filtered level][seven taps, 1 in the middle]
};
KernelWeights kernel_weights(const LatentShape& shape, const std::vector<TensorInfo>& tensors,
                             const std::vector<float>& weights);

/// Sums of weight gradients in lanes, one for each matrix of KernelWeights.
struct WeightSums {
  std::vector<float> first, first_bias, second, second_bias, last, last_bias;
  void prepare(std::size_t inputs, std::size_t width, std::size_t outputs);
};

/// Rows of the region that one thread does.
struct SynthesisBand {
  int begin = 0;
  int end = 0;
  struct Level {
    int first_row = 0;  ///< of the node range
    int rows = 0;
    std::vector<float> expanded;  ///< [channel][row][region column]
    std::vector<float> expanded_gradient;
    std::vector<float> node_gradient;  ///< [channel][row][node column]
  };
  std::vector<Level> levels;  ///< the first unused
  WeightSums sums;
  double square_error = 0;
};

/// Rows of one grid whose cost one thread counts.
struct EntropyBand {
  int level = 0;
  int channel = 0;
  int begin = 0;
  int end = 0;
  PaddedGrid symbol_gradient;     ///< rows from begin - reach on
  PaddedGrid upsampled_gradient;  ///< rows from begin - 1 on
  PaddedGrid previous_gradient;   ///< rows from begin - 1 on, of the channel before
  WeightSums sums;
  double bits = 0;
};

struct LatentObjective::Parts : LatentGeometry {
  using LatentGeometry::LatentGeometry;
  const LatentFitKernels* kernels = nullptr;
  std::vector<LatentLevelGrid> grids;
  std::vector<float> target_values, target_weights;  ///< [channel][row][padded column]
  std::size_t target_stride = 0;
  std::vector<SynthesisBand> synthesis;
  std::vector<EntropyBand> entropy;
  KernelWeights weights;

  LatentLevelGrid& grid(int level, int channel) {
    return grids[static_cast<std::size_t>(level * shape.channels + channel)];
  }
  /// A row of what is interpolated, numbered as `rows` has it.
  const float* interpolated_row(int level, int channel, int row) {
    const int offset = reach(level);
    const LatentLevelGrid& of = grid(level, channel);
    return (offset > 0 ? of.filtered : of.node).row(row + offset) + offset;
  }
  /// Fills the channel's part of target_values with the target's values plus `shift`.
  void place_target(int channel, float shift);
  void filter(int level, int channel);
  void filter_back(int level, int channel);
  /// Sums the bands' gradients of nodes, each put `offset` columns and rows farther.
  void add_bands(int level, int channel, int offset, PaddedGrid& sums) const;
  void round(const Softening* softening);
  void run(bool gradients, double error_factor, double bit_weight, std::vector<float>* output);
  void synthesise(SynthesisBand& band, bool gradients, double factor, std::vector<float>* output);
  void count_bits(EntropyBand& band, bool gradients, double weight);
  void upsample(int level, int channel);
  void gather_gradient();
  void gather_weights(std::vector<float>& gradient) const;
};

}  // namespace sarinr
