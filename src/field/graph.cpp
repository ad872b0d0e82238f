#include "field/graph.h"

#include <utility>

#include "field/arch/graph_architecture.h"

namespace sarinr {

std::size_t NetworkGraph::operations() const {
  std::size_t count = 0;
  for (const GraphNode& node : nodes) {
    if (node.kind == NodeKind::affine) {
      count += static_cast<std::size_t>(node.width) * static_cast<std::size_t>(nodes[node.a].width);
    }
  }
  return count;
}

GraphBuilder::GraphBuilder() { add({NodeKind::coordinates, 2, 0, 0}); }

std::size_t GraphBuilder::add(GraphNode node) {
  graph_.nodes.push_back(std::move(node));
  return graph_.nodes.size() - 1;
}

std::size_t GraphBuilder::tensor(const std::string& name, int rows, int columns) {
  const std::size_t offset = graph_.tensors.empty() ? 0 : graph_.weight_count();
  graph_.tensors.push_back({name, rows, columns, offset});
  return graph_.tensors.size() - 1;
}

std::size_t GraphBuilder::affine(std::size_t a, int width, const std::string& name, float factor) {
  const std::size_t weight = tensor("weight" + name, width, width_of(a));
  const std::size_t bias = tensor("bias" + name, width, 1);
  return blocks(a, width, {{weight, 0, 0, factor}}, {{bias, 0, 0, factor}});
}

std::size_t GraphBuilder::blocks(std::size_t a, int width, std::vector<TensorBlock> matrix,
                                 std::vector<TensorBlock> bias) {
  return add({NodeKind::affine, width, a, 0, std::move(matrix), std::move(bias)});
}

std::size_t GraphBuilder::chebyshev(int degree) { return add({NodeKind::chebyshev, 2 * (degree + 1), 0, 0}); }

std::size_t GraphBuilder::sine(std::size_t a) { return add({NodeKind::sine, width_of(a), a, 0}); }

std::size_t GraphBuilder::modulated_sine(std::size_t a, std::size_t modulation, float frequency) {
  return add({NodeKind::modulated_sine, width_of(a), a, 0, {}, {}, {modulation}, frequency, 0});
}

std::size_t GraphBuilder::gabor(std::size_t a, float frequency, float scale) {
  return add({NodeKind::gabor, width_of(a), a, 0, {}, {}, {}, frequency, scale});
}

std::size_t GraphBuilder::window(std::size_t centres, std::size_t precisions) {
  return add({NodeKind::window, graph_.tensors[centres].rows, 0, 0, {}, {}, {centres, precisions}});
}

std::size_t GraphBuilder::product(std::size_t a, std::size_t b) { return add({NodeKind::product, width_of(a), a, b}); }

std::size_t GraphBuilder::normalise(std::size_t a, std::size_t gains, std::size_t shifts) {
  return add({NodeKind::normalise, width_of(a), a, 0, {}, {}, {gains, shifts}});
}

std::size_t GraphBuilder::rectify(std::size_t a) { return add({NodeKind::rectify, width_of(a), a, 0}); }

std::optional<NetworkGraph> network_graph(const FieldSpec& spec) {
  const auto* kind = dynamic_cast<const GraphArchitecture*>(&architecture(spec.architecture));
  if (kind == nullptr) return std::nullopt;
  return kind->graph(spec);
}

}  // namespace sarinr
