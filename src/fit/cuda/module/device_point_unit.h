#pragma once

#include "fit/cuda/point_arguments.h"

namespace sarinr::fused {

/// One thread of the evaluation kernel. Sines are CUDA's sinpif, within a unit in the last place, not the special
/// function unit's.
struct DevicePointUnit {
  SARINR_DEVICE float multiply_add(float a, float b, float c) const { return __fmaf_rn(a, b, c); }
  SARINR_DEVICE float exponential(float x) const { return expf(x); }
  SARINR_DEVICE float sine(float half_turns) const { return sinpif(half_turns); }
  SARINR_DEVICE void sine_cosine(double angle, double& sine, double& cosine) const { sincos(angle, &sine, &cosine); }

  template <int count>
  SARINR_DEVICE void load(const float* from, float (&numbers)[count]) const {
    if constexpr (count == 1) {
      numbers[0] = *from;
    } else if constexpr (count == 2) {
      const float2 both = *reinterpret_cast<const float2*>(from);
      numbers[0] = both.x;
      numbers[1] = both.y;
    } else {
      SARINR_UNROLL
      for (int i = 0; i < count; i += 4) four(*reinterpret_cast<const float4*>(from + i), numbers + i);
    }
  }
  template <int count>
  SARINR_DEVICE void load_same(const float* from, float (&numbers)[count]) const {
    static_assert(count % 4 == 0);
    SARINR_UNROLL
    for (int i = 0; i < count; i += 4) four(__ldg(reinterpret_cast<const float4*>(from + i)), numbers + i);
  }
  template <int count>
  SARINR_DEVICE void store(float* to, const float (&numbers)[count]) const {
    if constexpr (count == 1) {
      *to = numbers[0];
    } else if constexpr (count == 2) {
      *reinterpret_cast<float2*>(to) = make_float2(numbers[0], numbers[1]);
    } else {
      static_assert(count == 4);
      *reinterpret_cast<float4*>(to) = make_float4(numbers[0], numbers[1], numbers[2], numbers[3]);
    }
  }

 private:
  SARINR_DEVICE static void four(float4 from, float* numbers) {
    numbers[0] = from.x;
    numbers[1] = from.y;
    numbers[2] = from.z;
    numbers[3] = from.w;
  }
};

}  // namespace sarinr::fused
