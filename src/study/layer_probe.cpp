#include "study/layer_probe.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>

#include "sarinr/base/error.h"
#include "sarinr/base/random.h"
#include "sarinr/field/initialisation.h"

namespace sarinr::study {

namespace {

/// Deviation of a scheme's numbers, and whether they are normal.
struct Scheme {
  double deviation;
  bool normal;
};

Scheme scheme_named(const std::string& name, double fan_in, double fan_out) {
  if (name == "uniform") return {1 / std::sqrt(3 * fan_in), false};
  if (name == "normal") return {1 / std::sqrt(fan_in), true};
  if (name == "wide" || name == "kaiming-uniform") return {std::sqrt(2 / fan_in), false};
  if (name == "kaiming-normal") return {std::sqrt(2 / fan_in), true};
  if (name == "xavier-uniform") return {std::sqrt(2 / (fan_in + fan_out)), false};
  if (name == "xavier-normal") return {std::sqrt(2 / (fan_in + fan_out)), true};
  throw Error("unknown scheme of first weights '" + name + "'", ErrorKind::internal);
}

void draw(const TensorInfo& tensor, const Scheme& scheme, std::uint64_t seed, std::vector<float>& weights) {
  Random random(mix64(seed) + tensor.offset);
  const double bound = std::sqrt(3.0) * scheme.deviation;
  for (std::size_t k = tensor.offset; k < tensor.offset + tensor.size(); ++k) {
    weights[k] = static_cast<float>(scheme.normal ? scheme.deviation * random.normal() : random.uniform(-bound, bound));
  }
}

/// The power of one neuron's sines at 0 to n/2 cycles, without their mean.
void add_power(const std::vector<double>& values, std::vector<double>& power) {
  const std::size_t n = values.size();
  double mean = 0;
  for (const double value : values) mean += value / static_cast<double>(n);
  for (std::size_t k = 0; k < power.size(); ++k) {
    std::complex<double> sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double angle = -2 * std::numbers::pi * static_cast<double>(k * i % n) / static_cast<double>(n);
      sum += (values[i] - mean) * std::polar(1.0, angle);
    }
    power[k] += std::norm(sum);
  }
}

double deviation_of(const std::vector<std::vector<double>>& neurons) {
  double sum = 0;
  double squares = 0;
  double count = 0;
  for (const std::vector<double>& values : neurons) {
    for (const double value : values) {
      sum += value;
      squares += value * value;
      ++count;
    }
  }
  return std::sqrt(std::max(0.0, squares / count - sum / count * (sum / count)));
}

LayerProbe describe(const std::vector<std::vector<double>>& arguments, const std::vector<std::vector<double>>& sines,
                    int bins) {
  const std::size_t points = sines.front().size();
  LayerProbe probe;
  probe.argument_deviation = deviation_of(arguments);
  probe.value_deviation = deviation_of(sines);
  probe.values.assign(static_cast<std::size_t>(bins), 0);
  probe.power.assign(points / 2 + 1, 0);
  for (const std::vector<double>& neuron : sines) {
    for (const double value : neuron) {
      const int bin = std::clamp(static_cast<int>((value + 1) / 2 * bins), 0, bins - 1);
      probe.values[static_cast<std::size_t>(bin)] += 1 / static_cast<double>(sines.size() * points);
    }
    add_power(neuron, probe.power);
  }
  double total = 0;
  for (const double value : probe.power) total += value;
  for (std::size_t k = 0; k < probe.power.size(); ++k) {
    if (total > 0) probe.power[k] /= total;
    probe.centroid += probe.power[k] * static_cast<double>(k) / static_cast<double>(points);
  }
  return probe;
}

}  // namespace

std::vector<LayerProbe> probe_layers(const FieldSpec& spec, const std::vector<float>& weights, int points, int bins) {
  const std::vector<TensorInfo> tensors = architecture(spec.architecture).tensors(spec);
  const auto count = static_cast<std::size_t>(points);
  std::vector<std::vector<double>> inputs(2, std::vector<double>(count, 0));
  for (std::size_t i = 0; i < count; ++i) inputs[0][i] = (2 * static_cast<double>(i) + 1) / points - 1;
  std::vector<LayerProbe> probes;
  for (std::size_t layer = 0; layer + 1 < tensors.size() / 2; ++layer) {
    const TensorInfo& matrix = tensors[2 * layer];
    const TensorInfo& bias = tensors[2 * layer + 1];
    const double w0 = static_cast<double>(spec.parameters.at(layer == 0 ? 0 : 1));
    std::vector<std::vector<double>> arguments;
    for (int row = 0; row < matrix.rows; ++row) {
      std::vector<double> sum(count, static_cast<double>(weights[bias.offset + static_cast<std::size_t>(row)]));
      for (int column = 0; column < matrix.columns; ++column) {
        const double weight =
            static_cast<double>(weights[matrix.offset + static_cast<std::size_t>(row * matrix.columns + column)]);
        for (std::size_t i = 0; i < count; ++i) sum[i] += weight * inputs[static_cast<std::size_t>(column)][i];
      }
      for (double& value : sum) value *= w0;
      arguments.push_back(std::move(sum));
    }
    inputs = arguments;
    for (std::vector<double>& neuron : inputs) {
      for (double& value : neuron) value = std::sin(value);
    }
    probes.push_back(describe(arguments, inputs, bins));
  }
  return probes;
}

std::vector<const char*> first_layer_schemes() {
  return {"siren", "wide", "uniform", "normal", "kaiming-uniform", "kaiming-normal", "xavier-uniform", "xavier-normal"};
}

std::vector<const char*> hidden_layer_schemes() {
  return {"siren", "uniform", "normal", "kaiming-uniform", "kaiming-normal", "xavier-uniform", "xavier-normal"};
}

std::vector<float> drawn_weights(const FieldSpec& spec, const std::string& first, const std::string& hidden,
                                 std::uint64_t seed) {
  std::vector<float> weights = initial_weights(spec, "siren", seed);
  for (const TensorInfo& tensor : architecture(spec.architecture).tensors(spec)) {
    const bool is_first = tensor.name == "weight0";
    const std::string& scheme = is_first ? first : hidden;
    const bool is_hidden = tensor.rows == spec.width && tensor.columns == spec.width;
    if ((!is_first && !is_hidden) || scheme == "siren") continue;
    draw(tensor, scheme_named(scheme, tensor.columns, tensor.rows), seed, weights);
  }
  return weights;
}

}  // namespace sarinr::study
