#include "field/arch/dense.h"

#include "field/derivatives.h"
#include "field/packed_network.h"

namespace sarinr {

float DenseArchitecture::parameter(const FieldSpec& spec, std::size_t place) const {
  return place < spec.parameters.size() ? spec.parameters[place] : static_cast<float>(parameters()[place].value);
}

DenseNetwork DenseArchitecture::shape(const FieldSpec& spec, Activation activation) {
  DenseNetwork network;
  network.activation = activation;
  network.width = spec.width;
  network.depth = spec.depth;
  network.outputs = spec.outputs;
  return network;
}

std::vector<TensorInfo> DenseArchitecture::tensors(const FieldSpec& spec) const {
  const DenseNetwork chain = network(spec);
  std::vector<TensorInfo> tensors;
  std::size_t offset = 0;
  for (int layer = 0; layer < chain.layers(); ++layer) {
    const std::string number = std::to_string(layer);
    tensors.push_back({"weight" + number, chain.layer_outputs(layer), chain.layer_inputs(layer), offset});
    offset += tensors.back().size();
    tensors.push_back({"bias" + number, chain.layer_outputs(layer), 1, offset});
    offset += tensors.back().size();
  }
  return tensors;
}

void DenseArchitecture::evaluate(const FieldSpec& spec, const float* weights, const float* x, const float* y,
                                 std::size_t count, float* out, std::size_t stride) const {
  evaluate_dense_network(network(spec), weights, layer_kernels(), x, y, count, out, stride);
}

void DenseArchitecture::differentiate(const FieldSpec& spec, const float* weights, int order, const float* x,
                                      const float* y, std::size_t count, float* out, std::size_t stride) const {
  differentiate_dense_network(network(spec), weights, layer_kernels(), order, x, y, count, out, stride);
}

}  // namespace sarinr
