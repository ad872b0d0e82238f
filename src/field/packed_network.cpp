#include "field/packed_network.h"

#include <algorithm>

namespace sarinr {

AlignedFloats aligned_zeros(std::size_t count) {
  AlignedFloats floats = hwy::AllocateAligned<float>(std::max<std::size_t>(count, 1));
  if (!floats) throw std::bad_alloc();
  std::fill(floats.get(), floats.get() + count, 0.0f);
  return floats;
}

PackedNetwork::PackedNetwork(const DenseNetwork& network) : network_(network) {
  std::size_t size = 0;
  for (int layer = 0; layer < network.layers(); ++layer) {
    const bool by_output = network.is_last(layer) && few_outputs();
    const std::size_t rows = static_cast<std::size_t>(by_output ? network.outputs : network.layer_inputs(layer));
    matrices_.push_back(size);
    size += rows * (by_output ? columns() : layer_columns(layer));
    biases_.push_back(size);
    size += layer_columns(layer);
  }
  zeros_ = size;
  storage_ = aligned_zeros(size + std::max(columns(), padded(network.outputs)));
}

/// Up to this many a dot product for each costs less than a padded matrix.
bool PackedNetwork::few_outputs() const { return network_.outputs <= 3; }

std::size_t PackedNetwork::layer_columns(int layer) const { return padded(network_.layer_outputs(layer)); }

std::size_t PackedNetwork::output_stride() const {
  return few_outputs() ? static_cast<std::size_t>(network_.outputs) : padded(network_.outputs);
}

void PackedNetwork::pack(const float* weights) {
  for (int layer = 0; layer < network_.layers(); ++layer) {
    const std::size_t inputs = static_cast<std::size_t>(network_.layer_inputs(layer));
    const std::size_t outputs = static_cast<std::size_t>(network_.layer_outputs(layer));
    const bool by_output = network_.is_last(layer) && few_outputs();
    const std::size_t output_step = by_output ? columns() : 1;
    const std::size_t input_step = by_output ? 1 : layer_columns(layer);
    const float factor = network_.kernel_factor(layer);
    float* matrix = storage_.get() + matrices_[static_cast<std::size_t>(layer)];
    for (std::size_t n = 0; n < outputs; ++n) {
      for (std::size_t k = 0; k < inputs; ++k) matrix[n * output_step + k * input_step] = factor * *weights++;
    }
    float* bias = storage_.get() + biases_[static_cast<std::size_t>(layer)];
    for (std::size_t n = 0; n < outputs; ++n) bias[n] = factor * *weights++;
  }
}

void PackedNetwork::multiply(const LayerKernels& kernels, int layer, const float* values, std::size_t stride,
                             float* out, bool with_bias) const {
  const float* added = with_bias ? bias(layer) : storage_.get() + zeros_;
  kernels.multiply(values, stride, matrix(layer), added, static_cast<std::size_t>(network_.layer_inputs(layer)),
                   columns(), out);
}

void PackedNetwork::output(const LayerKernels& kernels, const float* values, float* out, bool with_bias) const {
  const int layer = network_.depth + 1;
  const float* added = with_bias ? bias(layer) : storage_.get() + zeros_;
  if (few_outputs()) {
    kernels.dot(values, matrix(layer), added, columns(), static_cast<std::size_t>(network_.outputs), out);
  } else {
    kernels.multiply(values, columns(), matrix(layer), added, static_cast<std::size_t>(network_.width), output_stride(),
                     out);
  }
}

void evaluate_dense_network(const DenseNetwork& network, const float* weights, const LayerKernels& kernels,
                            const float* x, const float* y, std::size_t count, float* out, std::size_t stride) {
  PackedNetwork packed(network);
  packed.pack(weights);
  const std::size_t inputs = static_cast<std::size_t>(network.inputs());
  const std::size_t values_size = block_pixels * packed.columns();
  const AlignedFloats coordinates = aligned_zeros(block_pixels * inputs);
  const AlignedFloats buffers = aligned_zeros(2 * values_size);
  const AlignedFloats results = aligned_zeros(block_pixels * packed.output_stride());
  for (std::size_t begin = 0; begin < count; begin += block_pixels) {
    const std::size_t filled = std::min(block_pixels, count - begin);
    for (std::size_t p = 0; p < filled; ++p) {
      encode_point(network, x[begin + p], y[begin + p], coordinates.get() + p * inputs);
    }
    const float* values = coordinates.get();
    for (int layer = 0; layer <= network.depth; ++layer) {
      float* next = buffers.get() + (layer % 2 == 0 ? 0 : values_size);
      packed.multiply(kernels, layer, values, layer == 0 ? inputs : packed.columns(), next);
      kernels.activate(network.activation, network.finer_constant(layer), next, values_size, next);
      values = next;
    }
    packed.output(kernels, values, results.get());
    for (std::size_t c = 0; c < static_cast<std::size_t>(network.outputs); ++c) {
      float* channel = out + c * stride + begin;
      for (std::size_t p = 0; p < filled; ++p) channel[p] = results[p * packed.output_stride() + c];
    }
  }
}

}  // namespace sarinr
