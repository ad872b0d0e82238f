#pragma once

#include <cstdint>

#include "fit/cuda/plan.h"

namespace sarinr::fused {

/// One thread's lane of a warp: tensor-core products (mma.sync, bfloat16, sums in floats), matrix loads and hardware
/// sines of compute capability 8.0 and newer. HostUnit says what each function computes.
struct DeviceUnit {
  static constexpr int slots = 1;
  SARINR_DEVICE int lane(int) const { return static_cast<int>(threadIdx.x % lanes); }

  /// Registers: every index is known once loops are unrolled.
  template <class T, int N>
  struct PerLane {
    T numbers[N];
    SARINR_DEVICE T* operator[](int) { return numbers; }
    SARINR_DEVICE const T* operator[](int) const { return numbers; }
  };

  SARINR_DEVICE void converge() const { __syncwarp(); }
  SARINR_DEVICE std::uint32_t pack(float low, float high) const {
    std::uint32_t word;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
    return word;
  }
  SARINR_DEVICE float low(std::uint32_t word) const { return __uint_as_float(word << 16); }
  SARINR_DEVICE float high(std::uint32_t word) const { return __uint_as_float(word & 0xffff0000u); }
  SARINR_DEVICE float number(std::uint32_t word) const { return __uint_as_float(word); }
  SARINR_DEVICE std::uint32_t word(float number) const { return __float_as_uint(number); }
  SARINR_DEVICE void pair(const std::uint32_t* place, float (&numbers)[2]) const {
    const uint2 words = *reinterpret_cast<const uint2*>(place);
    numbers[0] = number(words.x);
    numbers[1] = number(words.y);
  }
  SARINR_DEVICE float exponential(float x) const { return __expf(x); }
  SARINR_DEVICE float square_root(float x) const { return __fsqrt_rn(x); }

  /// The special-function unit takes angles within a turn; adding and subtracting 3 2^22 rounds to whole turns on the
  /// ordinary units, where a rounding instruction would take the special ones' time.
  SARINR_DEVICE void sine_cosine(float half_turns, float& sine, float& cosine) const {
    constexpr float rounding = 12582912.0f;
    const float turns = __fadd_rn(__fmaf_rn(half_turns, 0.5f, rounding), -rounding);
    const float angle = 3.14159265f * __fmaf_rn(turns, -2.0f, half_turns);
    sine = __sinf(angle);
    cosine = __cosf(angle);
  }

  template <bool transposed>
  SARINR_DEVICE void load(PerLane<std::uint32_t, 4>& words, const std::uint32_t* base, const int (&offsets)[4],
                          bool shared) const {
    if (shared) {
      load_shared<transposed>(words.numbers, base, offsets);
      return;
    }
    SARINR_UNROLL
    for (int i = 0; i < 4; ++i) {
      words.numbers[i] = base[offsets[i] + lane(0)];
      if (transposed) {
        asm volatile("movmatrix.sync.aligned.m8n8.trans.b16 %0, %0;" : "+r"(words.numbers[i]));
      }
    }
  }

  template <int first>
  SARINR_DEVICE void multiply(PerLane<float, 4>& sums, const PerLane<std::uint32_t, 4>& a,
                              const PerLane<std::uint32_t, 4>& b) const {
    float(&c)[4] = sums.numbers;
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a.numbers[0]), "r"(a.numbers[1]), "r"(a.numbers[2]), "r"(a.numbers[3]), "r"(b.numbers[first]),
          "r"(b.numbers[first + 1]));
  }

  SARINR_DEVICE void sum_over_rows(PerLane<float, 4>& values) const {
    SARINR_UNROLL
    for (int distance = 4; distance < lanes; distance *= 2) {
      SARINR_UNROLL
      for (int i = 0; i < 4; ++i) values.numbers[i] += __shfl_xor_sync(0xffffffffu, values.numbers[i], distance);
    }
  }

 private:
  /// Lanes 8 i to 8 i + 7 give the addresses of block i's rows.
  template <bool transposed>
  SARINR_DEVICE void load_shared(std::uint32_t (&words)[4], const std::uint32_t* base, const int (&offsets)[4]) const {
    const int block = lane(0) / 8;
    const int offset = block < 2 ? (block == 0 ? offsets[0] : offsets[1]) : (block == 2 ? offsets[2] : offsets[3]);
    const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(base + offset + lane(0) % 8 * 4));
    if constexpr (transposed) {
      asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                   : "=r"(words[0]), "=r"(words[1]), "=r"(words[2]), "=r"(words[3])
                   : "r"(address)
                   : "memory");
    } else {
      asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                   : "=r"(words[0]), "=r"(words[1]), "=r"(words[2]), "=r"(words[3])
                   : "r"(address)
                   : "memory");
    }
  }
};

}  // namespace sarinr::fused
