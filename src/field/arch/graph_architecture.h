#pragma once

#include "field/graph.h"

namespace sarinr {

/// An architecture that is more than a chain of dense layers: tensors and evaluation follow from its NetworkGraph.
class GraphArchitecture : public Architecture {
 public:
  virtual NetworkGraph graph(const FieldSpec& spec) const = 0;
  std::vector<TensorInfo> tensors(const FieldSpec& spec) const final { return graph(spec).tensors; }
  std::size_t operations(const FieldSpec& spec) const final { return graph(spec).operations(); }
  void evaluate(const FieldSpec& spec, const float* weights, const float* x, const float* y, std::size_t count,
                float* out, std::size_t stride) const final;
  void differentiate(const FieldSpec& spec, const float* weights, int order, const float* x, const float* y,
                     std::size_t count, float* out, std::size_t stride) const final;

 protected:
  /// The spec's number at that place; its default where the spec has none yet.
  float parameter(const FieldSpec& spec, std::size_t place) const;
};

/// Weights drawn tensor by tensor, uniform within +-bound(tensor).
template <class Bound>
std::vector<float> uniform_tensors(const NetworkGraph& graph, std::uint64_t seed, const Bound& bound) {
  std::vector<float> weights(graph.weight_count());
  Random random(seed);
  for (const TensorInfo& tensor : graph.tensors) {
    const double limit = bound(tensor);
    for (std::size_t k = 0; k < tensor.size(); ++k) {
      weights[tensor.offset + k] = static_cast<float>(random.uniform(-limit, limit));
    }
  }
  return weights;
}

}  // namespace sarinr
