#include "fit/dense_gradient.h"

namespace sarinr {

// With A(i) the values after layer i, u = W A(i - 1) + b its sums and g its activation, the kernels give slopes
// s(i) = g'(u) / slope_factor(i). The pass back keeps D(i) = s(i) * dL/dA(i), so that dL/du = slope_factor(i) D(i);
// the factor goes into the few weights of the pass back and into the finished sums rather than into every pixel.

DenseGradient::DenseGradient(const DenseNetwork& network, const LayerKernels& kernels)
    : packed_(network), kernels_(kernels) {
  std::size_t backward_size = 0;
  for (int layer = 0; layer < network.layers(); ++layer) {
    const std::size_t inputs = static_cast<std::size_t>(network.layer_inputs(layer));
    const std::size_t outputs = static_cast<std::size_t>(network.layer_outputs(layer));
    backward_matrices_.push_back(backward_size);
    if (layer > 0) backward_size += outputs * packed_.columns();
    matrix_sums_.push_back(sums_size_);
    sums_size_ += (network.is_last(layer) ? outputs : inputs) * packed_.columns();
    bias_sums_.push_back(sums_size_);
    sums_size_ += padded(network.layer_outputs(layer));
  }
  backward_ = aligned_zeros(backward_size);
}

void DenseGradient::set_weights(const float* weights) {
  packed_.pack(weights);
  const DenseNetwork& network = packed_.network();
  for (int layer = 0; layer < network.layers(); ++layer) {
    const std::size_t inputs = static_cast<std::size_t>(network.layer_inputs(layer));
    const std::size_t outputs = static_cast<std::size_t>(network.layer_outputs(layer));
    const float factor = network.slope_factor(layer);
    for (std::size_t n = 0; layer > 0 && n < outputs; ++n) {
      float* row = backward_.get() + backward_matrices_[static_cast<std::size_t>(layer)] + n * packed_.columns();
      for (std::size_t k = 0; k < inputs; ++k) row[k] = factor * weights[n * inputs + k];
    }
    weights += outputs * (inputs + 1);
  }
}

DenseGradient::Workspace DenseGradient::workspace() const {
  const std::size_t size = layer_size() * static_cast<std::size_t>(network().depth + 1);
  return {aligned_zeros(size), aligned_zeros(size), aligned_zeros(block_pixels * output_stride())};
}

void DenseGradient::forward(const float* inputs, Workspace& work) const {
  const DenseNetwork& network = packed_.network();
  const float* below = inputs;
  for (int layer = 0; layer <= network.depth; ++layer) {
    const std::size_t place = static_cast<std::size_t>(layer) * layer_size();
    float* values = work.values.get() + place;
    float* slopes = work.slopes.get() + place;
    packed_.multiply(kernels_, layer, below,
                     layer == 0 ? static_cast<std::size_t>(network.inputs()) : packed_.columns(), slopes);
    kernels_.activate_with_slopes(network.activation, network.finer_constant(layer), slopes, layer_size(), values,
                                  slopes);
    below = values;
  }
  packed_.output(kernels_, below, work.outputs.get());
}

void DenseGradient::backward(const float* inputs, const float* output_gradients, Workspace& work, float* sums) const {
  const DenseNetwork& network = packed_.network();
  const std::size_t columns = packed_.columns();
  const int last = network.depth + 1;
  const std::size_t outputs = static_cast<std::size_t>(network.outputs);
  const auto layer_of = [&](const AlignedFloats& buffer, int layer) {
    return buffer.get() + static_cast<std::size_t>(layer) * layer_size();
  };
  kernels_.accumulate(output_gradients, output_stride(), outputs, layer_of(work.values, network.depth), columns,
                      sums + matrix_sums_[static_cast<std::size_t>(last)]);
  float* output_bias = sums + bias_sums_[static_cast<std::size_t>(last)];
  for (std::size_t p = 0; p < block_pixels; ++p) {
    for (std::size_t c = 0; c < outputs; ++c) output_bias[c] += output_gradients[p * output_stride() + c];
  }
  const float* above = output_gradients;
  std::size_t above_stride = output_stride();
  for (int layer = network.depth; layer >= 0; --layer) {
    float* gradients = layer_of(work.slopes, layer);
    kernels_.multiply_slopes(above, above_stride,
                             backward_.get() + backward_matrices_[static_cast<std::size_t>(layer) + 1], gradients,
                             static_cast<std::size_t>(network.layer_outputs(layer + 1)), columns, gradients);
    const std::size_t width = static_cast<std::size_t>(network.layer_inputs(layer));
    kernels_.accumulate(layer == 0 ? inputs : layer_of(work.values, layer - 1), layer == 0 ? width : columns, width,
                        gradients, columns, sums + matrix_sums_[static_cast<std::size_t>(layer)]);
    kernels_.add_rows(gradients, columns, sums + bias_sums_[static_cast<std::size_t>(layer)]);
    above = gradients;
    above_stride = columns;
  }
}

void DenseGradient::gather(const float* sums, float* gradient) const {
  const DenseNetwork& network = packed_.network();
  for (int layer = 0; layer < network.layers(); ++layer) {
    const std::size_t inputs = static_cast<std::size_t>(network.layer_inputs(layer));
    const std::size_t outputs = static_cast<std::size_t>(network.layer_outputs(layer));
    const float factor = network.slope_factor(layer);
    const std::size_t output_step = network.is_last(layer) ? packed_.columns() : 1;
    const std::size_t input_step = network.is_last(layer) ? 1 : packed_.columns();
    const float* matrix = sums + matrix_sums_[static_cast<std::size_t>(layer)];
    for (std::size_t n = 0; n < outputs; ++n) {
      for (std::size_t k = 0; k < inputs; ++k) *gradient++ = factor * matrix[n * output_step + k * input_step];
    }
    const float* bias = sums + bias_sums_[static_cast<std::size_t>(layer)];
    for (std::size_t n = 0; n < outputs; ++n) *gradient++ = factor * bias[n];
  }
}

}  // namespace sarinr
