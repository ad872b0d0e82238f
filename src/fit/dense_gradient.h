#pragma once

#include <vector>

#include "field/packed_network.h"
#include "fit/pair_kernels.h"

namespace sarinr {

/// Gradients of a dense network written out by hand, one block of block_pixels pixels at a time: what the engine sums
/// over an image. The weights may change between passes; passes of several threads may share one object.
class DenseGradient {
 public:
  /// What one thread needs for a block; values of every layer and their slopes.
  struct Workspace {
    AlignedFloats values;   ///< [layer 0 to depth][pixel][column]
    AlignedFloats slopes;   ///< the same; the backward pass turns them into gradients
    AlignedFloats outputs;  ///< [pixel][output_stride()]
    // Hidden layers in bfloat16 (fit/pair_kernels.h says what the pairs are):
    AlignedFloats row_pairs;           ///< of the layer at hand
    AlignedFloats pixel_pairs;         ///< of the values, [layer 0 to depth - 1][pixel / 2][column]
    AlignedFloats gradient_row_pairs;  ///< of the layer at hand
    AlignedFloats gradient_pixel_pairs;
  };

  /// `pairs`, if given, multiplies the matrices between hidden layers; the network must suit it.
  DenseGradient(const DenseNetwork& network, const LayerKernels& kernels, const PairKernels* pairs = nullptr);
  /// Whether a network has matrices for PairKernels, of a width they take.
  static bool suits_pairs(const DenseNetwork& network) { return network.depth > 0 && padded(network.width) % 32 == 0; }
  /// From now on floats throughout; workspaces stay as they are.
  void use_floats() { pairs_ = nullptr; }
  bool uses_pairs() const { return pairs_ != nullptr; }
  /// A thread that passes forward or backward holds a PairSession of these; nullptr: floats throughout.
  const PairKernels* pairs() const { return pairs_; }
  /// `weights` in the order of Architecture::tensors.
  void set_weights(const float* weights);

  const DenseNetwork& network() const { return packed_.network(); }
  std::size_t output_stride() const { return packed_.output_stride(); }
  Workspace workspace() const;
  /// Floats that a pass adds its sums to: aligned, zero at first.
  std::size_t sums_size() const { return sums_size_; }

  /// From `inputs` [pixel][network().inputs()] to work.outputs; keeps what the way back needs.
  void forward(const float* inputs, Workspace& work) const;
  /// From the loss's derivatives by the outputs, [pixel][output_stride()], of the block that forward was given last:
  /// adds the derivatives by the weights to `sums`.
  void backward(const float* inputs, const float* output_gradients, Workspace& work, float* sums) const;
  /// The gradient in the order of Architecture::tensors out of `sums`.
  void gather(const float* sums, float* gradient) const;

 private:
  std::size_t layer_size() const { return block_pixels * packed_.columns(); }
  float* layer_of(const AlignedFloats& buffer, int layer) const {
    return buffer.get() + static_cast<std::size_t>(layer) * layer_size();
  }
  /// The place of a hidden matrix's pairs; layers count from 1.
  float* pairs_of(const AlignedFloats& buffer, int layer) const {
    return buffer.get() + static_cast<std::size_t>(layer - 1) * packed_.columns() * packed_.columns() / 2;
  }
  /// The values of hidden layer `layer`: in bfloat16 only those of the last are kept as floats.
  float* values_of(const Workspace& work, int layer) const { return layer_of(work.values, pairs_ ? 0 : layer); }
  /// One matrix between hidden layers: its own gradient, and the gradients of the layer below.
  void backward_hidden(int layer, Workspace& work, float* sums) const;

  PackedNetwork packed_;
  const LayerKernels& kernels_;
  const PairKernels* pairs_;
  AlignedFloats forward_pairs_;                 ///< matrices of layers 1 to depth
  AlignedFloats backward_pairs_;                ///< the same, for the way back
  AlignedFloats backward_;                      ///< matrices of layers 1 to depth + 1, outputs by padded inputs
  std::vector<std::size_t> backward_matrices_;  ///< place of each layer's; none for layer 0
  std::vector<std::size_t> matrix_sums_;        ///< inputs by padded outputs; the last layer's outputs by padded inputs
  std::vector<std::size_t> bias_sums_;          ///< padded outputs
  std::size_t sums_size_ = 0;
};

}  // namespace sarinr
