#include "fit/node_gradients.h"

#include <cmath>
#include <numbers>

#include "field/packed_graph.h"

namespace sarinr {

void sine_gradient(const NodeGradient& block, const LayerKernels& kernels) {
  if (block.a_gradients == nullptr) return;
  kernels.activate_with_slopes(Activation::sine, 1, block.a, block.size(), block.scratch, block.more_scratch);
  constexpr float pi = std::numbers::pi_v<float>;
  for (std::size_t i = 0; i < block.size(); ++i) {
    block.a_gradients[i] += pi * block.gradients[i] * block.more_scratch[i];
  }
}

void modulated_sine_gradient(const NodeGradient& block, const LayerKernels& kernels, const float* modulation,
                             float* modulation_sums) {
  constexpr float half_turns = std::numbers::inv_pi_v<float>;
  const float amplitude = std::exp(modulation[0]);
  const float rate = std::exp(modulation[1]) * block.node.frequency;
  for (std::size_t i = 0; i < block.size(); ++i) {
    block.scratch[i] = (rate * block.a[i] + modulation[2]) * half_turns;
  }
  kernels.activate_with_slopes(Activation::sine, 1, block.scratch, block.size(), block.more_scratch, block.scratch);
  double sums[4] = {};
  for (std::size_t p = 0; p < block_pixels; ++p) {
    for (std::size_t i = p * block.columns; i < p * block.columns + block.width(); ++i) {
      const float gradient = block.gradients[i];
      const float angle_gradient = amplitude * gradient * block.scratch[i];
      block.a_gradients[i] += rate * angle_gradient;
      sums[0] += static_cast<double>(amplitude * gradient * block.more_scratch[i]);
      sums[1] += static_cast<double>(angle_gradient * rate * block.a[i]);
      sums[2] += static_cast<double>(angle_gradient);
      sums[3] += static_cast<double>(gradient);
    }
  }
  for (std::size_t k = 0; k < 4; ++k) modulation_sums[k] += static_cast<float>(sums[k]);
}

void gabor_gradient(const NodeGradient& block) {
  const std::size_t neurons = block.width() / 2;
  const float frequency = block.node.frequency;
  const float twice_square = 2 * block.node.scale * block.node.scale;
  for (std::size_t p = 0; p < block_pixels; ++p) {
    const float* z = block.a + p * block.columns;
    const float* value = block.values + p * block.columns;
    const float* gradient = block.gradients + p * block.columns;
    float* out = block.a_gradients + p * block.columns;
    for (std::size_t n = 0; n < neurons; ++n) {
      const float along = gradient[n] * value[n] + gradient[neurons + n] * value[neurons + n];
      const float across = gradient[neurons + n] * value[n] - gradient[n] * value[neurons + n];
      out[n] += frequency * across - twice_square * z[n] * along;
      out[neurons + n] -= (frequency + twice_square * z[neurons + n]) * along;
    }
  }
}

void window_gradient(const NodeGradient& block, const float* centres, const float* precisions, float* centre_sums,
                     float* precision_sums) {
  for (std::size_t p = 0; p < block_pixels; ++p) {
    const float* at = block.a + p * block.a_columns;
    for (std::size_t n = 0; n < block.width(); ++n) {
      const float x = at[0] - centres[2 * n];
      const float y = at[1] - centres[2 * n + 1];
      const float weighted = block.gradients[p * block.columns + n] * block.values[p * block.columns + n];
      precision_sums[n] -= 0.5f * weighted * (x * x + y * y);
      centre_sums[2 * n] += weighted * precisions[n] * x;
      centre_sums[2 * n + 1] += weighted * precisions[n] * y;
    }
  }
}

void product_gradient(const NodeGradient& block, const float* b, float* b_gradients) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (block.a_gradients != nullptr) block.a_gradients[i] += block.gradients[i] * b[i];
    if (b_gradients != nullptr) b_gradients[i] += block.gradients[i] * block.a[i];
  }
}

void normalise_gradient(const NodeGradient& block, const float* gains, float* gain_sums, float* shift_sums) {
  const std::size_t width = block.width();
  const float share = 1 / static_cast<float>(width);
  for (std::size_t p = 0; p < block_pixels; ++p) {
    const float* a = block.a + p * block.columns;
    const float* gradient = block.gradients + p * block.columns;
    float* standard = block.scratch + p * block.columns;
    const Moments moments = moments_of(a, width);
    for (std::size_t n = 0; n < width; ++n) {
      standard[n] = (a[n] - moments.mean) * moments.scale;
      gain_sums[n] += gradient[n] * standard[n];
      shift_sums[n] += gradient[n];
    }
    const float level = share * sum_over(width, [&](std::size_t n) { return gradient[n] * gains[n]; });
    const float slope = share * sum_over(width, [&](std::size_t n) { return gradient[n] * gains[n] * standard[n]; });
    float* out = block.a_gradients + p * block.columns;
    for (std::size_t n = 0; n < width; ++n) {
      out[n] += moments.scale * (gradient[n] * gains[n] - level - standard[n] * slope);
    }
  }
}

void rectify_gradient(const NodeGradient& block) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (block.a[i] > 0) block.a_gradients[i] += block.gradients[i];
  }
}

}  // namespace sarinr
