#include <cmath>

#include "field/arch/dense.h"
#include "field/arch/table.h"

namespace sarinr {

namespace {

/// FINER (Liu et al. 2024): sin(w0 (abs(z) + 1) z) layers, z = W x + b, and a linear last one; the factor abs(z) + 1 is
/// held constant in the gradient, as in the authors' code. Initialised as SIREN, but for wider first biases where
/// asked.
class Finer final : public DenseArchitecture {
 public:
  std::string name() const override { return "finer"; }
  std::uint8_t number() const override { return 2; }

  std::vector<ParameterInfo> parameters() const override {
    return {{"w0-first", "frequency factor of the first sine layer", 30, 0.1, 3000},
            {"w0-hidden", "frequency factor of the other sine layers", 30, 0.1, 3000},
            {"first-bias", "first biases are drawn within plus and minus this; 0: as SIREN's", 0, 0, 100}};
  }

  DenseNetwork network(const FieldSpec& spec) const override {
    DenseNetwork network = shape(spec, Activation::finer);
    network.first_factor = parameter(spec, 0);
    network.hidden_factor = parameter(spec, 1);
    return network;
  }

  std::vector<float> initialise(const FieldSpec& spec, std::uint64_t seed) const override {
    return uniform_weights(tensors(spec), seed, [&](std::size_t tensor, double fan_in) {
      if (tensor == 0) return 1 / fan_in;
      if (tensor == 1 && parameter(spec, 2) > 0) return static_cast<double>(parameter(spec, 2));
      if (tensor % 2 == 0) return std::sqrt(6 / fan_in) / static_cast<double>(parameter(spec, 1));
      return 1 / std::sqrt(fan_in);
    });
  }
};

}  // namespace

const Architecture& finer_architecture() {
  static const Finer finer;
  return finer;
}

}  // namespace sarinr
