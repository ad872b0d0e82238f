#pragma once

#include <vector>

#include "field/packed_graph.h"
#include "fit/network_gradient.h"

namespace sarinr {

/// The gradient of a NetworkGraph: reverse differentiation, node by node from the last to the first.
class GraphGradient final : public NetworkGradient {
 public:
  GraphGradient(NetworkGraph graph, const LayerKernels& kernels);

  std::size_t inputs() const override { return 2; }
  void encode(float x, float y, float* inputs) const override;
  std::size_t outputs() const override { return static_cast<std::size_t>(packed_.graph().outputs()); }
  std::size_t output_stride() const override { return packed_.columns(last_); }
  std::size_t sums_size() const override { return sums_size_; }
  std::unique_ptr<Workspace> workspace() const override;
  void set_weights(const float* weights) override;
  void forward(const float* points, Workspace& work) const override;
  void backward(const float* points, const float* output_gradients, Workspace& work, float* sums) const override;
  void gather(const float* sums, float* gradient) const override;

 private:
  struct GraphWorkspace final : Workspace {
    AlignedFloats values;     ///< of all nodes, as PackedGraph places them
    AlignedFloats gradients;  ///< the loss's derivatives by them
    AlignedFloats scratch;    ///< two of the largest block
  };

  /// Adds a node's share to the gradients of its operands, and its weights' to `sums`.
  void backward_node(std::size_t node, GraphWorkspace& work, float* sums) const;
  void backward_affine(std::size_t node, GraphWorkspace& work, float* sums) const;
  /// Calls visit(number of a tensor's weight, its place among the sums of an affine node, factor) for all of a block.
  template <class Visit>
  void visit_block(std::size_t node, const TensorBlock& block, std::size_t first, const Visit& visit) const;

  PackedGraph packed_;
  std::size_t last_;
  std::vector<bool> depends_;             ///< whether a node depends on any weight: only then it needs a gradient
  std::vector<std::size_t> matrices_;     ///< of affine nodes, for the way back: outputs by padded inputs
  std::vector<std::size_t> matrix_sums_;  ///< of affine nodes: inputs by padded outputs, then the padded bias
  std::vector<std::size_t> tensor_sums_;  ///< of the tensors that are in no matrix
  AlignedFloats backward_;
  AlignedFloats zeros_;
  std::size_t sums_size_ = 0;
};

}  // namespace sarinr
