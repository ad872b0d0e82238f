#pragma once

#include <cstddef>
#include <string>

#include "field/layer_kernels.h"

namespace sarinr {

/// The products of a network's hidden layers in bfloat16, summed in floats. Numbers lie in pairs, two to a cell of 32
/// bits (kept as floats' bits): a product of matrices then has half as many terms, each the sum of two products. A
/// matrix of values is needed in two forms: *row pairs*, a pixel's columns c and c + distance of each group of 2
/// distance columns in one cell, [pixel][columns / 2]; and *pixel pairs*, an even pixel and the next, [pixel /
/// 2][columns]. `columns` is a multiple of 32; pointers are aligned to 64 bytes.
struct PairKernels {
  std::size_t distance;
  bool native;  ///< this machine multiplies bfloat16 itself
  /// Both forms of one block of pixels, rounded to the nearest (ties to even).
  void (*pair)(const float* values, std::size_t columns, float* row_pairs, float* pixel_pairs);
  /// out[p][n] = bias[n] + sum over cells of a[p] and b[.][n], terms cells.
  void (*multiply)(const float* a, const float* b, const float* bias, std::size_t terms, std::size_t columns,
                   float* out);
  /// out[p][n] = slopes[p][n] times that sum.
  void (*multiply_slopes)(const float* a, const float* b, const float* slopes, std::size_t terms, std::size_t columns,
                          float* out);
  /// sums[i][n] += sum over pixels of both matrices' pixel pairs, for i < rows.
  void (*accumulate)(const float* a, std::size_t rows, const float* b, std::size_t columns, float* sums);
};

/// The kernels of an instruction set (layer_kernels has the names): with the processor's own bfloat16 instructions
/// where it has them, else the same sums by float arithmetic.
const PairKernels& pair_kernels(const std::string& instructions);

/// Writes a matrix (rows by columns floats) as the right factor of PairKernels::multiply: padded(rows) / 2 rows of
/// cells, rows r and r + distance of each group in one. Missing rows count as zero.
void pair_rows(const float* matrix, std::size_t rows, std::size_t columns, std::size_t distance, float* cells);

}  // namespace sarinr
