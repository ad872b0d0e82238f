#include "field/graph_derivatives.h"

#include <cmath>
#include <numbers>
#include <vector>

namespace sarinr {

namespace {

/// A number with its first and second derivatives by x and y: arithmetic on jets is the chain rule.
struct Jet {
  double value = 0;
  double x = 0;
  double y = 0;
  double xx = 0;
  double xy = 0;
  double yy = 0;
};

Jet operator+(const Jet& a, const Jet& b) {
  return {a.value + b.value, a.x + b.x, a.y + b.y, a.xx + b.xx, a.xy + b.xy, a.yy + b.yy};
}

Jet operator*(double factor, const Jet& a) {
  return {factor * a.value, factor * a.x, factor * a.y, factor * a.xx, factor * a.xy, factor * a.yy};
}

Jet operator-(const Jet& a, const Jet& b) { return a + -1.0 * b; }

Jet operator*(const Jet& a, const Jet& b) {
  return {a.value * b.value,
          a.x * b.value + a.value * b.x,
          a.y * b.value + a.value * b.y,
          a.xx * b.value + 2 * a.x * b.x + a.value * b.xx,
          a.xy * b.value + a.x * b.y + a.y * b.x + a.value * b.xy,
          a.yy * b.value + 2 * a.y * b.y + a.value * b.yy};
}

Jet constant(double value) { return {value}; }

/// f(a) by f's value, first and second derivative at a.
Jet chain(const Jet& a, double value, double slope, double bend) {
  return {value,
          slope * a.x,
          slope * a.y,
          slope * a.xx + bend * a.x * a.x,
          slope * a.xy + bend * a.x * a.y,
          slope * a.yy + bend * a.y * a.y};
}

Jet sine(const Jet& a) { return chain(a, std::sin(a.value), std::cos(a.value), -std::sin(a.value)); }
Jet cosine(const Jet& a) { return chain(a, std::cos(a.value), -std::sin(a.value), -std::cos(a.value)); }

Jet exponential(const Jet& a) {
  const double value = std::exp(a.value);
  return chain(a, value, value, value);
}

Jet tangent(const Jet& a) {
  const double value = std::tanh(a.value);
  const double slope = 1 - value * value;
  return chain(a, value, slope, -2 * value * slope);
}

Jet inverse_root(const Jet& a) {
  const double value = 1 / std::sqrt(a.value);
  return chain(a, value, -value / (2 * a.value), 3 * value / (4 * a.value * a.value));
}

using Jets = std::vector<Jet>;

/// All nodes of a graph at one point.
class PointPass {
 public:
  PointPass(const NetworkGraph& graph, const float* weights)
      : graph_(graph), weights_(weights), values_(graph.nodes.size()) {}

  const Jets& at(double x, double y) {
    values_[0] = {{x, 1, 0, 0, 0, 0}, {y, 0, 1, 0, 0, 0}};
    for (std::size_t i = 1; i < graph_.nodes.size(); ++i) values_[i] = compute(graph_.nodes[i]);
    return values_.back();
  }

 private:
  const float* tensor(std::size_t index) const { return weights_ + graph_.tensors[index].offset; }

  Jets compute(const GraphNode& node) const {
    const Jets& a = values_[node.a];
    switch (node.kind) {
      case NodeKind::coordinates:
        return a;
      case NodeKind::chebyshev:
        return chebyshev(node.width / 2 - 1);
      case NodeKind::affine:
        return affine(node, a);
      case NodeKind::sine:
        return each(a, [](const Jet& jet) { return sine(std::numbers::pi * jet); });
      case NodeKind::modulated_sine:
        return modulated_sine(node, a);
      case NodeKind::gabor:
        return gabor(node, a);
      case NodeKind::window:
        return window(node);
      case NodeKind::product:
        return product(a, values_[node.b]);
      case NodeKind::normalise:
        return normalise(node, a);
      case NodeKind::rectify:
        return each(a, [](const Jet& jet) { return jet.value > 0 ? jet : Jet{}; });
    }
    return a;
  }

  template <class Function>
  static Jets each(const Jets& a, const Function& function) {
    Jets out;
    for (const Jet& jet : a) out.push_back(function(jet));
    return out;
  }

  Jets chebyshev(int degree) const {
    Jets out;
    for (const Jet& coordinate : values_[0]) {
      const Jet t = tangent(coordinate);
      Jet before = t;
      Jet term = constant(1);
      for (int n = 0; n <= degree; ++n) {
        out.push_back(term);
        const Jet next = 2 * (t * term) - before;
        before = term;
        term = next;
      }
    }
    return out;
  }

  Jets affine(const GraphNode& node, const Jets& a) const {
    Jets out(static_cast<std::size_t>(node.width));
    const auto add = [&](const TensorBlock& block, const Jets& operand) {
      const TensorInfo& info = graph_.tensors[block.tensor];
      const float* weight = tensor(block.tensor);
      const auto first_row = static_cast<std::size_t>(block.row);
      const auto first_column = static_cast<std::size_t>(block.column);
      for (std::size_t row = 0; row < static_cast<std::size_t>(info.rows); ++row) {
        Jet& sum = out[first_row + row];
        for (std::size_t k = 0; k < static_cast<std::size_t>(info.columns); ++k) {
          const double factor = static_cast<double>(block.factor) * static_cast<double>(*weight++);
          sum = sum + factor * operand[first_column + k];
        }
      }
    };
    for (const TensorBlock& block : node.matrix) add(block, a);
    for (const TensorBlock& block : node.bias) add(block, {constant(1)});
    return out;
  }

  Jets modulated_sine(const GraphNode& node, const Jets& a) const {
    const float* m = tensor(node.tensor[0]);
    const double amplitude = std::exp(static_cast<double>(m[0]));
    const double rate = std::exp(static_cast<double>(m[1])) * static_cast<double>(node.frequency);
    return each(a, [&](const Jet& jet) {
      return amplitude * sine(rate * jet + constant(static_cast<double>(m[2]))) + constant(static_cast<double>(m[3]));
    });
  }

  static Jets gabor(const GraphNode& node, const Jets& a) {
    const std::size_t neurons = a.size() / 2;
    const double frequency = static_cast<double>(node.frequency);
    const double square = static_cast<double>(node.scale) * static_cast<double>(node.scale);
    Jets out(a.size());
    for (std::size_t n = 0; n < neurons; ++n) {
      const Jet& real = a[n];
      const Jet& imaginary = a[neurons + n];
      const Jet bell = exponential(-frequency * imaginary - square * (real * real + imaginary * imaginary));
      out[n] = bell * cosine(frequency * real);
      out[neurons + n] = bell * sine(frequency * real);
    }
    return out;
  }

  Jets window(const GraphNode& node) const {
    const float* centres = tensor(node.tensor[0]);
    const float* precisions = tensor(node.tensor[1]);
    Jets out;
    for (int n = 0; n < node.width; ++n) {
      const Jet x = values_[0][0] - constant(static_cast<double>(centres[2 * n]));
      const Jet y = values_[0][1] - constant(static_cast<double>(centres[2 * n + 1]));
      out.push_back(exponential(-0.5 * static_cast<double>(precisions[n]) * (x * x + y * y)));
    }
    return out;
  }

  static Jets product(const Jets& a, const Jets& b) {
    Jets out;
    for (std::size_t i = 0; i < a.size(); ++i) out.push_back(a[i] * b[i]);
    return out;
  }

  Jets normalise(const GraphNode& node, const Jets& a) const {
    const double share = 1 / static_cast<double>(a.size());
    Jet mean;
    for (const Jet& jet : a) mean = mean + share * jet;
    Jet variance = constant(1e-5);
    for (const Jet& jet : a) variance = variance + share * ((jet - mean) * (jet - mean));
    const Jet scale = inverse_root(variance);
    Jets out;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double gain = static_cast<double>(tensor(node.tensor[0])[i]);
      const double shift = static_cast<double>(tensor(node.tensor[1])[i]);
      out.push_back(gain * ((a[i] - mean) * scale) + constant(shift));
    }
    return out;
  }

  const NetworkGraph& graph_;
  const float* weights_;
  std::vector<Jets> values_;
};

}  // namespace

void differentiate_graph(const NetworkGraph& graph, const float* weights, int order, const float* x, const float* y,
                         std::size_t count, float* out, std::size_t stride) {
  PointPass pass(graph, weights);
  const std::size_t terms = order == 2 ? 6 : 3;
  for (std::size_t i = 0; i < count; ++i) {
    const Jets& outputs = pass.at(static_cast<double>(x[i]), static_cast<double>(y[i]));
    for (std::size_t c = 0; c < outputs.size(); ++c) {
      const Jet& jet = outputs[c];
      const double all[6] = {jet.value, jet.x, jet.y, jet.xx, jet.xy, jet.yy};
      for (std::size_t term = 0; term < terms; ++term) {
        out[(c * terms + term) * stride + i] = static_cast<float>(all[term]);
      }
    }
  }
}

}  // namespace sarinr
