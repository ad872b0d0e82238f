#include "fit/tile_kernels.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "field/amx_tiles.h"
#include "field/dispatch.h"
#include "field/tile_unit.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fit/tile_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef SARINR_FIT_TILE_REGISTERS
#define SARINR_FIT_TILE_REGISTERS

namespace sarinr {

// The registers, one configuration for all three products: sums of the block's three groups of 16 pixels, factors of
// full length, and factors over half a block's pixel pairs (field/tile_unit.h).
constexpr int sums_of_pixels[] = {0, 1, 2};
constexpr int left_cells = 3;
constexpr int right_cells = 4;
constexpr int left_halves[] = {5, 6};
constexpr int right_half = 7;
constexpr std::size_t half_pairs = block_pixels / 4;
constexpr TileShapes tile_shapes = {{{tile_rows, tile_rows},
                                     {tile_rows, tile_rows},
                                     {tile_rows, tile_rows},
                                     {tile_rows, tile_rows},
                                     {tile_rows, tile_rows},
                                     {tile_rows, half_pairs},
                                     {tile_rows, half_pairs},
                                     {half_pairs, tile_rows}}};
static_assert(block_pixels == 3 * tile_rows && half_pairs % 4 == 0);

}  // namespace sarinr

#endif

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Quad = std::uint32_t __attribute__((vector_size(16)));

HWY_INLINE Quad load_quad(const float* from) {
  Quad quad;
  std::memcpy(&quad, from, sizeof(quad));
  return quad;
}

HWY_INLINE void store_quad(Quad quad, float* to) { std::memcpy(to, &quad, sizeof(quad)); }

/// Four rows of four cells become columns.
HWY_INLINE void transpose_quads(const float* from, std::size_t from_stride, float* to, std::size_t to_stride) {
  const Quad a = load_quad(from);
  const Quad b = load_quad(from + from_stride);
  const Quad c = load_quad(from + 2 * from_stride);
  const Quad d = load_quad(from + 3 * from_stride);
  const Quad ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const Quad ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Quad cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Quad cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  store_quad(__builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5), to);
  store_quad(__builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7), to + to_stride);
  store_quad(__builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5), to + 2 * to_stride);
  store_quad(__builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7), to + 3 * to_stride);
}

template <TileUnit Unit>
void begin() {
  Unit::configure(tile_shapes);
}

template <TileUnit Unit>
void end() {
  Unit::release();
}

/// Adds to the sums of 48 pixels and 16 columns; `b` begins with these columns.
template <TileUnit Unit>
HWY_INLINE void add_products(const float* a, const float* b, std::size_t terms, std::size_t columns) {
  const float* second = a + tile_rows * terms;
  const float* third = second + tile_rows * terms;
  for (std::size_t cell = 0; cell < terms; cell += tile_rows) {
    Unit::template load<right_cells>(b + cell * columns, columns);
    Unit::template load<left_cells>(a + cell, terms);
    Unit::template dot<sums_of_pixels[0], left_cells, right_cells>();
    Unit::template load<left_cells>(second + cell, terms);
    Unit::template dot<sums_of_pixels[1], left_cells, right_cells>();
    Unit::template load<left_cells>(third + cell, terms);
    Unit::template dot<sums_of_pixels[2], left_cells, right_cells>();
  }
}

template <TileUnit Unit>
HWY_INLINE void store_sums(float* out, std::size_t stride) {
  Unit::template store<sums_of_pixels[0]>(out, stride);
  Unit::template store<sums_of_pixels[1]>(out + tile_rows * stride, stride);
  Unit::template store<sums_of_pixels[2]>(out + 2 * tile_rows * stride, stride);
}

template <TileUnit Unit>
void multiply(const float* a, const float* b, const float* bias, std::size_t terms, std::size_t columns, float* out) {
  for (std::size_t column = 0; column < columns; column += tile_rows) {
    // A stride of zero gives every pixel the bias.
    Unit::template load<sums_of_pixels[0]>(bias + column, 0);
    Unit::template load<sums_of_pixels[1]>(bias + column, 0);
    Unit::template load<sums_of_pixels[2]>(bias + column, 0);
    add_products<Unit>(a, b + column, terms, columns);
    store_sums<Unit>(out + column, columns);
  }
}

template <TileUnit Unit>
void multiply_slopes(const float* a, const float* b, const float* slopes, std::size_t terms, std::size_t columns,
                     float* out) {
  const hn::CappedTag<float, tile_rows> d;
  alignas(64) float sums[block_pixels * tile_rows];
  for (std::size_t column = 0; column < columns; column += tile_rows) {
    Unit::template zero<sums_of_pixels[0]>();
    Unit::template zero<sums_of_pixels[1]>();
    Unit::template zero<sums_of_pixels[2]>();
    add_products<Unit>(a, b + column, terms, columns);
    store_sums<Unit>(sums, tile_rows);
    for (std::size_t p = 0; p < block_pixels; ++p) {
      for (std::size_t n = 0; n < tile_rows; n += hn::Lanes(d)) {
        const std::size_t place = p * columns + column + n;
        hn::Store(hn::Mul(hn::Load(d, sums + p * tile_rows + n), hn::Load(d, slopes + place)), d, out + place);
      }
    }
  }
}

/// Adds the products of the left halves with 16 columns of b to a tile of sums.
template <TileUnit Unit>
HWY_INLINE void add_halves(const float* b, std::size_t columns, float* sums, std::size_t stride) {
  Unit::template load<sums_of_pixels[0]>(sums, stride);
  Unit::template load<right_half>(b, columns);
  Unit::template dot<sums_of_pixels[0], left_halves[0], right_half>();
  Unit::template load<right_half>(b + half_pairs * columns, columns);
  Unit::template dot<sums_of_pixels[0], left_halves[1], right_half>();
  Unit::template store<sums_of_pixels[0]>(sums, stride);
}

/// The same where fewer than 16 rows of sums are there.
template <TileUnit Unit>
void add_halves_to_few(const float* b, std::size_t columns, std::size_t rows, float* sums) {
  alignas(64) float tile[tile_rows * tile_rows] = {};
  for (std::size_t i = 0; i < rows; ++i) std::copy_n(sums + i * columns, tile_rows, tile + i * tile_rows);
  add_halves<Unit>(b, columns, tile, tile_rows);
  for (std::size_t i = 0; i < rows; ++i) std::copy_n(tile + i * tile_rows, tile_rows, sums + i * columns);
}

template <TileUnit Unit>
void accumulate(const float* a, std::size_t rows, const float* b, std::size_t columns, float* sums) {
  alignas(64) float left[2][tile_rows * tile_rows];
  for (std::size_t row = 0; row < rows; row += tile_rows) {
    for (std::size_t pair = 0; pair < 2 * half_pairs; pair += 4) {
      float* half = left[pair / half_pairs] + pair % half_pairs;
      for (std::size_t i = 0; i < tile_rows; i += 4) {
        transpose_quads(a + pair * columns + row + i, columns, half + i * tile_rows, tile_rows);
      }
    }
    Unit::template load<left_halves[0]>(left[0], tile_rows);
    Unit::template load<left_halves[1]>(left[1], tile_rows);
    for (std::size_t column = 0; column < columns; column += tile_rows) {
      float* tile = sums + row * columns + column;
      if (rows - row >= tile_rows) {
        add_halves<Unit>(b + column, columns, tile, columns);
      } else {
        add_halves_to_few<Unit>(b + column, columns, rows - row, tile);
      }
    }
  }
}

template <TileUnit Unit>
std::size_t multiply_adds(std::size_t rounds) {
  begin<Unit>();
  Unit::template zero<left_cells>();
  Unit::template zero<right_cells>();
  for (std::size_t round = 0; round < rounds; ++round) {
    Unit::template dot<sums_of_pixels[0], left_cells, right_cells>();
    Unit::template dot<sums_of_pixels[1], left_cells, right_cells>();
    Unit::template dot<sums_of_pixels[2], left_cells, right_cells>();
  }
  end<Unit>();
  return rounds * 3 * 2 * tile_rows * tile_rows * tile_rows;
}

template <TileUnit Unit>
PairKernels kernels_on(const PairKernels& vectors, bool native) {
  PairKernels kernels = vectors;
  kernels.native = native;
  kernels.begin = begin<Unit>;
  kernels.end = end<Unit>;
  kernels.multiply = multiply<Unit>;
  kernels.multiply_slopes = multiply_slopes<Unit>;
  kernels.accumulate = accumulate<Unit>;
  kernels.multiply_adds = multiply_adds<Unit>;
  return kernels;
}

PairKernels tile_kernels_here(const PairKernels& vectors, [[maybe_unused]] bool emulated) {
#if HWY_TARGET == HWY_AVX3 && defined(__x86_64__)
  if (!emulated) return kernels_on<AmxTiles>(vectors, true);
#endif
  return kernels_on<EmulatedTiles>(vectors, false);
}

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sarinr {

HWY_EXPORT(tile_kernels_here);

const PairKernels* tile_kernels(const std::string& instructions) {
  if (!uses_tiles(instructions)) return nullptr;
  const auto here = HWY_DISPATCH_TABLE(tile_kernels_here)[dispatch_place(instructions)];
  if (instructions == amx_name) {
    static const PairKernels real = here(pair_kernels("auto"), false);
    return &real;
  }
  static const PairKernels emulated = here(pair_kernels("auto"), true);
  return &emulated;
}

}  // namespace sarinr
#endif
