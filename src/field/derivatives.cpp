#include "field/derivatives.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "field/packed_network.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "field/derivatives.cpp"
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>

#include "field/activation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {

/// An activation's value and its first two derivatives by what the kernels give it.
struct Bent {
  Vector value;
  Vector slope;
  Vector bend;
};

HWY_INLINE Bent bent_sine(Vector z) {
  const Float d;
  const ValueAndSlope turn = sine_and_cosine_of_half_turns(z);
  const Vector pi = hn::Set(d, 3.14159265f);
  return {turn.value, hn::Mul(pi, turn.slope), hn::Neg(hn::Mul(hn::Mul(pi, pi), turn.value))};
}

/// Unlike in the fit, the factor abs(z) + 1 is differentiated too: this is the function's own derivative.
HWY_INLINE Bent bent_finer(Vector z, float per_half_turn) {
  const Float d;
  const Vector c = hn::Set(d, per_half_turn);
  const Vector growth = hn::MulAdd(hn::Abs(z), c, hn::Set(d, 1.0f));
  const Bent outer = bent_sine(hn::Mul(growth, z));
  const Vector inner = hn::MulAdd(hn::Abs(z), hn::Add(c, c), hn::Set(d, 1.0f));
  const Vector inner_bend = hn::CopySign(hn::Add(c, c), z);
  return {outer.value, hn::Mul(outer.slope, inner),
          hn::MulAdd(outer.bend, hn::Mul(inner, inner), hn::Mul(outer.slope, inner_bend))};
}

HWY_INLINE Bent bent_gauss(Vector z) {
  const Float d;
  const Vector bell = gaussian(z);
  const Vector slope = hn::Mul(hn::Mul(hn::Set(d, -2.0f), z), bell);
  return {bell, slope, hn::Mul(hn::MulAdd(hn::Mul(hn::Set(d, 4.0f), z), z, hn::Set(d, -2.0f)), bell)};
}

HWY_INLINE Bent bent_relu(Vector z) {
  const Float d;
  const ValueAndSlope both = ReluActivation{}.both(z);
  return {both.value, both.slope, hn::Zero(d)};
}

/// The chain rule over `size` neurons, in place: terms lie `size` apart, the values first.
template <typename Bend>
void chain(const Bend& bend_of, std::size_t size, std::size_t terms, float* HWY_RESTRICT values) {
  const Float d;
  for (std::size_t i = 0; i < size; i += hn::Lanes(d)) {
    const auto term = [&](std::size_t t) { return values + t * size + i; };
    const Bent bent = bend_of(hn::Load(d, values + i));
    const Vector x = hn::Load(d, term(1));
    const Vector y = hn::Load(d, term(2));
    if (terms == 6) {
      const auto second = [&](std::size_t t, Vector a, Vector b) {
        const Vector own = hn::Mul(bent.slope, hn::Load(d, term(t)));
        hn::Store(hn::MulAdd(bent.bend, hn::Mul(a, b), own), d, term(t));
      };
      second(3, x, x);
      second(4, x, y);
      second(5, y, y);
    }
    hn::Store(bent.value, d, term(0));
    hn::Store(hn::Mul(bent.slope, x), d, term(1));
    hn::Store(hn::Mul(bent.slope, y), d, term(2));
  }
}

void activate_terms(Activation activation, float constant, std::size_t size, std::size_t terms, float* values) {
  switch (activation) {
    case Activation::sine:
      return chain([](Vector z) { return bent_sine(z); }, size, terms, values);
    case Activation::finer:
      return chain([constant](Vector z) { return bent_finer(z, constant); }, size, terms, values);
    case Activation::gauss:
      return chain([](Vector z) { return bent_gauss(z); }, size, terms, values);
    case Activation::relu:
      return chain([](Vector z) { return bent_relu(z); }, size, terms, values);
  }
}

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sarinr {

HWY_EXPORT(activate_terms);

namespace {

/// The terms of the network's inputs at one point: [term][input], terms `step` apart.
void encode_terms(const DenseNetwork& network, std::size_t terms, float x, float y, float* inputs, std::size_t step) {
  encode_point(network, x, y, inputs);
  for (std::size_t term = 1; term < terms; ++term) std::fill_n(inputs + term * step, network.inputs(), 0.0f);
  inputs[step] = 1;
  inputs[2 * step + 1] = 1;
  for (int axis = 0; axis < 2; ++axis) {
    const std::size_t first = axis == 0 ? 1 : 2;
    const std::size_t second = axis == 0 ? 3 : 5;
    for (int k = 0; k < network.frequencies; ++k) {
      const std::size_t at = 2 + 2 * static_cast<std::size_t>(axis * network.frequencies + k);
      const float rate = std::ldexp(network.encoding_scale, k);
      const float sine = inputs[at];
      const float cosine = inputs[at + 1];
      inputs[first * step + at] = rate * cosine;
      inputs[first * step + at + 1] = -rate * sine;
      if (terms == 3) continue;
      inputs[second * step + at] = -rate * rate * sine;
      inputs[second * step + at + 1] = -rate * rate * cosine;
    }
  }
}

}  // namespace

void differentiate_dense_network(const DenseNetwork& network, const float* weights, const LayerKernels& kernels,
                                 int order, const float* x, const float* y, std::size_t count, float* out,
                                 std::size_t stride) {
  PackedNetwork packed(network);
  packed.pack(weights);
  const std::size_t terms = order == 2 ? 6 : 3;
  const auto inputs = static_cast<std::size_t>(network.inputs());
  const std::size_t size = block_pixels * packed.columns();
  const AlignedFloats coordinates = aligned_zeros(terms * block_pixels * inputs);
  const AlignedFloats buffers = aligned_zeros(2 * terms * size);
  const AlignedFloats results = aligned_zeros(block_pixels * packed.output_stride());
  for (std::size_t begin = 0; begin < count; begin += block_pixels) {
    const std::size_t filled = std::min(block_pixels, count - begin);
    for (std::size_t p = 0; p < filled; ++p) {
      encode_terms(network, terms, x[begin + p], y[begin + p], coordinates.get() + p * inputs, block_pixels * inputs);
    }
    const float* values = coordinates.get();
    std::size_t values_stride = inputs;
    for (int layer = 0; layer <= network.depth; ++layer) {
      float* next = buffers.get() + (layer % 2 == 0 ? 0 : terms * size);
      for (std::size_t term = 0; term < terms; ++term) {
        packed.multiply(kernels, layer, values + term * block_pixels * values_stride, values_stride, next + term * size,
                        term == 0);
      }
      HWY_DYNAMIC_DISPATCH(activate_terms)(network.activation, network.finer_constant(layer), size, terms, next);
      values = next;
      values_stride = packed.columns();
    }
    for (std::size_t term = 0; term < terms; ++term) {
      packed.output(kernels, values + term * size, results.get(), term == 0);
      for (std::size_t c = 0; c < static_cast<std::size_t>(network.outputs); ++c) {
        float* row = out + (c * terms + term) * stride + begin;
        for (std::size_t p = 0; p < filled; ++p) row[p] = results[p * packed.output_stride() + c];
      }
    }
  }
}

}  // namespace sarinr
#endif
