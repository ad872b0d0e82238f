#include "field/derivatives.h"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "field/derivatives.cpp"
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>

#include "field/sine-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {
constexpr std::size_t block = 64;  // points; a multiple of every vector length in use
constexpr std::size_t group = 4;   // neurons computed together

/// `count` rows of W in (+ b for the values, the first `block` columns); a row holds all terms of a block of points.
template <std::size_t count>
HWY_INLINE void rows(const float* weights, const float* bias, std::size_t inputs, std::size_t length,
                     const float* HWY_RESTRICT in, float* HWY_RESTRICT out) {
  const Float d;
  for (std::size_t p = 0; p < length; p += hn::Lanes(d)) {
    Vector sum[count];
    for (std::size_t j = 0; j < count; ++j) sum[j] = p < block ? hn::Set(d, bias[j]) : hn::Zero(d);
    for (std::size_t k = 0; k < inputs; ++k) {
      const Vector a = hn::Load(d, in + k * length + p);
      for (std::size_t j = 0; j < count; ++j) sum[j] = hn::MulAdd(hn::Set(d, weights[j * inputs + k]), a, sum[j]);
    }
    for (std::size_t j = 0; j < count; ++j) hn::Store(sum[j], d, out + j * length + p);
  }
}

/// sin(pi t) of a row's terms, in place: the chain rule with f' = pi cos(pi t), f'' = -pi^2 sin(pi t).
HWY_INLINE void sine_terms(float* HWY_RESTRICT row, std::size_t terms) {
  const Float d;
  const Vector pi = hn::Set(d, 3.14159265f);
  for (std::size_t p = 0; p < block; p += hn::Lanes(d)) {
    const auto term = [&](std::size_t i) { return row + i * block + p; };
    const Vector t = hn::Load(d, term(0));
    const Vector sine = sine_of_half_turns(t);
    // The fraction is taken before the quarter turn is added, which would cost its last digits.
    const Vector fraction = hn::Sub(t, hn::Mul(hn::Set(d, 2.0f), hn::Round(hn::Mul(t, hn::Set(d, 0.5f)))));
    const Vector slope = hn::Mul(pi, sine_of_half_turns(hn::Add(fraction, hn::Set(d, 0.5f))));
    const Vector x = hn::Load(d, term(1));
    const Vector y = hn::Load(d, term(2));
    if (terms == 6) {
      const Vector bend = hn::Neg(hn::Mul(hn::Mul(pi, pi), sine));
      const auto second = [&](std::size_t i, Vector a, Vector b) {
        const Vector own = hn::Mul(slope, hn::Load(d, term(i)));
        hn::Store(hn::MulAdd(bend, hn::Mul(a, b), own), d, term(i));
      };
      second(3, x, x);
      second(4, x, y);
      second(5, y, y);
    }
    hn::Store(sine, d, term(0));
    hn::Store(hn::Mul(slope, x), d, term(1));
    hn::Store(hn::Mul(slope, y), d, term(2));
  }
}

void layer(const float* weights, std::size_t inputs, std::size_t outputs, std::size_t terms, const float* in,
           float* out, bool sine) {
  const std::size_t length = terms * block;
  const float* bias = weights + inputs * outputs;
  std::size_t j = 0;
  for (; j + group <= outputs; j += group) {
    rows<group>(weights + j * inputs, bias + j, inputs, length, in, out + j * length);
  }
  for (; j < outputs; ++j) rows<1>(weights + j * inputs, bias + j, inputs, length, in, out + j * length);
  if (!sine) return;
  for (j = 0; j < outputs; ++j) sine_terms(out + j * length, terms);
}

void differentiate(const SineNetwork& network, int order, const float* x, const float* y, std::size_t count,
                   float* out, std::size_t stride) {
  const std::size_t terms = order == 2 ? 6 : 3;
  const std::size_t length = terms * block;
  const std::size_t widest = static_cast<std::size_t>(std::max({network.width, network.outputs, 2}));
  const auto buffers = hwy::AllocateAligned<float>(2 * widest * length);
  float* current = buffers.get();
  float* next = current + widest * length;
  for (std::size_t begin = 0; begin < count; begin += block) {
    const std::size_t filled = std::min(block, count - begin);
    std::fill(current, current + 2 * length, 0.0f);
    std::copy(x + begin, x + begin + filled, current);
    std::copy(y + begin, y + begin + filled, current + length);
    std::fill(current + block, current + 2 * block, 1.0f);                    // dx/dx
    std::fill(current + length + 2 * block, current + length + 3 * block, 1.0f);  // dy/dy
    const float* weights = network.weights;
    std::size_t inputs = 2;
    for (int i = 0; i <= network.depth + 1; ++i) {
      const bool last = i == network.depth + 1;
      const auto outputs = static_cast<std::size_t>(last ? network.outputs : network.width);
      layer(weights, inputs, outputs, terms, current, next, !last);
      std::swap(current, next);
      weights += (inputs + 1) * outputs;
      inputs = outputs;
    }
    for (std::size_t row = 0; row < static_cast<std::size_t>(network.outputs) * terms; ++row) {
      const float* values = current + row * block;
      std::copy(values, values + filled, out + row * stride + begin);
    }
  }
}

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sarinr {

HWY_EXPORT(differentiate);

void differentiate_sine_network(const SineNetwork& network, int order, const float* x, const float* y,
                                std::size_t count, float* out, std::size_t stride) {
  const std::vector<float> folded = weights_in_half_turns(network);
  SineNetwork prepared = network;
  prepared.weights = folded.data();
  HWY_DYNAMIC_DISPATCH(differentiate)(prepared, order, x, y, count, out, stride);
}

}  // namespace sarinr
#endif
