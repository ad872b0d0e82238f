#include <cmath>

#include "field/arch/table.h"
#include "field/derivatives.h"
#include "field/sine_network.h"

namespace sarinr {

namespace {

/// SIREN (Sitzmann et al. 2020): sin(w0 (W x + b)) layers and a linear last one. Initialisation as in the authors'
/// code: first weights U(+-1/fan_in), all others U(+-sqrt(6/fan_in)/w0), biases U(+-1/sqrt(fan_in)).
class Siren final : public Architecture {
 public:
  std::string name() const override { return "siren"; }
  std::uint8_t number() const override { return 1; }

  std::vector<ParameterInfo> parameters() const override {
    return {{"w0-first", "frequency factor of the first sine layer", 30, 0.1, 3000},
            {"w0-hidden", "frequency factor of the other sine layers", 30, 0.1, 3000}};
  }

  std::vector<TensorInfo> tensors(const FieldSpec& spec) const override {
    std::vector<TensorInfo> tensors;
    std::size_t offset = 0;
    const auto add_layer = [&](int inputs, int outputs) {
      const std::string layer = std::to_string(tensors.size() / 2);
      tensors.push_back({"weight" + layer, outputs, inputs, offset});
      offset += tensors.back().size();
      tensors.push_back({"bias" + layer, outputs, 1, offset});
      offset += tensors.back().size();
    };
    add_layer(2, spec.width);
    for (int i = 0; i < spec.depth; ++i) add_layer(spec.width, spec.width);
    add_layer(spec.width, spec.outputs);
    return tensors;
  }

  std::vector<float> initialise(const FieldSpec& spec, std::uint64_t seed) const override {
    std::vector<float> weights(weight_count(spec));
    Random random(seed);
    const std::vector<TensorInfo> all = tensors(spec);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const double fan_in = all[i - i % 2].columns;
      double bound = 1 / std::sqrt(fan_in);
      if (i == 0) bound = 1 / fan_in;
      if (i > 0 && i % 2 == 0) bound = std::sqrt(6 / fan_in) / static_cast<double>(spec.parameters[1]);
      for (std::size_t k = 0; k < all[i].size(); ++k) {
        weights[all[i].offset + k] = static_cast<float>(random.uniform(-bound, bound));
      }
    }
    return weights;
  }

  void evaluate(const FieldSpec& spec, const float* weights, const float* x, const float* y, std::size_t count,
                float* out, std::size_t stride) const override {
    SineNetwork network{spec.width, spec.depth, spec.outputs, spec.parameters[0], spec.parameters[1], weights};
    evaluate_sine_network(network, x, y, count, out, stride);
  }

  void differentiate(const FieldSpec& spec, const float* weights, int order, const float* x, const float* y,
                     std::size_t count, float* out, std::size_t stride) const override {
    SineNetwork network{spec.width, spec.depth, spec.outputs, spec.parameters[0], spec.parameters[1], weights};
    differentiate_sine_network(network, order, x, y, count, out, stride);
  }
};

}  // namespace

const Architecture& siren_architecture() {
  static const Siren siren;
  return siren;
}

}  // namespace sarinr
