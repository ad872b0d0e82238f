#include <cmath>

#include "field/arch/graph_architecture.h"
#include "field/arch/table.h"

namespace sarinr {

namespace {

/// SL2A (Heidari et al. 2024): a first layer of learned Chebyshev series of tanh(x) and tanh(y), normalised over its
/// neurons, P; then y = max(W (y * P) + b, 0) layers from y = P on, and a linear last one of y * P. Variants: W = A B
/// of a low rank between hidden layers, and without the products with P. Coefficients U(+-sqrt(6 / ((2 + width)(degree
/// + 1)))), A U(+-1/sqrt(rank)), B U(+-1/sqrt(width)), full matrices and biases U(+-1/sqrt(fan_in)).
class Sl2a final : public GraphArchitecture {
 public:
  std::string name() const override { return "sl2a"; }
  std::uint8_t number() const override { return 10; }

  std::vector<ParameterInfo> parameters() const override {
    return {{"chebyshev-degree", "degree of the first layer's series", 64, 1, 512},
            {"low-rank", "rank of the matrices between hidden layers; 0: full", 0, 0, 512},
            {"skip-product", "1: layers see their input times the first layer's output; 0: they do not", 1, 0, 1}};
  }

  NetworkGraph graph(const FieldSpec& spec) const override {
    const int width = spec.width;
    const int degree = static_cast<int>(parameter(spec, 0));
    const int rank = static_cast<int>(parameter(spec, 1));
    const bool skips = parameter(spec, 2) >= 1;
    GraphBuilder graph;
    const std::size_t coefficients = graph.tensor("coefficients", width, 2 * (degree + 1));
    std::size_t values = graph.blocks(graph.chebyshev(degree), width, {{coefficients, 0, 0, 1}}, {});
    const std::size_t gains = graph.tensor("gain", width, 1);
    const std::size_t shifts = graph.tensor("shift", width, 1);
    values = graph.normalise(values, gains, shifts);
    const std::size_t skip = values;
    for (int layer = 1; layer <= spec.depth; ++layer) {
      if (skips) values = graph.product(values, skip);
      const std::string number = std::to_string(layer);
      if (rank > 0) {
        const std::size_t second = graph.tensor("B" + number, rank, width);
        const std::size_t first = graph.tensor("A" + number, width, rank);
        const std::size_t bias = graph.tensor("bias" + number, width, 1);
        const std::size_t few = graph.blocks(values, rank, {{second, 0, 0, 1}}, {});
        values = graph.blocks(few, width, {{first, 0, 0, 1}}, {{bias, 0, 0, 1}});
      } else {
        values = graph.affine(values, width, number);
      }
      values = graph.rectify(values);
    }
    if (skips) values = graph.product(values, skip);
    graph.affine(values, spec.outputs, std::to_string(spec.depth + 1));
    return graph.finish();
  }

  std::vector<float> initialise(const FieldSpec& spec, std::uint64_t seed) const override {
    const NetworkGraph network = graph(spec);
    std::vector<float> weights = uniform_tensors(network, seed, [&](const TensorInfo& tensor) {
      if (tensor.name == "coefficients") return std::sqrt(6.0 / ((2 + spec.width) * (tensor.columns / 2.0)));
      if (tensor.name == "gain" || tensor.name == "shift") return 0.0;
      if (tensor.name.starts_with("A")) return 1 / std::sqrt(static_cast<double>(tensor.columns));
      return 1 / std::sqrt(static_cast<double>(spec.width));
    });
    for (const TensorInfo& tensor : network.tensors) {
      if (tensor.name != "gain") continue;
      for (std::size_t k = 0; k < tensor.size(); ++k) weights[tensor.offset + k] = 1;
    }
    return weights;
  }
};

}  // namespace

const Architecture& sl2a_architecture() {
  static const Sl2a sl2a;
  return sl2a;
}

}  // namespace sarinr
