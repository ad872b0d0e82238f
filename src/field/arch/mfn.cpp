#include <cmath>
#include <numbers>

#include "field/arch/graph_architecture.h"
#include "field/arch/table.h"

namespace sarinr {

namespace {

/// A gamma distributed number of that shape and scale 1 (Marsaglia and Tsang 2000); below shape 1 a number of shape + 1
/// times a power of a uniform one.
double gamma_distributed(Random& random, double shape) {
  if (shape < 1) {
    const double larger = gamma_distributed(random, shape + 1);
    return larger * std::pow(1 - random.uniform(), 1 / shape);
  }
  const double d = shape - 1.0 / 3;
  while (true) {
    const double normal = random.normal();
    const double root = 1 + normal / std::sqrt(9 * d);
    if (root <= 0) continue;
    const double cube = root * root * root;
    if (std::log(1 - random.uniform()) < normal * normal / 2 + d - d * cube + d * std::log(cube)) return d * cube;
  }
}

/// Multiplicative filter networks (Fathony et al. 2021): v = g_0(x), then v = (W v + b) * g_i(x) for each hidden layer,
/// and a linear last one. Fourier filters are g = sin(A x + c); Gabor filters are these times
/// exp(-gamma |x - mu|^2 / 2). Initialised as in the authors' code: A U(+-1/sqrt(2)) times scale / sqrt(filters), and
/// of Gabor filters times sqrt(gamma); c U(+-pi); mu U(+-1), gamma Gamma(6 / filters, 1); W U(+-sqrt(1/width)).
class Mfn final : public GraphArchitecture {
 public:
  explicit Mfn(bool windowed) : windowed_(windowed) {}
  std::string name() const override { return windowed_ ? "mfn-gabor" : "mfn-fourier"; }
  std::uint8_t number() const override { return windowed_ ? 8 : 7; }

  std::vector<ParameterInfo> parameters() const override {
    return {{"filter-scale", "spread of the filters' first frequencies, of all filters together", 128, 0.1, 10000}};
  }

  NetworkGraph graph(const FieldSpec& spec) const override {
    GraphBuilder graph;
    std::size_t values = filter(graph, spec, 0);
    for (int layer = 1; layer <= spec.depth; ++layer) {
      const std::size_t mixed = graph.affine(values, spec.width, std::to_string(layer));
      values = graph.product(mixed, filter(graph, spec, layer));
    }
    graph.affine(values, spec.outputs, std::to_string(spec.depth + 1));
    return graph.finish();
  }

  std::vector<float> initialise(const FieldSpec& spec, std::uint64_t seed) const override {
    const NetworkGraph network = graph(spec);
    std::vector<float> weights = uniform_tensors(network, seed, [&](const TensorInfo& tensor) {
      if (tensor.name.starts_with("filter bias")) return std::numbers::pi;
      if (tensor.name.starts_with("centre")) return 1.0;
      if (tensor.name.starts_with("filter")) return std::numbers::sqrt2 / 2 * filter_scale(spec);
      return 1 / std::sqrt(static_cast<double>(spec.width));
    });
    if (windowed_) draw_precisions(spec, network, seed, weights);
    return weights;
  }

 private:
  double filter_scale(const FieldSpec& spec) const {
    return static_cast<double>(parameter(spec, 0)) / std::sqrt(spec.depth + 1.0);
  }

  std::size_t filter(GraphBuilder& graph, const FieldSpec& spec, int layer) const {
    const std::string number = std::to_string(layer);
    const std::size_t weight = graph.tensor("filter" + number, spec.width, 2);
    const std::size_t bias = graph.tensor("filter bias" + number, spec.width, 1);
    constexpr float half_turns = std::numbers::inv_pi_v<float>;
    const std::size_t wave = graph.sine(
        graph.blocks(graph.coordinates(), spec.width, {{weight, 0, 0, half_turns}}, {{bias, 0, 0, half_turns}}));
    if (!windowed_) return wave;
    const std::size_t centres = graph.tensor("centre" + number, spec.width, 2);
    const std::size_t precisions = graph.tensor("precision" + number, spec.width, 1);
    return graph.product(wave, graph.window(centres, precisions));
  }

  static void draw_precisions(const FieldSpec& spec, const NetworkGraph& network, std::uint64_t seed,
                              std::vector<float>& weights) {
    Random random(mix64(seed));
    for (std::size_t i = 0; i < network.tensors.size(); ++i) {
      const TensorInfo& precision = network.tensors[i];
      if (!precision.name.starts_with("precision")) continue;
      const TensorInfo& filter = network.tensors[i - 3];
      for (std::size_t n = 0; n < precision.size(); ++n) {
        const double gamma = gamma_distributed(random, 6.0 / (spec.depth + 1));
        weights[precision.offset + n] = static_cast<float>(gamma);
        for (std::size_t k = 0; k < 2; ++k) weights[filter.offset + 2 * n + k] *= static_cast<float>(std::sqrt(gamma));
      }
    }
  }

  bool windowed_;
};

}  // namespace

const Architecture& mfn_fourier_architecture() {
  static const Mfn mfn(false);
  return mfn;
}

const Architecture& mfn_gabor_architecture() {
  static const Mfn mfn(true);
  return mfn;
}

}  // namespace sarinr
