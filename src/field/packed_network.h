#pragma once

#include <hwy/aligned_allocator.h>

#include <vector>

#include "field/dense_network.h"
#include "field/layer_kernels.h"

namespace sarinr {

using AlignedFloats = hwy::AlignedFreeUniquePtr<float[]>;

/// Floats aligned for the kernels, all zero.
AlignedFloats aligned_zeros(std::size_t count);

/// A network's weights as the forward kernels want them: matrices transposed (inputs by outputs, columns padded with
/// zeros) and multiplied by the layer's kernel_factor, biases too.
class PackedNetwork {
 public:
  explicit PackedNetwork(const DenseNetwork& network);
  /// `weights` in the order of Architecture::tensors: layer after layer, matrix (outputs by inputs) then bias.
  void pack(const float* weights);

  const DenseNetwork& network() const { return network_; }
  std::size_t columns() const { return padded(network_.width); }
  /// Numbers from one pixel's outputs to the next's.
  std::size_t output_stride() const;
  const float* matrix(int layer) const { return storage_.get() + matrices_[static_cast<std::size_t>(layer)]; }
  const float* bias(int layer) const { return storage_.get() + biases_[static_cast<std::size_t>(layer)]; }

  /// Layer 0 to depth before its activation, for one block of pixels; derivatives go through it without the bias.
  void multiply(const LayerKernels& kernels, int layer, const float* values, std::size_t stride, float* out,
                bool with_bias = true) const;
  /// The last layer: out[p * output_stride() + channel].
  void output(const LayerKernels& kernels, const float* values, float* out, bool with_bias = true) const;

 private:
  bool few_outputs() const;
  std::size_t layer_columns(int layer) const;

  DenseNetwork network_;
  std::vector<std::size_t> matrices_;
  std::vector<std::size_t> biases_;
  std::size_t zeros_;  ///< as many as the longest bias
  AlignedFloats storage_;
};

/// Values of a network at `count` points, x and y in [-1, 1]; out[channel * stride + i].
void evaluate_dense_network(const DenseNetwork& network, const float* weights, const LayerKernels& kernels,
                            const float* x, const float* y, std::size_t count, float* out, std::size_t stride);

}  // namespace sarinr
