#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "field/dense_network.h"
#include "sarinr/field/instructions.h"

namespace sarinr {

/// Pixels that pass through a network together. Small enough for a layer's matrices and values to stay in the
/// first-level cache, and a multiple of the rows of every kernel's tile.
inline constexpr std::size_t block_pixels = 48;

/// The inner loops of a dense network on one instruction set, each over one block of pixels. Values are row major, a
/// row a pixel; `columns` is padded(); all pointers but `a` and `bias` are aligned to 64 bytes. What a pixel gets does
/// not depend on the other pixels of the block.
struct LayerKernels {
  /// out[p][n] = bias[n] + sum_k a[p * stride + k] b[k][n] for k < terms. `bias` is aligned too.
  void (*multiply)(const float* a, std::size_t stride, const float* b, const float* bias, std::size_t terms,
                   std::size_t columns, float* out);
  /// out[p][n] = slopes[p][n] sum_k a[p * stride + k] b[k][n].
  void (*multiply_slopes)(const float* a, std::size_t stride, const float* b, const float* slopes, std::size_t terms,
                          std::size_t columns, float* out);
  /// sums[i][n] += sum_p a[p * stride + i] b[p][n] for i < rows.
  void (*accumulate)(const float* a, std::size_t stride, std::size_t rows, const float* b, std::size_t columns,
                     float* sums);
  /// sums[n] += sum_p rows[p][n].
  void (*add_rows)(const float* rows, std::size_t columns, float* sums);
  /// out[p * outputs + c] = bias[c] + sum_k a[p][k] b[c][k], k < columns: for few outputs.
  void (*dot)(const float* a, const float* b, const float* bias, std::size_t columns, std::size_t outputs, float* out);
  /// values = activation(z), may be in place; `constant` is FINER's.
  void (*activate)(Activation activation, float constant, const float* z, std::size_t count, float* values);
  /// The same, and the slopes; `slopes` may be z.
  void (*activate_with_slopes)(Activation activation, float constant, const float* z, std::size_t count, float* values,
                               float* slopes);
  /// values = exp(z), limited to 2^-126 to 2^127; may be in place.
  void (*exponential)(const float* z, std::size_t count, float* values);
  /// Runs `rounds` of independent multiply-adds on registers and says how many numbers took part: what a benchmark
  /// holds the others against.
  std::size_t (*multiply_adds)(std::size_t rounds);
};

/// The kernels of an instruction set, or the fastest for "auto"; throws an Error naming those of this machine.
const LayerKernels& layer_kernels(const std::string& instructions = "auto");

}  // namespace sarinr
