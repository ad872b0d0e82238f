#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace sarinr {

/// Floats that kernels may read or write behind the ends that are named.
inline constexpr std::size_t latent_slack = 16;

/// The inner loops of latent fields on one instruction set. `count` and `columns` are multiples of 16 where a pointer
/// is said to be aligned (to 64 bytes). Sums are taken in the order of their terms, each a multiply-add, so that a
/// value interpolated along rows and columns of a window is the one interpolated at its point.
struct LatentKernels {
  /// A row of nodes at every pixel of `cells` cells of `spacing` pixels: out[i * spacing + j] = sum over k < 4 of
  /// weights[k * spacing + j] nodes[i + k]. May read and write `latent_slack` floats further.
  void (*stretch)(const float* nodes, std::size_t cells, std::size_t spacing, const float* weights, float* out);
  /// out[i] = sum over k < 4 of weights[k] rows[k][i]; `out` aligned, rows readable up to count.
  void (*blend)(const float* const* rows, const float* weights, std::size_t count, float* out);
  /// The weights of the four nodes at fractions in [0, 1) behind the second (cubic_weights), or their derivatives of
  /// that order by the fraction, times a factor: out[k * count + i]; both aligned.
  void (*weigh)(int order, float factor, const float* fractions, std::size_t count, float* out);
  /// Four nodes a point, point by point, in rows: out[k * count + i]; both aligned.
  void (*spread)(const float* nodes, std::size_t count, float* out);
  /// Sums over the 4 x 4 nodes of each point: nodes[(row * 4 + column) * count + i] with weights columns[column * count
  /// + i] and rows[row * count + i]; all aligned.
  void (*interpolate)(const float* nodes, const float* columns, const float* rows, std::size_t count, float* out);
  /// out[n][p] = bias[n] + sum_k matrix[n][k] values[k][p] for n < outputs, k < terms, p < columns, not below 0 where
  /// `rectified`; derivatives go without bias (nullptr), never rectified. `values` and `out` aligned.
  void (*multiply)(const float* matrix, const float* bias, std::size_t outputs, const float* values, std::size_t terms,
                   std::size_t columns, bool rectified, float* out);
  /// The rectifier's chain rule in place over `size` values and, `step` apart, their `terms` - 1 derivatives; aligned.
  void (*rectify)(std::size_t terms, std::size_t step, std::size_t size, float* values);
};

/// The kernels of an instruction set, or the fastest for "auto"; throws an Error naming those of this machine.
const LatentKernels& latent_kernels(const std::string& instructions = "auto");

}  // namespace sarinr
