#include <algorithm>
#include <cmath>
#include <numbers>

#include "field/arch/graph_architecture.h"
#include "field/arch/table.h"

namespace sarinr {

namespace {

/// WIRE (Saragadam et al. 2023): complex Gabor layers exp(j w0 z - |s0 z|^2), z = W x + b, real weights in the first
/// and complex ones in the others, and the real part of a complex linear last one. A layer has width / sqrt(2) neurons,
/// which makes about as many numbers as a real network's. All weights U(+-1/sqrt(fan_in)), real and imaginary parts.
class Wire final : public GraphArchitecture {
 public:
  std::string name() const override { return "wire"; }
  std::uint8_t number() const override { return 6; }

  std::vector<ParameterInfo> parameters() const override {
    return {{"gabor-frequency", "frequency factor w0 of exp(j w0 z - |s0 z|^2)", 5, 0.1, 3000},
            {"gabor-scale", "s0 of exp(j w0 z - |s0 z|^2): narrower wavelets for larger ones", 10, 0.01, 1000}};
  }

  NetworkGraph graph(const FieldSpec& spec) const override {
    const int neurons = std::max(1, static_cast<int>(spec.width / std::numbers::sqrt2));
    GraphBuilder graph;
    const std::size_t first = graph.tensor("weight0", neurons, 2);
    const std::size_t first_bias = graph.tensor("bias0", neurons, 1);
    std::size_t values = graph.blocks(graph.coordinates(), 2 * neurons, {{first, 0, 0, 1}}, {{first_bias, 0, 0, 1}});
    for (int layer = 1; layer <= spec.depth; ++layer) {
      values = graph.gabor(values, parameter(spec, 0), parameter(spec, 1));
      values = complex_layer(graph, values, neurons, std::to_string(layer));
    }
    values = graph.gabor(values, parameter(spec, 0), parameter(spec, 1));
    const std::string last = std::to_string(spec.depth + 1);
    const std::size_t real = graph.tensor("weight" + last + " real", spec.outputs, neurons);
    const std::size_t imaginary = graph.tensor("weight" + last + " imaginary", spec.outputs, neurons);
    const std::size_t bias = graph.tensor("bias" + last, spec.outputs, 1);
    graph.blocks(values, spec.outputs, {{real, 0, 0, 1}, {imaginary, 0, neurons, -1}}, {{bias, 0, 0, 1}});
    return graph.finish();
  }

  std::vector<float> initialise(const FieldSpec& spec, std::uint64_t seed) const override {
    const NetworkGraph network = graph(spec);
    int fan_in = 2;
    return uniform_tensors(network, seed, [&](const TensorInfo& tensor) {
      if (tensor.columns > 1) fan_in = tensor.columns;
      return 1 / std::sqrt(static_cast<double>(fan_in));
    });
  }

 private:
  /// (R + jI)(a + jb) + r + js, as a matrix over real and imaginary parts.
  static std::size_t complex_layer(GraphBuilder& graph, std::size_t values, int neurons, const std::string& layer) {
    const std::size_t real = graph.tensor("weight" + layer + " real", neurons, neurons);
    const std::size_t imaginary = graph.tensor("weight" + layer + " imaginary", neurons, neurons);
    const std::size_t real_bias = graph.tensor("bias" + layer + " real", neurons, 1);
    const std::size_t imaginary_bias = graph.tensor("bias" + layer + " imaginary", neurons, 1);
    return graph.blocks(
        values, 2 * neurons,
        {{real, 0, 0, 1}, {imaginary, 0, neurons, -1}, {imaginary, neurons, 0, 1}, {real, neurons, neurons, 1}},
        {{real_bias, 0, 0, 1}, {imaginary_bias, neurons, 0, 1}});
  }
};

}  // namespace

const Architecture& wire_architecture() {
  static const Wire wire;
  return wire;
}

}  // namespace sarinr
