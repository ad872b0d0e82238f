#include "field/layer_kernels.h"

#include "field/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "field/layer_kernels.cpp"
#include <hwy/foreach_target.h>

#include "field/activation-inl.h"
#include "field/matrix-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {

void multiply(const float* a, std::size_t stride, const float* b, const float* bias, std::size_t terms,
              std::size_t columns, float* out) {
  multiply_matrices<FloatProducts>({a, stride, 1}, b, block_pixels, columns, terms, FromBias{bias},
                                   IntoMatrix{out, columns});
}

void multiply_slopes(const float* a, std::size_t stride, const float* b, const float* slopes, std::size_t terms,
                     std::size_t columns, float* out) {
  multiply_matrices<FloatProducts>({a, stride, 1}, b, block_pixels, columns, terms, FromZero{},
                                   TimesSlopes{slopes, out, columns});
}

void accumulate(const float* a, std::size_t stride, std::size_t rows, const float* b, std::size_t columns,
                float* sums) {
  multiply_matrices<FloatProducts>({a, 1, stride}, b, rows, columns, block_pixels, FromMatrix{sums, columns},
                                   IntoMatrix{sums, columns});
}

void add_rows(const float* rows, std::size_t columns, float* sums) {
  const Float d;
  for (std::size_t n = 0; n < columns; n += hn::Lanes(d)) {
    Vector even = hn::Load(d, sums + n);
    Vector odd = hn::Zero(d);
    for (std::size_t p = 0; p < block_pixels; p += 2) {
      even = hn::Add(even, hn::Load(d, rows + p * columns + n));
      odd = hn::Add(odd, hn::Load(d, rows + (p + 1) * columns + n));
    }
    hn::Store(hn::Add(even, odd), d, sums + n);
  }
}

void dot(const float* a, const float* b, const float* bias, std::size_t columns, std::size_t outputs, float* out) {
  const Float d;
  for (std::size_t p = 0; p < block_pixels; ++p) {
    for (std::size_t c = 0; c < outputs; ++c) {
      Vector sum = hn::Zero(d);
      for (std::size_t k = 0; k < columns; k += hn::Lanes(d)) {
        sum = hn::MulAdd(hn::Load(d, a + p * columns + k), hn::Load(d, b + c * columns + k), sum);
      }
      out[p * outputs + c] = hn::GetLane(hn::SumOfLanes(d, sum)) + bias[c];
    }
  }
}

template <class Kind>
void values_of(Kind kind, const float* z, std::size_t count, float* values) {
  const Float d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) hn::Store(kind.value(hn::Load(d, z + i)), d, values + i);
}

template <class Kind>
void values_and_slopes_of(Kind kind, const float* z, std::size_t count, float* values, float* slopes) {
  const Float d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const ValueAndSlope both = kind.both(hn::Load(d, z + i));
    hn::Store(both.value, d, values + i);
    hn::Store(both.slope, d, slopes + i);
  }
}

void activate(Activation activation, float constant, const float* z, std::size_t count, float* values) {
  switch (activation) {
    case Activation::sine:
      return values_of(SineActivation{}, z, count, values);
    case Activation::finer:
      return values_of(FinerActivation{constant}, z, count, values);
    case Activation::gauss:
      return values_of(GaussActivation{}, z, count, values);
    case Activation::relu:
      return values_of(ReluActivation{}, z, count, values);
  }
}

void activate_with_slopes(Activation activation, float constant, const float* z, std::size_t count, float* values,
                          float* slopes) {
  switch (activation) {
    case Activation::sine:
      return values_and_slopes_of(SineActivation{}, z, count, values, slopes);
    case Activation::finer:
      return values_and_slopes_of(FinerActivation{constant}, z, count, values, slopes);
    case Activation::gauss:
      return values_and_slopes_of(GaussActivation{}, z, count, values, slopes);
    case Activation::relu:
      return values_and_slopes_of(ReluActivation{}, z, count, values, slopes);
  }
}

void exponentials(const float* z, std::size_t count, float* values) {
  const Float d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) hn::Store(exponential(hn::Load(d, z + i)), d, values + i);
}

std::size_t multiply_adds(std::size_t rounds) {
  const Float d;
  constexpr int chains = many_registers ? 24 : 12;
  Vector sum[chains];
#pragma GCC unroll 24
  for (int i = 0; i < chains; ++i) sum[i] = hn::Set(d, static_cast<float>(i));
  const Vector factor = hn::Set(d, 0.5f);
  const Vector term = hn::Set(d, 0.25f);
  for (std::size_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 24
    for (int i = 0; i < chains; ++i) sum[i] = hn::MulAdd(sum[i], factor, term);
  }
  Vector total = sum[0];
  for (int i = 1; i < chains; ++i) total = hn::Add(total, sum[i]);
  // A result that depends on the sums keeps the compiler from leaving them out: they never become negative.
  const bool negative = hn::GetLane(total) < 0;
  return negative ? 0 : rounds * chains * hn::Lanes(d);
}

const LayerKernels* kernels_here() {
  static const LayerKernels kernels = {multiply, multiply_slopes,      accumulate,   add_rows,     dot,
                                       activate, activate_with_slopes, exponentials, multiply_adds};
  return &kernels;
}

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sarinr {

HWY_EXPORT(kernels_here);

const LayerKernels& layer_kernels(const std::string& instructions) {
  return *HWY_DISPATCH_TABLE(kernels_here)[dispatch_place(instructions)]();
}

}  // namespace sarinr
#endif
