#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "fit/cuda/plan.h"

namespace sarinr::fused {

/// A number of bfloat16, as a float; rounds to nearest, ties to even.
inline std::uint32_t round_to_bfloat16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return 0x7fc0;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

/// A warp of a GPU in plain C++: what DeviceUnit does with one lane a thread, for all 32 lanes in turn, on the same
/// fragments (PTX ISA, "Matrix fragments for mma.m16n8k16 with floating point type"; ldmatrix).
struct HostUnit {
  /// Lanes that one object stands for.
  static constexpr int slots = lanes;
  static int lane(int slot) { return slot; }

  template <class T, int N>
  using PerLane = std::array<std::array<T, N>, slots>;

  /// Before products and loads of the whole warp, after lanes went different ways.
  static void converge() {}
  static std::uint32_t pack(float low, float high) { return round_to_bfloat16(low) | round_to_bfloat16(high) << 16; }
  static float low(std::uint32_t word) { return std::bit_cast<float>(word << 16); }
  static float high(std::uint32_t word) { return std::bit_cast<float>(word & 0xffff0000u); }
  static float number(std::uint32_t word) { return std::bit_cast<float>(word); }
  static std::uint32_t word(float number) { return std::bit_cast<std::uint32_t>(number); }
  /// Two floats from an even place: one access.
  static void pair(const std::uint32_t* place, float (&numbers)[2]) {
    numbers[0] = number(place[0]);
    numbers[1] = number(place[1]);
  }
  static float exponential(float x) { return std::exp(x); }
  static float square_root(float x) { return std::sqrt(x); }

  /// sin and cos of pi times `half_turns`, which is brought within one turn first.
  static void sine_cosine(float half_turns, float& sine, float& cosine) {
    const float turns = std::nearbyint(0.5f * half_turns);
    const float angle = std::numbers::pi_v<float> * (half_turns - 2 * turns);
    sine = std::sin(angle);
    cosine = std::cos(angle);
  }

  /// Four blocks at `base` + offsets, one register each: a lane's own word, or of the transposed block.
  template <bool transposed>
  static void load(PerLane<std::uint32_t, 4>& words, const std::uint32_t* base, const int (&offsets)[4], bool) {
    for (int slot = 0; slot < slots; ++slot) {
      const int row = slot / 4;
      const int pair = slot % 4;
      for (std::size_t i = 0; i < 4; ++i) {
        const std::uint32_t* block = base + offsets[i];
        if (!transposed) {
          words[static_cast<std::size_t>(slot)][i] = block[slot];
          continue;
        }
        const auto element = [&](int r, int c) { return (block[r * 4 + c / 2] >> (16 * (c % 2))) & 0xffffu; };
        words[static_cast<std::size_t>(slot)][i] = element(2 * pair, row) | element(2 * pair + 1, row) << 16;
      }
    }
  }

  /// sums (16 x 8) += a (16 x 16) * b (16 x 8), b being registers `first` and `first` + 1.
  template <int first>
  static void multiply(PerLane<float, 4>& sums, const PerLane<std::uint32_t, 4>& a,
                       const PerLane<std::uint32_t, 4>& b) {
    std::array<std::array<float, 16>, 16> left{};
    std::array<std::array<float, 8>, 16> right{};
    for (std::size_t lane = 0; lane < slots; ++lane) {
      const std::size_t group = lane / 4;
      const std::size_t pair = 2 * (lane % 4);
      for (std::size_t i = 0; i < 4; ++i) {
        left[group + 8 * (i % 2)][pair + 8 * (i / 2)] = low(a[lane][i]);
        left[group + 8 * (i % 2)][pair + 8 * (i / 2) + 1] = high(a[lane][i]);
      }
      for (std::size_t i = 0; i < 2; ++i) {
        right[pair + 8 * i][group] = low(b[lane][first + i]);
        right[pair + 8 * i + 1][group] = high(b[lane][first + i]);
      }
    }
    for (std::size_t lane = 0; lane < slots; ++lane) {
      for (std::size_t i = 0; i < 4; ++i) {
        const std::size_t row = lane / 4 + 8 * (i / 2);
        const std::size_t column = 2 * (lane % 4) + i % 2;
        float sum = 0;
        for (std::size_t k = 0; k < 16; ++k) sum += left[row][k] * right[k][column];
        sums[lane][i] += sum;
      }
    }
  }

  /// Sums over the eight lanes that hold the same columns; every lane gets them.
  static void sum_over_rows(PerLane<float, 4>& values) {
    for (const std::size_t distance : {4, 8, 16}) {
      const PerLane<float, 4> before = values;
      for (std::size_t lane = 0; lane < slots; ++lane) {
        for (std::size_t i = 0; i < 4; ++i) values[lane][i] = before[lane][i] + before[lane ^ distance][i];
      }
    }
  }
};

}  // namespace sarinr::fused
