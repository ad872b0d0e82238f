#include <cmath>

#include "field/arch/dense.h"
#include "field/arch/table.h"

namespace sarinr {

namespace {

/// Gaussian activations (Ramasinghe and Lucey 2022): exp(-(s (W x + b))^2) layers and a linear last one; all weights
/// U(+-1/sqrt(fan_in)).
class Gauss final : public DenseArchitecture {
 public:
  std::string name() const override { return "gauss"; }
  std::uint8_t number() const override { return 3; }

  std::vector<ParameterInfo> parameters() const override {
    return {{"gauss-scale", "factor s of exp(-(s z)^2): narrower bells for larger ones", 10, 0.01, 1000}};
  }

  DenseNetwork network(const FieldSpec& spec) const override {
    DenseNetwork network = shape(spec, Activation::gauss);
    network.first_factor = network.hidden_factor = parameter(spec, 0);
    return network;
  }

  std::vector<float> initialise(const FieldSpec& spec, std::uint64_t seed) const override {
    return uniform_weights(tensors(spec), seed, [](std::size_t, double fan_in) { return 1 / std::sqrt(fan_in); });
  }
};

}  // namespace

const Architecture& gauss_architecture() {
  static const Gauss gauss;
  return gauss;
}

}  // namespace sarinr
