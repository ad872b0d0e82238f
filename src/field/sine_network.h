#pragma once

#include <cstddef>
#include <vector>

namespace sarinr {

/// A network of sine layers as the SIMD kernels take it. Weights lie layer after layer, matrix (outputs by inputs, row
/// major) then bias.
struct SineNetwork {
  int width;
  int depth;
  int outputs;
  float w0_first;
  float w0_hidden;
  const float* weights;
};

/// The weights with w0 / pi folded into every sine layer, so that a kernel's sums are half turns.
std::vector<float> weights_in_half_turns(const SineNetwork& network);

/// out[channel * stride + i] for points (x[i], y[i]), with the fastest instruction set of this machine.
void evaluate_sine_network(const SineNetwork& network, const float* x, const float* y, std::size_t count, float* out,
                           std::size_t stride);

}  // namespace sarinr
