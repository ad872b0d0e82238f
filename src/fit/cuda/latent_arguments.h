#pragma once

#include <cstdint>

#include "fit/cuda/portable.h"

namespace sarinr::fused {

// A latent field's tile on a GPU: a step is a chain of launches, each with a thread for every number that it makes.
// Every number is gathered from others in a fixed order, so nothing depends on which thread comes first.

constexpr int most_latent_levels = 7;
constexpr int most_latent_channels = 16;
/// Taps of the filter of the finest levels to either side (field/latent.h).
constexpr int latent_taps = 3;

/// How pixels along an axis see nodes (NodeAxis); places in LatentArguments::axis_numbers and axis_places.
struct LatentAxis {
  int count = 0;           ///< nodes
  int first = 0;           ///< place of the first of four nodes, of each pixel
  int weights = 0;         ///< place of their weights: [four][stride]
  int stride = 0;          ///< from weight to weight
  int start = 0;           ///< place of the first pixel that sees a node, of each node; -1: none does
  int adjoint = 0;         ///< place of what each node is to the pixels from there on: [node][adjoint_length]
  int adjoint_length = 0;  ///< pixels
};

/// The grids of a level, channel after channel, row after row; places are those of its first channel.
struct LatentLevel {
  int column = 0, row = 0, columns = 0, rows = 0;  ///< free nodes (NodeRange)
  int seen_columns = 0, seen_rows = 0;
  int reach = 0;      ///< nodes on either side of the interpolated ones that the filter looks at; 0: no filter
  int nodes = 0;      ///< place in arrays of free nodes
  int seen = 0;       ///< place in arrays of seen nodes
  int sources = 0;    ///< place in `sources` and, of all free nodes, in `seers`; the same for all channels
  int seers = 0;      ///< (its nodes + 1)
  int around = 0;     ///< place in arrays of free nodes with one more around
  int reduced = 0;    ///< place in arrays of [region row][axis column]
  LatentAxis across;  ///< of columns
  LatentAxis down;    ///< of rows
  std::uint32_t draw = 0, draw_channel = 0, draw_row = 0;  ///< of the noise: the first latent's, and the steps
  float rate = 0;                                          ///< of Adam, corrected for the first moment's start

  SARINR_EITHER int count() const { return columns * rows; }
  SARINR_EITHER int seen_count() const { return seen_columns * seen_rows; }
  SARINR_EITHER int around_count() const { return (columns + 2) * (rows + 2); }
};

/// What a network's layers hold of every point, a row of `points` numbers for each input or neuron.
struct LatentPlanes {
  int points = 0;
  float* input = nullptr;
  float* first = nullptr;
  float* hidden = nullptr;  ///< what the last layer sees
  float* first_gradient = nullptr;
  float* second_gradient = nullptr;
  float* out_gradient = nullptr;
  float* input_gradient = nullptr;
  float* cost = nullptr;  ///< squared error, or bits; one row
};

/// Points whose weight gradients, or numbers whose sum, one thread block adds up.
struct LatentChunk {
  int first = 0;
  int count = 0;
  int network = 0;  ///< -1: synthesis; else the channel
  int level = 0;    ///< of nodes
  int partial = 0;  ///< place of its sums
};

/// What a launch works on, all of it in the device's memory.
struct LatentArguments {
  int channels = 0, levels = 0, neighbours = 0, window_reach = 0, entropy_width = 0, width = 0;
  int region_width = 0, region_height = 0;
  LatentLevel level[most_latent_levels];
  int free_count = 0, seen_count = 0, filtered_count = 0, around_count = 0, reduced_count = 0;

  bool soft = false;       ///< symbols softened, else whole
  bool gradients = false;  ///< else costs alone
  float temperature = 0, soft_height = 0;
  std::uint32_t draw_step = 0;
  float error_factor = 0;  ///< of a squared error in the cost
  float bit_weight = 0;    ///< of a bit
  float second_correction = 0;
  unsigned active = 0;  ///< channels whose latents move, a bit each

  float *latent = nullptr, *slope = nullptr, *symbol = nullptr, *gradient = nullptr;  ///< of free nodes
  float *first_moment = nullptr, *second_moment = nullptr;
  float *node = nullptr, *along = nullptr, *filtered = nullptr;  ///< of seen nodes
  float *filtered_gradient = nullptr, *along_gradient = nullptr, *node_gradient = nullptr;
  float *upsampled = nullptr, *upsampled_gradient = nullptr;
  float* reduced = nullptr;
  const int* sources = nullptr;      ///< the free node that a seen one repeats; -1: it stays as it is
  const int* seer_starts = nullptr;  ///< of each free node: places in `seers`
  const int* seers = nullptr;        ///< seen nodes that repeat it
  const int* axis_places = nullptr;
  const float* axis_numbers = nullptr;
  const float *target = nullptr, *target_weight = nullptr;  ///< [channel][pixel]
  const float* noise = nullptr;
  float* out = nullptr;  ///< [channel][pixel], or nullptr
  LatentPlanes synthesis, entropy;
  float* symbol_gradient = nullptr;  ///< of free nodes, by themselves in their own bits

  const float* weights = nullptr;  ///< of latent_spec, inputs' columns times their level's step
  float* weight_gradient = nullptr;
  int weight_count = 0;
  int synthesis_places[8] = {};                      ///< of the tensors (latent_tensor)
  int entropy_places[most_latent_channels][7] = {};  ///< the same, of each channel
  float level_step[most_latent_levels] = {};
  const LatentChunk* chunks = nullptr;  ///< of pixels, then of nodes
  int pixel_chunks = 0, chunk_count = 0;
  const LatentChunk* tap_chunks = nullptr;  ///< of seen nodes of filtered levels
  int tap_chunk_count = 0;
  float *partials = nullptr, *tap_partials = nullptr, *cost_partials = nullptr;

  SARINR_EITHER int inputs() const { return levels * channels; }
  SARINR_EITHER int entropy_inputs(int channel) const { return neighbours + (channel == 0 ? 9 : 18); }
  SARINR_EITHER int pixels() const { return region_width * region_height; }
};

/// The launches, in the order of a step.
enum class LatentPass {
  round_latents,
  place_nodes,
  filter_rows,
  filter_columns,
  upsample,
  synthesise,
  count_bits,
  sum_costs,  ///< a block a chunk
  spread_upsampled,
  reduce_rows,
  reduce_columns,
  filter_columns_back,
  filter_rows_back,
  multiply,       ///< a block a chunk: the networks' gradient, by parts
  multiply_taps,  ///< the same of the filters
  sum_weights,
  move_latents
};

/// Threads of a block, or of one that sums a chunk.
constexpr int latent_threads = 128;
/// Points of a chunk that lie in a block's shared memory at a time; rows of them are one number apart from each other.
constexpr int latent_points = 32;

/// Whether a pass has a block a chunk.
SARINR_EITHER constexpr bool is_blockwise(LatentPass pass) {
  return pass == LatentPass::sum_costs || pass == LatentPass::multiply || pass == LatentPass::multiply_taps;
}

/// Threads, or blocks, of a pass.
inline int count_of(const LatentArguments& a, LatentPass pass) {
  switch (pass) {
    case LatentPass::round_latents:
    case LatentPass::count_bits:
    case LatentPass::move_latents:
      return a.free_count;
    case LatentPass::place_nodes:
    case LatentPass::reduce_columns:
      return a.seen_count;
    case LatentPass::filter_rows:
    case LatentPass::filter_columns:
    case LatentPass::filter_columns_back:
    case LatentPass::filter_rows_back:
      return a.filtered_count;
    case LatentPass::upsample:
    case LatentPass::spread_upsampled:
      return a.around_count;
    case LatentPass::synthesise:
      return a.pixels();
    case LatentPass::reduce_rows:
      return a.reduced_count;
    case LatentPass::sum_costs:
    case LatentPass::multiply:
      return a.chunk_count;
    case LatentPass::multiply_taps:
      return a.tap_chunk_count;
    case LatentPass::sum_weights:
      return a.weight_count;
  }
  return 0;
}

/// Shared memory of a block of a blockwise pass, in floats.
inline int latent_shared_floats(const LatentArguments& a) {
  const auto rows = [](int inputs, int width, int outputs) { return inputs + 4 * width + outputs + 1; };
  const int synthesis = rows(a.inputs(), a.width, a.channels);
  const int entropy = rows(a.entropy_inputs(a.channels - 1), a.entropy_width, 2);
  const int products = (synthesis > entropy ? synthesis : entropy) * (latent_points + 1);
  const int sums = latent_threads * latent_taps;
  return products > sums ? products : sums;
}

}  // namespace sarinr::fused
