#pragma once

#include "fit/cuda/plan.h"

namespace sarinr::fused {

/// A layer's value and slope from z = kernel_factor (W x + b): what the cpu engine's kernels compute (DenseNetwork).
template <Activation activation, class Unit>
SARINR_DEVICE void activate(const Unit& unit, float z, float finer_constant, float& value, float& slope) {
  if constexpr (activation == Activation::sine) {
    unit.sine_cosine(z, value, slope);
  } else if constexpr (activation == Activation::finer) {
    const float u = z * finer_constant;
    const float growth = (u < 0 ? -u : u) + 1;
    unit.sine_cosine(z * growth, value, slope);
    slope *= growth;
  } else if constexpr (activation == Activation::gauss) {
    value = unit.exponential(-z * z);
    slope = -2 * z * value;
  } else {
    value = z > 0 ? z : 0;
    slope = z > 0 ? 1.0f : 0.0f;
  }
}

}  // namespace sarinr::fused
