#pragma once

#include <cstddef>

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

/// out[channel * stride + i] for points (x[i], y[i]), with the fastest instruction set of this machine.
void evaluate_sine_network(const SineNetwork& network, const float* x, const float* y, std::size_t count, float* out,
                           std::size_t stride);

}  // namespace sarinr
