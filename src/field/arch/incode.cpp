#include <cmath>

#include "field/arch/graph_architecture.h"
#include "field/arch/table.h"

namespace sarinr {

namespace {

/// INCODE (Kazerouni et al. 2024): exp(a) sin(exp(b) w0 z + c) + d layers, z = W x + b, and a linear last one;
/// initialised as SIREN. The four numbers a, b, c, d are the same for all layers and stored as a tensor of their own;
/// the paper has them from a harmonizer network over a feature of the image, which is no part of the field.
class Incode final : public GraphArchitecture {
 public:
  std::string name() const override { return "incode"; }
  std::uint8_t number() const override { return 9; }

  std::vector<ParameterInfo> parameters() const override {
    return {{"w0-first", "frequency factor of the first sine layer", 30, 0.1, 3000},
            {"w0-hidden", "frequency factor of the other sine layers", 30, 0.1, 3000}};
  }

  NetworkGraph graph(const FieldSpec& spec) const override {
    GraphBuilder graph;
    const std::size_t modulation = graph.tensor("modulation", 4, 1);
    std::size_t values = graph.coordinates();
    for (int layer = 0; layer <= spec.depth; ++layer) {
      values = graph.affine(values, spec.width, std::to_string(layer));
      values = graph.modulated_sine(values, modulation, parameter(spec, layer == 0 ? 0 : 1));
    }
    graph.affine(values, spec.outputs, std::to_string(spec.depth + 1));
    return graph.finish();
  }

  /// The four numbers begin at 0, where the field is a SIREN.
  std::vector<float> initialise(const FieldSpec& spec, std::uint64_t seed) const override {
    const NetworkGraph network = graph(spec);
    int fan_in = 2;
    return uniform_tensors(network, seed, [&](const TensorInfo& tensor) {
      if (tensor.name == "modulation") return 0.0;
      if (tensor.columns == 1) return 1 / std::sqrt(static_cast<double>(fan_in));
      fan_in = tensor.columns;
      if (tensor.name == "weight0") return 0.5;
      return std::sqrt(6.0 / fan_in) / static_cast<double>(parameter(spec, 1));
    });
  }
};

}  // namespace

const Architecture& incode_architecture() {
  static const Incode incode;
  return incode;
}

}  // namespace sarinr
