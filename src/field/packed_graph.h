#pragma once

#include <vector>

#include "field/graph.h"
#include "field/packed_network.h"

namespace sarinr {

/// A graph's weights as the kernels want them, and its nodes computed over one block of block_pixels pixels at a time.
/// Values of a node are row major, a row a pixel, padded(width) columns; columns beyond the width hold finite numbers
/// that count for nothing.
class PackedGraph {
 public:
  PackedGraph(NetworkGraph graph, const LayerKernels& kernels);
  /// `weights` in the order of Architecture::tensors.
  void pack(const float* weights);

  const NetworkGraph& graph() const { return graph_; }
  const LayerKernels& kernels() const { return kernels_; }
  const float* tensor(std::size_t index) const { return weights_.data() + graph_.tensors[index].offset; }
  std::size_t columns(std::size_t node) const { return padded(graph_.nodes[node].width); }
  std::size_t block_size(std::size_t node) const { return block_pixels * columns(node); }
  /// Where a node's values lie in a buffer of values_size() numbers.
  std::size_t place(std::size_t node) const { return places_[node]; }
  std::size_t values_size() const { return values_size_; }
  /// The widest node's block: a caller's scratch holds two.
  std::size_t largest_block() const { return largest_block_; }

  /// Values of all nodes at the points [pixel][x, y].
  void forward(const float* points, float* values, float* scratch) const;

 private:
  void affine(std::size_t node, const float* a, float* out) const;

  NetworkGraph graph_;
  const LayerKernels& kernels_;
  std::vector<float> weights_;
  std::vector<std::size_t> places_;
  std::vector<std::size_t> matrices_;  ///< of affine nodes: inputs by padded outputs, then the padded bias
  std::size_t values_size_ = 0;
  std::size_t largest_block_ = 0;
  AlignedFloats packed_;
};

/// The sum of number(i) for i < count in eight parts, which a compiler can keep in vectors.
template <class Number>
float sum_over(std::size_t count, const Number& number) {
  constexpr std::size_t parts = 8;
  float sums[parts] = {};
  std::size_t i = 0;
  for (; i + parts <= count; i += parts) {
    for (std::size_t k = 0; k < parts; ++k) sums[k] += number(i + k);
  }
  for (; i < count; ++i) sums[0] += number(i);
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

/// Mean and 1 / sqrt(variance + 1e-5) of some numbers.
struct Moments {
  float mean;
  float scale;
};
Moments moments_of(const float* values, std::size_t count);

/// T_0 to T_degree of tanh(x), then of tanh(y), for each of a block's points [pixel][x, y]: rows `stride` apart.
void chebyshev_terms(int degree, const float* points, std::size_t stride, float* out);

/// Values of a graph at `count` points, x and y in [-1, 1]; out[channel * stride + i].
void evaluate_graph(const NetworkGraph& graph, const float* weights, const LayerKernels& kernels, const float* x,
                    const float* y, std::size_t count, float* out, std::size_t stride);

}  // namespace sarinr
