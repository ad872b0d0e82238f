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
  /// sums[i][n] += sum over pixels of both matrices' pixel pairs, for i < rows <= columns.
  void (*accumulate)(const float* a, std::size_t rows, const float* b, std::size_t columns, float* sums);
  /// What a thread calls before the first product and after the last (PairSession does); nullptr: nothing to do.
  void (*begin)() = nullptr;
  void (*end)() = nullptr;
  /// As LayerKernels::multiply_adds, on the registers of begin alone; nullptr: the vectors' figure is the peak's.
  std::size_t (*multiply_adds)(std::size_t rounds) = nullptr;
};

/// While it lives, this thread may call the products of `kernels` (nullptr: none are wanted).
class PairSession {
 public:
  explicit PairSession(const PairKernels* kernels) : kernels_(kernels) {
    if (kernels_ != nullptr && kernels_->begin != nullptr) kernels_->begin();
  }
  ~PairSession() {
    if (kernels_ != nullptr && kernels_->end != nullptr) kernels_->end();
  }
  PairSession(const PairSession&) = delete;
  PairSession& operator=(const PairSession&) = delete;

 private:
  const PairKernels* kernels_;
};

/// The kernels of an instruction set (layer_kernels has the names): with tiles where the set has them, with the
/// processor's own bfloat16 instructions where it has those, else the same sums by float arithmetic. "auto" is without
/// tiles.
const PairKernels& pair_kernels(const std::string& instructions);

/// Writes a matrix (rows by columns floats) as the right factor of PairKernels::multiply: padded(rows) / 2 rows of
/// cells, rows r and r + distance of each group in one. Missing rows count as zero.
void pair_rows(const float* matrix, std::size_t rows, std::size_t columns, std::size_t distance, float* cells);

}  // namespace sarinr
