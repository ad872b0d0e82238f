#pragma once

#include <vector>

#include "field/packed_network.h"
#include "fit/network_gradient.h"
#include "fit/pair_kernels.h"

namespace sarinr {

/// Gradients of a dense network written out by hand.
class DenseGradient final : public NetworkGradient {
 public:
  /// `pairs`, if given, multiplies the matrices between hidden layers; the network must suit it.
  DenseGradient(const DenseNetwork& network, const LayerKernels& kernels, const PairKernels* pairs = nullptr);
  /// Whether a network has matrices for PairKernels, of a width they take.
  static bool suits_pairs(const DenseNetwork& network) { return network.depth > 0 && padded(network.width) % 32 == 0; }
  void use_floats() override { pairs_ = nullptr; }
  const PairKernels* pairs() const override { return pairs_; }

  const DenseNetwork& network() const { return packed_.network(); }
  std::size_t inputs() const override { return static_cast<std::size_t>(network().inputs()); }
  void encode(float x, float y, float* inputs) const override { encode_point(network(), x, y, inputs); }
  std::size_t outputs() const override { return static_cast<std::size_t>(network().outputs); }
  std::size_t output_stride() const override { return packed_.output_stride(); }
  std::size_t sums_size() const override { return sums_size_; }
  std::unique_ptr<Workspace> workspace() const override;
  void set_weights(const float* weights) override;
  void forward(const float* points, Workspace& work) const override;
  void backward(const float* points, const float* output_gradients, Workspace& work, float* sums) const override;
  void gather(const float* sums, float* gradient) const override;

 private:
  struct DenseWorkspace final : Workspace {
    AlignedFloats values;  ///< [layer 0 to depth][pixel][column]
    AlignedFloats slopes;  ///< the same; the backward pass turns them into gradients
    // Hidden layers in bfloat16 (fit/pair_kernels.h says what the pairs are):
    AlignedFloats row_pairs;           ///< of the layer at hand
    AlignedFloats pixel_pairs;         ///< of the values, [layer 0 to depth - 1][pixel / 2][column]
    AlignedFloats gradient_row_pairs;  ///< of the layer at hand
    AlignedFloats gradient_pixel_pairs;
  };

  std::size_t layer_size() const { return block_pixels * packed_.columns(); }
  float* layer_of(const AlignedFloats& buffer, int layer) const {
    return buffer.get() + static_cast<std::size_t>(layer) * layer_size();
  }
  /// The place of a hidden matrix's pairs; layers count from 1.
  float* pairs_of(const AlignedFloats& buffer, int layer) const {
    return buffer.get() + static_cast<std::size_t>(layer - 1) * packed_.columns() * packed_.columns() / 2;
  }
  /// The values of hidden layer `layer`: in bfloat16 only those of the last are kept as floats.
  float* values_of(const DenseWorkspace& work, int layer) const { return layer_of(work.values, pairs_ ? 0 : layer); }
  /// One matrix between hidden layers: its own gradient, and the gradients of the layer below.
  void backward_hidden(int layer, DenseWorkspace& work, float* sums) const;

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
