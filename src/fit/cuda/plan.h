#pragma once

#include <cstddef>
#include <cstdint>

#include "field/activation.h"
#include "fit/cuda/portable.h"

namespace sarinr {
struct DenseNetwork;
}

namespace sarinr::fused {

// The fused kernel fits one tile's network per thread block. A warp takes 16 pixels forward and back in registers
// (pixels are the rows of its tensor-core products) and leaves values and gradients of every layer in its *stash*; then
// all warps share the products that make the gradients of the weights, each summing a fixed set of *jobs* in registers
// over all pixels of the epoch. Every number has one owner, so sums have one order and results do not depend on timing.
//
// All bfloat16 matrices lie in *blocks*: 8 rows by 8 columns, row major, 32 words of two numbers. A lane's registers of
// a tensor-core fragment are the words of a block at the lane's own place, or of the transposed block.

constexpr int lanes = 32;
constexpr int block_words = 32;
constexpr int warp_pixels = 16;
constexpr int most_outputs = 8;
constexpr int most_depth = 8;
/// Products of 16 x 8 weights that a job sums: 16 registers a lane.
constexpr int job_tiles = 4;

/// The network as the kernel sees it: width filled up to `padded` by neurons that reach nothing.
struct Shape {
  Activation activation = Activation::sine;
  int width = 0;
  int padded = 0;
  int depth = 0;
  int outputs = 0;
  float kernel_factor[2] = {1, 1};   ///< DenseNetwork::kernel_factor of the first and of the hidden layers
  float slope_factor[2] = {1, 1};    ///< DenseNetwork::slope_factor of the same
  float finer_constant[2] = {1, 1};  ///< DenseNetwork::finer_constant of the same

  SARINR_DEVICE int weights() const { return 3 * width + depth * hidden_weights() + outputs * (width + 1); }
  SARINR_DEVICE int hidden_weights() const { return width * (width + 1); }
  /// Place of a layer's matrix among the weights; its biases follow it.
  SARINR_DEVICE int matrix(int layer) const { return layer == 0 ? 0 : 3 * width + (layer - 1) * hidden_weights(); }
};

/// Jobs that a warp sums at once: as many as its registers hold beside a pass over its pixels.
constexpr int jobs_of_a_warp(int padded) { return padded <= 64 ? 4 : 7; }
constexpr int most_warps(int padded) { return padded <= 32 ? 12 : padded <= 64 ? 11 : 8; }

/// How a network is laid out on a device.
struct Plan {
  Shape shape;
  int warps = 0;
  int passes = 0;                ///< over the pixels an epoch: more than one where the jobs do not fit into registers
  bool blocks_in_shared = true;  ///< hidden matrices; else in global memory
  bool small_in_shared = true;   ///< the other parameters

  /// Words of a warp's stash: slopes, then gradients, of layers 0 to depth; their values; coordinates and the outputs'
  /// gradients.
  SARINR_DEVICE int slot_words() const { return shape.padded * warp_pixels / 2; }
  SARINR_DEVICE int gradient_slot(int layer) const { return layer * slot_words(); }
  SARINR_DEVICE int value_slot(int layer) const { return (shape.depth + 1 + layer) * slot_words(); }
  SARINR_DEVICE int coordinate_slot() const { return 2 * (shape.depth + 1) * slot_words(); }
  SARINR_DEVICE int output_slot() const { return coordinate_slot() + 2 * block_words; }
  SARINR_DEVICE int stash_words() const { return coordinate_slot() + 6 * block_words; }

  /// Words of the packed parameters: blocks of the hidden matrices times kernel_factor; then blocks of the last matrix,
  /// its leading and its trailing bits; then floats: the first matrix's two columns and biases and the hidden biases,
  /// times kernel_factor, and the last biases.
  SARINR_DEVICE int block_columns() const { return shape.padded / 8; }
  SARINR_DEVICE int hidden_block_words() const { return block_columns() * block_columns() * block_words; }
  SARINR_DEVICE int blocks_size() const { return shape.depth * hidden_block_words(); }
  SARINR_DEVICE int output_block_words() const { return block_columns() * block_words; }
  SARINR_DEVICE int first_layer() const { return 2 * output_block_words(); }
  SARINR_DEVICE int hidden_biases() const { return first_layer() + 3 * shape.padded; }
  SARINR_DEVICE int output_biases() const { return hidden_biases() + shape.depth * shape.padded; }
  SARINR_DEVICE int small_size() const { return output_biases() + most_outputs; }

  /// Jobs: of the hidden matrices 16 rows by 32 columns each; of biases and the first matrix 64 rows; of the last
  /// matrix 32 columns.
  SARINR_DEVICE int row_tiles() const { return shape.padded / 16; }
  SARINR_DEVICE int hidden_jobs() const { return shape.depth * row_tiles() * (shape.padded / 32); }
  SARINR_DEVICE int bias_jobs_a_layer() const { return (row_tiles() + job_tiles - 1) / job_tiles; }
  SARINR_DEVICE int bias_jobs() const { return (shape.depth + 1) * bias_jobs_a_layer(); }
  SARINR_DEVICE int jobs() const { return hidden_jobs() + bias_jobs() + row_tiles() / 2; }

  std::size_t shared_bytes() const;
};

/// Whether the kernel has that network: no positional encoding, width 16 to 128, up to 8 outputs.
bool suits(const DenseNetwork& network);

/// The layout for a device whose blocks have that much shared memory: parameters in shared memory where at least four
/// warps still fit beside them. Throws an Error where not even one warp does.
Plan make_plan(const DenseNetwork& network, std::size_t shared_bytes);

}  // namespace sarinr::fused
