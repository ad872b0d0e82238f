#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sarinr/field/spec.h"

namespace sarinr {

/// What a node of a NetworkGraph computes from the nodes before it; a and b are the values of its operands.
enum class NodeKind {
  coordinates,     ///< x, y
  chebyshev,       ///< T_0 to T_degree of tanh(x), then of tanh(y)
  affine,          ///< matrix a + bias
  sine,            ///< sin(pi a): the affine node before it divides by pi
  modulated_sine,  ///< exp(m0) sin(exp(m1) frequency a + m2) + m3, m the four numbers of tensor[0]
  gabor,           ///< exp(j frequency a - |scale a|^2) of complex a: real parts, then imaginary parts
  window,          ///< exp(-g |a - c|^2 / 2) for each row c of tensor[0] and g of tensor[1]
  product,         ///< a b
  normalise,       ///< (a - mean) / sqrt(variance + 1e-5), over the node's numbers, times tensor[0] plus tensor[1]
  rectify          ///< max(a, 0)
};

/// A tensor's place in a node's matrix or bias: the place's numbers are `factor` times the tensor's.
struct TensorBlock {
  std::size_t tensor;
  int row;
  int column;
  float factor;
};

struct GraphNode {
  NodeKind kind;
  int width;                             ///< numbers a pixel
  std::size_t a;                         ///< first operand, a node before this one
  std::size_t b;                         ///< second operand of a product
  std::vector<TensorBlock> matrix = {};  ///< of an affine node: its width by the operand's; no two blocks overlap
  std::vector<TensorBlock> bias = {};    ///< width by 1
  std::vector<std::size_t> tensor = {};  ///< of other nodes
  float frequency = 0;                   ///< radians
  float scale = 0;
};

/// A network as a graph of blocks of numbers, for architectures that are no chain of dense layers. Node 0 is the
/// coordinates, the last the outputs; nodes only use those before them.
struct NetworkGraph {
  std::vector<TensorInfo> tensors;
  std::vector<GraphNode> nodes;

  int outputs() const { return nodes.back().width; }
  std::size_t weight_count() const { return tensors.back().offset + tensors.back().size(); }
  /// Multiply-adds of the affine nodes at one point.
  std::size_t operations() const;
};

/// Builds a NetworkGraph node by node; each function returns the new node or tensor.
class GraphBuilder {
 public:
  GraphBuilder();
  std::size_t coordinates() const { return 0; }
  std::size_t tensor(const std::string& name, int rows, int columns);
  /// factor (W a + bias) of two new tensors, "weight" + name and "bias" + name.
  std::size_t affine(std::size_t a, int width, const std::string& name, float factor = 1);
  /// An affine node of blocks that the caller has.
  std::size_t blocks(std::size_t a, int width, std::vector<TensorBlock> matrix, std::vector<TensorBlock> bias);
  std::size_t chebyshev(int degree);
  std::size_t sine(std::size_t a);
  std::size_t modulated_sine(std::size_t a, std::size_t modulation, float frequency);
  std::size_t gabor(std::size_t a, float frequency, float scale);
  std::size_t window(std::size_t centres, std::size_t precisions);
  std::size_t product(std::size_t a, std::size_t b);
  std::size_t normalise(std::size_t a, std::size_t gains, std::size_t shifts);
  std::size_t rectify(std::size_t a);
  NetworkGraph finish() { return std::move(graph_); }

 private:
  std::size_t add(GraphNode node);
  int width_of(std::size_t node) const { return graph_.nodes[node].width; }
  NetworkGraph graph_;
};

/// The graph of a spec; nothing where the architecture is not made of one.
std::optional<NetworkGraph> network_graph(const FieldSpec& spec);

}  // namespace sarinr
