#include <cmath>

#include "field/arch/dense.h"
#include "field/arch/table.h"

namespace sarinr {

namespace {

/// SIREN (Sitzmann et al. 2020): sin(w0 (W x + b)) layers and a linear last one. Initialisation as in the authors'
/// code: first weights U(+-1/fan_in), all others U(+-sqrt(6/fan_in)/w0), biases U(+-1/sqrt(fan_in)).
class Siren final : public DenseArchitecture {
 public:
  std::string name() const override { return "siren"; }
  std::uint8_t number() const override { return 1; }

  std::vector<ParameterInfo> parameters() const override {
    return {{"w0-first", "frequency factor of the first sine layer", 30, 0.1, 3000},
            {"w0-hidden", "frequency factor of the other sine layers", 30, 0.1, 3000}};
  }

  DenseNetwork network(const FieldSpec& spec) const override {
    DenseNetwork network = shape(spec, Activation::sine);
    network.first_factor = parameter(spec, 0);
    network.hidden_factor = parameter(spec, 1);
    return network;
  }

  std::vector<float> initialise(const FieldSpec& spec, std::uint64_t seed) const override {
    return uniform_weights(tensors(spec), seed, [&](std::size_t tensor, double fan_in) {
      if (tensor == 0) return 1 / fan_in;
      if (tensor % 2 == 0) return std::sqrt(6 / fan_in) / static_cast<double>(parameter(spec, 1));
      return 1 / std::sqrt(fan_in);
    });
  }
};

}  // namespace

const Architecture& siren_architecture() {
  static const Siren siren;
  return siren;
}

}  // namespace sarinr
