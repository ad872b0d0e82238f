#pragma once

#include "field/dense_network.h"

namespace sarinr {

/// An architecture that is a chain of dense layers: tensors and evaluation follow from its DenseNetwork.
class DenseArchitecture : public Architecture {
 public:
  virtual DenseNetwork network(const FieldSpec& spec) const = 0;
  std::vector<TensorInfo> tensors(const FieldSpec& spec) const final;
  void evaluate(const FieldSpec& spec, const float* weights, const float* x, const float* y, std::size_t count,
                float* out, std::size_t stride) const final;
  void differentiate(const FieldSpec& spec, const float* weights, int order, const float* x, const float* y,
                     std::size_t count, float* out, std::size_t stride) const final;

 protected:
  /// The spec's number at that place; its default where the spec has none yet.
  float parameter(const FieldSpec& spec, std::size_t place) const;
  /// Shape and nothing else: activation, factors and encoding are the architecture's.
  static DenseNetwork shape(const FieldSpec& spec, Activation activation);
};

/// Weights drawn tensor by tensor, uniform within +-bound(tensor, inputs of its layer); tensors as
/// Architecture::tensors has them, matrices at even places, biases at odd.
template <class Bound>
std::vector<float> uniform_weights(const std::vector<TensorInfo>& tensors, std::uint64_t seed, const Bound& bound) {
  std::vector<float> weights(tensors.back().offset + tensors.back().size());
  Random random(seed);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const double limit = bound(i, static_cast<double>(tensors[i - i % 2].columns));
    for (std::size_t k = 0; k < tensors[i].size(); ++k) {
      weights[tensors[i].offset + k] = static_cast<float>(random.uniform(-limit, limit));
    }
  }
  return weights;
}

}  // namespace sarinr
