#include "field/arch/graph_architecture.h"

#include "field/graph_derivatives.h"
#include "field/packed_graph.h"

namespace sarinr {

float GraphArchitecture::parameter(const FieldSpec& spec, std::size_t place) const {
  return place < spec.parameters.size() ? spec.parameters[place] : static_cast<float>(parameters()[place].value);
}

void GraphArchitecture::evaluate(const FieldSpec& spec, const float* weights, const float* x, const float* y,
                                 std::size_t count, float* out, std::size_t stride) const {
  evaluate_graph(graph(spec), weights, layer_kernels(), x, y, count, out, stride);
}

void GraphArchitecture::differentiate(const FieldSpec& spec, const float* weights, int order, const float* x,
                                      const float* y, std::size_t count, float* out, std::size_t stride) const {
  differentiate_graph(graph(spec), weights, order, x, y, count, out, stride);
}

}  // namespace sarinr
