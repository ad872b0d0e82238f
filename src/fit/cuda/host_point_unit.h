#pragma once

#include <cmath>
#include <numbers>

#include "fit/cuda/point_arguments.h"

namespace sarinr::fused {

/// A lane of the evaluation kernel in plain C++: what DevicePointUnit does on a GPU.
struct HostPointUnit {
  static float multiply_add(float a, float b, float c) { return std::fma(a, b, c); }
  static float exponential(float x) { return std::exp(x); }
  /// sin(pi t).
  static float sine(float half_turns) {
    const float turns = std::nearbyint(0.5f * half_turns);
    return std::sin(std::numbers::pi_v<float> * (half_turns - 2 * turns));
  }
  static void sine_cosine(double angle, double& sine, double& cosine) {
    sine = std::sin(angle);
    cosine = std::cos(angle);
  }

  /// `count` numbers at a place that is a multiple of them.
  template <int count>
  static void load(const float* from, float (&numbers)[count]) {
    for (int i = 0; i < count; ++i) numbers[i] = from[i];
  }
  /// The same from global memory, where all lanes of a warp ask for the same.
  template <int count>
  static void load_same(const float* from, float (&numbers)[count]) {
    load<count>(from, numbers);
  }
  template <int count>
  static void store(float* to, const float (&numbers)[count]) {
    for (int i = 0; i < count; ++i) to[i] = numbers[i];
  }
};

}  // namespace sarinr::fused
