#include "fit/pair_kernels.h"

#include <bit>
#include <cstdint>

#include "field/dispatch.h"
#include "fit/tile_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fit/pair_kernels.cpp"
#include <hwy/foreach_target.h>

#include "field/matrix-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {

using Float = hn::ScalableTag<float>;
using Bits = hn::ScalableTag<std::uint32_t>;
using Vector = hn::Vec<Float>;

/// sum + a's even number times b's + a's odd number times b's, by float arithmetic: products of bfloat16 are exact.
struct EmulatedPairProducts {
  static HWY_INLINE Vector even(Vector v) { return hn::BitCast(Float(), hn::ShiftLeft<16>(hn::BitCast(Bits(), v))); }
  static HWY_INLINE Vector odd(Vector v) {
    return hn::BitCast(Float(), hn::And(hn::BitCast(Bits(), v), hn::Set(Bits(), 0xFFFF0000u)));
  }
  static HWY_INLINE Vector add(Vector a, Vector b, Vector sum) {
    return hn::MulAdd(even(a), even(b), hn::MulAdd(odd(a), odd(b), sum));
  }
};

#if HWY_TARGET == HWY_AVX3
/// The same by AVX512_BF16's instruction, which Highway 1.0 has no target for.
struct NativePairProducts {
  static HWY_INLINE Vector add(Vector a, Vector b, Vector sum) {
    __asm__("vdpbf16ps %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
    return sum;
  }
};
#endif

template <class Products>
void multiply(const float* a, const float* b, const float* bias, std::size_t terms, std::size_t columns, float* out) {
  multiply_matrices<Products>({a, terms, 1}, b, block_pixels, columns, terms, FromBias{bias}, IntoMatrix{out, columns});
}

template <class Products>
void multiply_slopes(const float* a, const float* b, const float* slopes, std::size_t terms, std::size_t columns,
                     float* out) {
  multiply_matrices<Products>({a, terms, 1}, b, block_pixels, columns, terms, FromZero{},
                              TimesSlopes{slopes, out, columns});
}

template <class Products>
void accumulate(const float* a, std::size_t rows, const float* b, std::size_t columns, float* sums) {
  multiply_matrices<Products>({a, 1, columns}, b, rows, columns, block_pixels / 2, FromMatrix{sums, columns},
                              IntoMatrix{sums, columns});
}

/// Bits whose upper half is the nearest bfloat16.
HWY_INLINE hn::Vec<Bits> rounded(const float* values) {
  const Bits d;
  const auto bits = hn::BitCast(d, hn::Load(Float(), values));
  const auto tie = hn::And(hn::ShiftRight<16>(bits), hn::Set(d, 1));
  return hn::Add(hn::Add(bits, tie), hn::Set(d, 0x7FFF));
}

HWY_INLINE void store_cell(hn::Vec<Bits> even, hn::Vec<Bits> odd, float* cell) {
  const Bits d;
  const auto both = hn::Or(hn::ShiftRight<16>(even), hn::And(odd, hn::Set(d, 0xFFFF0000u)));
  hn::Store(hn::BitCast(Float(), both), Float(), cell);
}

void pair(const float* values, std::size_t columns, float* row_pairs, float* pixel_pairs) {
  const std::size_t lanes = hn::Lanes(Float());
  for (std::size_t p = 0; p < block_pixels; p += 2) {
    for (std::size_t n = 0; n < columns; n += 2 * lanes) {
      const float* at = values + p * columns + n;
      const auto left = rounded(at);
      const auto right = rounded(at + lanes);
      const auto next_left = rounded(at + columns);
      const auto next_right = rounded(at + columns + lanes);
      float* rows = row_pairs + p * columns / 2 + n / 2;
      store_cell(left, right, rows);
      store_cell(next_left, next_right, rows + columns / 2);
      float* pixels = pixel_pairs + p / 2 * columns + n;
      store_cell(left, next_left, pixels);
      store_cell(right, next_right, pixels + lanes);
    }
  }
}

template <class Products>
PairKernels kernels_with(bool native) {
  return {hn::Lanes(Float()), native, pair, multiply<Products>, multiply_slopes<Products>, accumulate<Products>};
}

const PairKernels* pair_kernels_here() {
#if HWY_TARGET == HWY_AVX3
  static const bool native = __builtin_cpu_supports("avx512bf16") != 0;
  static const PairKernels kernels =
      native ? kernels_with<NativePairProducts>(true) : kernels_with<EmulatedPairProducts>(false);
#else
  static const PairKernels kernels = kernels_with<EmulatedPairProducts>(false);
#endif
  return &kernels;
}

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sarinr {

HWY_EXPORT(pair_kernels_here);

const PairKernels& pair_kernels(const std::string& instructions) {
  if (const PairKernels* tiles = tile_kernels(instructions)) return *tiles;
  return *HWY_DISPATCH_TABLE(pair_kernels_here)[dispatch_place(instructions)]();
}

void pair_rows(const float* matrix, std::size_t rows, std::size_t columns, std::size_t distance, float* cells) {
  const auto upper = [&](std::size_t row, std::size_t column) {
    const std::uint32_t bits = row < rows ? std::bit_cast<std::uint32_t>(matrix[row * columns + column]) : 0;
    return (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  };
  for (std::size_t group = 0; group < padded(static_cast<int>(rows)); group += 2 * distance) {
    for (std::size_t row = group; row < group + distance; ++row) {
      for (std::size_t n = 0; n < columns; ++n) {
        *cells++ = std::bit_cast<float>(upper(row, n) | upper(row + distance, n) << 16);
      }
    }
  }
}

}  // namespace sarinr
#endif
