#include "fit/dense_gradient.h"

namespace sarinr {

// With A(i) the values after layer i, u = W A(i - 1) + b its sums and g its activation, the kernels give slopes
// s(i) = g'(u) / slope_factor(i). The pass back keeps D(i) = s(i) * dL/dA(i), so that dL/du = slope_factor(i) D(i);
// the factor goes into the few weights of the pass back and into the finished sums rather than into every pixel.

DenseGradient::DenseGradient(const DenseNetwork& network, const LayerKernels& kernels, const PairKernels* pairs)
    : packed_(network), kernels_(kernels), pairs_(pairs) {
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
  if (pairs_ == nullptr) return;
  const std::size_t cells = static_cast<std::size_t>(network.depth) * packed_.columns() * packed_.columns() / 2;
  forward_pairs_ = aligned_zeros(cells);
  backward_pairs_ = aligned_zeros(cells);
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
  const std::size_t width = static_cast<std::size_t>(network.width);
  for (int layer = 1; pairs_ != nullptr && layer <= network.depth; ++layer) {
    const float* back = backward_.get() + backward_matrices_[static_cast<std::size_t>(layer)];
    pair_rows(packed_.matrix(layer), width, packed_.columns(), pairs_->distance, pairs_of(forward_pairs_, layer));
    pair_rows(back, width, packed_.columns(), pairs_->distance, pairs_of(backward_pairs_, layer));
  }
}

std::unique_ptr<NetworkGradient::Workspace> DenseGradient::workspace() const {
  const std::size_t layers = static_cast<std::size_t>(network().depth) + 1;
  auto work = std::make_unique<DenseWorkspace>();
  work->values = aligned_zeros(layer_size() * layers);
  work->slopes = aligned_zeros(layer_size() * layers);
  work->outputs = aligned_zeros(block_pixels * output_stride());
  if (pairs_ == nullptr) return work;
  work->row_pairs = aligned_zeros(layer_size() / 2);
  work->pixel_pairs = aligned_zeros(layer_size() / 2 * (layers - 1));
  work->gradient_row_pairs = aligned_zeros(layer_size() / 2);
  work->gradient_pixel_pairs = aligned_zeros(layer_size() / 2);
  return work;
}

void DenseGradient::forward(const float* points, Workspace& space) const {
  auto& work = static_cast<DenseWorkspace&>(space);
  const DenseNetwork& network = packed_.network();
  const std::size_t columns = packed_.columns();
  const float* below = points;
  for (int layer = 0; layer <= network.depth; ++layer) {
    float* values = values_of(work, layer);
    float* slopes = layer_of(work.slopes, layer);
    if (pairs_ != nullptr && layer > 0) {
      float* pixel_pairs = work.pixel_pairs.get() + static_cast<std::size_t>(layer - 1) * layer_size() / 2;
      pairs_->pair(below, columns, work.row_pairs.get(), pixel_pairs);
      pairs_->multiply(work.row_pairs.get(), pairs_of(forward_pairs_, layer), packed_.bias(layer), columns / 2, columns,
                       slopes);
    } else {
      packed_.multiply(kernels_, layer, below, layer == 0 ? static_cast<std::size_t>(network.inputs()) : columns,
                       slopes);
    }
    kernels_.activate_with_slopes(network.activation, network.finer_constant(layer), slopes, layer_size(), values,
                                  slopes);
    below = values;
  }
  packed_.output(kernels_, below, work.outputs.get());
}

void DenseGradient::backward(const float* points, const float* output_gradients, Workspace& space, float* sums) const {
  auto& work = static_cast<DenseWorkspace&>(space);
  const DenseNetwork& network = packed_.network();
  const std::size_t columns = packed_.columns();
  const int last = network.depth + 1;
  const std::size_t outputs = static_cast<std::size_t>(network.outputs);
  const std::size_t stride = output_stride();
  kernels_.accumulate(output_gradients, stride, outputs, values_of(work, network.depth), columns,
                      sums + matrix_sums_[static_cast<std::size_t>(last)]);
  float* output_bias = sums + bias_sums_[static_cast<std::size_t>(last)];
  for (std::size_t p = 0; p < block_pixels; ++p) {
    for (std::size_t c = 0; c < outputs; ++c) output_bias[c] += output_gradients[p * stride + c];
  }
  float* gradients = layer_of(work.slopes, network.depth);
  kernels_.multiply_slopes(output_gradients, stride,
                           backward_.get() + backward_matrices_[static_cast<std::size_t>(last)], gradients, outputs,
                           columns, gradients);
  for (int layer = network.depth; layer >= 0; --layer) {
    gradients = layer_of(work.slopes, layer);
    kernels_.add_rows(gradients, columns, sums + bias_sums_[static_cast<std::size_t>(layer)]);
    if (layer > 0) {
      backward_hidden(layer, work, sums);
    } else {
      const std::size_t width = static_cast<std::size_t>(network.inputs());
      kernels_.accumulate(points, width, width, gradients, columns, sums + matrix_sums_[0]);
    }
  }
}

void DenseGradient::backward_hidden(int layer, DenseWorkspace& work, float* sums) const {
  const std::size_t columns = packed_.columns();
  const std::size_t width = static_cast<std::size_t>(network().width);
  float* gradients = layer_of(work.slopes, layer);
  float* below = layer_of(work.slopes, layer - 1);
  float* matrix = sums + matrix_sums_[static_cast<std::size_t>(layer)];
  if (pairs_ == nullptr) {
    kernels_.accumulate(values_of(work, layer - 1), columns, width, gradients, columns, matrix);
    kernels_.multiply_slopes(gradients, columns, backward_.get() + backward_matrices_[static_cast<std::size_t>(layer)],
                             below, width, columns, below);
    return;
  }
  const float* pixel_pairs = work.pixel_pairs.get() + static_cast<std::size_t>(layer - 1) * layer_size() / 2;
  pairs_->pair(gradients, columns, work.gradient_row_pairs.get(), work.gradient_pixel_pairs.get());
  pairs_->accumulate(pixel_pairs, width, work.gradient_pixel_pairs.get(), columns, matrix);
  pairs_->multiply_slopes(work.gradient_row_pairs.get(), pairs_of(backward_pairs_, layer), below, columns / 2, columns,
                          below);
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
