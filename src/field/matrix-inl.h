// Products of small matrices over a block of pixels, included once per instruction set (Highway's foreach_target).
//
// out[i][n] = sum_l a(i, l) b[l][n]: rows of `a` are broadcast against vectors of `b`. A tile of out stays in registers
// over the whole sum, large enough to hide the latency of multiply-adds and to need less than one load for each.

#if defined(SARINR_FIELD_MATRIX_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SARINR_FIELD_MATRIX_INL_H
#undef SARINR_FIELD_MATRIX_INL_H
#else
#define SARINR_FIELD_MATRIX_INL_H
#endif

#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr bool many_registers = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON;
/// Vectors of `b` side by side in a tile, and the most rows that then fit the registers.
constexpr int most_vectors = many_registers ? 4 : 2;
template <int vectors>
constexpr int most_rows = many_registers ? (vectors == 4 ? 6 : 8) : 6;

/// Element (i, l) stands at data[i * row_step + l * term_step].
struct LeftMatrix {
  const float* data;
  std::size_t row_step;
  std::size_t term_step;
};

using Single = hn::ScalableTag<float>;

/// Sums of products in single precision.
struct FloatProducts {
  static HWY_INLINE hn::Vec<Single> add(hn::Vec<Single> a, hn::Vec<Single> b, hn::Vec<Single> sum) {
    return hn::MulAdd(a, b, sum);
  }
};

// What a tile's sums start with and where they go.

struct FromBias {
  const float* bias;
  HWY_INLINE hn::Vec<Single> operator()(std::size_t, std::size_t column) const {
    return hn::Load(Single(), bias + column);
  }
};

struct FromZero {
  HWY_INLINE hn::Vec<Single> operator()(std::size_t, std::size_t) const { return hn::Zero(Single()); }
};

struct FromMatrix {
  const float* matrix;
  std::size_t columns;
  HWY_INLINE hn::Vec<Single> operator()(std::size_t row, std::size_t column) const {
    return hn::Load(Single(), matrix + row * columns + column);
  }
};

struct IntoMatrix {
  float* matrix;
  std::size_t columns;
  HWY_INLINE void operator()(std::size_t row, std::size_t column, hn::Vec<Single> sum) const {
    hn::Store(sum, Single(), matrix + row * columns + column);
  }
};

struct TimesSlopes {
  const float* slopes;
  float* matrix;
  std::size_t columns;
  HWY_INLINE void operator()(std::size_t row, std::size_t column, hn::Vec<Single> sum) const {
    const std::size_t place = row * columns + column;
    hn::Store(hn::Mul(sum, hn::Load(Single(), slopes + place)), Single(), matrix + place);
  }
};

/// One tile. `start(row, column)` is what a sum begins with, `finish(row, column, sum)` takes the result.
template <class Products, int rows, int vectors, class Start, class Finish>
HWY_INLINE void multiply_tile(LeftMatrix a, const float* HWY_RESTRICT b, std::size_t columns, std::size_t terms,
                              std::size_t row, std::size_t column, const Start& start, const Finish& finish) {
  const Single d;
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<Single> sum[rows][vectors];
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 16
    for (int j = 0; j < vectors; ++j) {
      sum[i][j] = start(row + static_cast<std::size_t>(i), column + static_cast<std::size_t>(j) * lanes);
    }
  }
  const float* HWY_RESTRICT left = a.data + row * a.row_step;
  const float* HWY_RESTRICT right = b + column;
  for (std::size_t l = 0; l < terms; ++l) {
    hn::Vec<Single> vector[vectors];
#pragma GCC unroll 16
    for (int j = 0; j < vectors; ++j) vector[j] = hn::Load(d, right + static_cast<std::size_t>(j) * lanes);
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
      const auto scalar = hn::Set(d, left[static_cast<std::size_t>(i) * a.row_step]);
#pragma GCC unroll 16
      for (int j = 0; j < vectors; ++j) sum[i][j] = Products::add(scalar, vector[j], sum[i][j]);
    }
    left += a.term_step;
    right += columns;
  }
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 16
    for (int j = 0; j < vectors; ++j) {
      finish(row + static_cast<std::size_t>(i), column + static_cast<std::size_t>(j) * lanes, sum[i][j]);
    }
  }
}

/// The rows from `row` on, in tiles of `rows`, then of fewer. No row's value depends on the size of its tile.
template <class Products, int rows, int vectors, class Start, class Finish>
HWY_INLINE void multiply_rows(LeftMatrix a, const float* b, std::size_t columns, std::size_t terms, std::size_t row,
                              std::size_t last, std::size_t column, const Start& start, const Finish& finish) {
  for (; row + rows <= last; row += rows) {
    multiply_tile<Products, rows, vectors>(a, b, columns, terms, row, column, start, finish);
  }
  if constexpr (rows > 1) {
    constexpr int fewer = rows == 6 ? 4 : rows / 2;
    if (row < last) {
      multiply_rows<Products, fewer, vectors>(a, b, columns, terms, row, last, column, start, finish);
    }
  }
}

/// All `rows` by `columns` of the product of a (rows by terms) and b (terms by columns, row major, aligned); columns is
/// a multiple of the vector's lanes.
template <class Products, class Start, class Finish>
HWY_INLINE void multiply_matrices(LeftMatrix a, const float* b, std::size_t rows, std::size_t columns,
                                  std::size_t terms, const Start& start, const Finish& finish) {
  const std::size_t lanes = hn::Lanes(Single());
  std::size_t left = columns / lanes;
  for (std::size_t column = 0; left > 0;) {
    // Five vectors are better taken as three and two than as four and one: one hides no latency.
    const std::size_t taken = left == 5 && many_registers ? 3 : HWY_MIN(left, std::size_t{most_vectors});
    if (taken == most_vectors) {
      multiply_rows<Products, most_rows<most_vectors>, most_vectors>(a, b, columns, terms, 0, rows, column, start,
                                                                     finish);
    } else if (taken == 1) {
      multiply_rows<Products, most_rows<1>, 1>(a, b, columns, terms, 0, rows, column, start, finish);
    } else if constexpr (many_registers) {
      if (taken == 3) {
        multiply_rows<Products, most_rows<3>, 3>(a, b, columns, terms, 0, rows, column, start, finish);
      } else {
        multiply_rows<Products, most_rows<2>, 2>(a, b, columns, terms, 0, rows, column, start, finish);
      }
    }
    column += taken * lanes;
    left -= taken;
  }
}

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // the toggled guard
