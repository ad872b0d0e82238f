#include "field/sine_network.h"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <vector>

// One block of pixels passes through all layers before the next begins, so that its activations stay in the first-level
// cache; a layer's matrix is walked in groups of neurons, each weight broadcast against vectors of pixels.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "field/sine_network.cpp"
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>

#include "field/sine-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {
constexpr std::size_t block = 64;  // pixels; a multiple of every vector length in use
constexpr int group = 4;           // neurons computed together

/// rows [first, first + count) of out = W in + b for one block, `factor` already in W and b.
template <int count>
HWY_INLINE void neurons(const float* weights, const float* bias, std::size_t inputs, const float* HWY_RESTRICT in,
                        float* HWY_RESTRICT out, bool sine) {
  const Float d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t p = 0; p < block; p += 2 * lanes) {
    Vector sum[count][2];
    for (int j = 0; j < count; ++j) sum[j][0] = sum[j][1] = hn::Set(d, bias[j]);
    for (std::size_t k = 0; k < inputs; ++k) {
      const Vector a = hn::Load(d, in + k * block + p);
      const Vector b = hn::Load(d, in + k * block + p + lanes);
      for (int j = 0; j < count; ++j) {
        const Vector w = hn::Set(d, weights[static_cast<std::size_t>(j) * inputs + k]);
        sum[j][0] = hn::MulAdd(w, a, sum[j][0]);
        sum[j][1] = hn::MulAdd(w, b, sum[j][1]);
      }
    }
    for (int j = 0; j < count; ++j) {
      for (int half = 0; half < 2; ++half) {
        const Vector value = sine ? sine_of_half_turns(sum[j][half]) : sum[j][half];
        hn::Store(value, d, out + static_cast<std::size_t>(j) * block + p + static_cast<std::size_t>(half) * lanes);
      }
    }
  }
}

void layer(const float* weights, const float* bias, std::size_t inputs, int outputs, const float* in, float* out,
           bool sine) {
  int j = 0;
  for (; j + group <= outputs; j += group) {
    const std::size_t row = static_cast<std::size_t>(j);
    neurons<group>(weights + row * inputs, bias + row, inputs, in, out + row * block, sine);
  }
  for (; j < outputs; ++j) {
    const std::size_t row = static_cast<std::size_t>(j);
    neurons<1>(weights + row * inputs, bias + row, inputs, in, out + row * block, sine);
  }
}

void evaluate(const SineNetwork& network, const float* x, const float* y, std::size_t count, float* out,
              std::size_t stride) {
  const std::size_t widest = static_cast<std::size_t>(std::max({network.width, network.outputs, 2}));
  const auto buffers = hwy::AllocateAligned<float>(2 * widest * block);
  float* current = buffers.get();
  float* next = current + widest * block;
  for (std::size_t begin = 0; begin < count; begin += block) {
    const std::size_t filled = std::min(block, count - begin);
    std::fill(current, current + 2 * block, 0.0f);
    std::copy(x + begin, x + begin + filled, current);
    std::copy(y + begin, y + begin + filled, current + block);
    const float* weights = network.weights;
    std::size_t inputs = 2;
    for (int i = 0; i <= network.depth + 1; ++i) {
      const bool last = i == network.depth + 1;
      const int outputs = last ? network.outputs : network.width;
      const float* bias = weights + inputs * static_cast<std::size_t>(outputs);
      layer(weights, bias, inputs, outputs, current, next, !last);
      std::swap(current, next);
      weights = bias + outputs;
      inputs = static_cast<std::size_t>(outputs);
    }
    for (int c = 0; c < network.outputs; ++c) {
      const float* values = current + static_cast<std::size_t>(c) * block;
      std::copy(values, values + filled, out + static_cast<std::size_t>(c) * stride + begin);
    }
  }
}

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sarinr {

HWY_EXPORT(evaluate);

namespace {

constexpr float inverse_pi = 0.318309886f;

}  // namespace

std::vector<float> weights_in_half_turns(const SineNetwork& network) {
  const std::size_t width = static_cast<std::size_t>(network.width);
  const std::size_t first = 3 * width;
  const std::size_t hidden = static_cast<std::size_t>(network.depth) * width * (width + 1);
  const std::size_t last = static_cast<std::size_t>(network.outputs) * (width + 1);
  std::vector<float> weights(network.weights, network.weights + first + hidden + last);
  for (std::size_t i = 0; i < first; ++i) weights[i] *= network.w0_first * inverse_pi;
  for (std::size_t i = first; i < first + hidden; ++i) weights[i] *= network.w0_hidden * inverse_pi;
  return weights;
}

void evaluate_sine_network(const SineNetwork& network, const float* x, const float* y, std::size_t count, float* out,
                           std::size_t stride) {
  const std::vector<float> folded = weights_in_half_turns(network);
  SineNetwork prepared = network;
  prepared.weights = folded.data();
  HWY_DYNAMIC_DISPATCH(evaluate)(prepared, x, y, count, out, stride);
}

}  // namespace sarinr
#endif
