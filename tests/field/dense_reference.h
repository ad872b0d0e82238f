#pragma once

#include <cmath>
#include <vector>

#include "sarinr/field/spec.h"

namespace sarinr::test {

/// The default spec of an architecture in that shape.
inline FieldSpec spec_of(const std::string& name, int width, int depth, int outputs) {
  FieldSpec spec;
  spec.architecture = name;
  spec.width = width;
  spec.depth = depth;
  spec.outputs = outputs;
  for (const ParameterInfo& parameter : architecture(name).parameters()) {
    spec.parameters.push_back(static_cast<float>(parameter.value));
  }
  return spec;
}

/// Definitions of the dense architectures in plain double arithmetic, written apart from the kernels. FINER's factors
/// can be taken from another run, which is what its gradient holds constant.
class DenseReference {
 public:
  explicit DenseReference(const FieldSpec& spec) : spec_(spec) {}

  std::vector<double> values(const std::vector<double>& weights, double x, double y, std::vector<double>* factors,
                             bool factors_are_given) const {
    std::vector<double> values = inputs(x, y);
    const std::vector<TensorInfo> tensors = architecture(spec_.architecture).tensors(spec_);
    std::size_t neuron = 0;
    for (std::size_t i = 0; i < tensors.size(); i += 2) {
      std::vector<double> next(static_cast<std::size_t>(tensors[i].rows));
      for (std::size_t row = 0; row < next.size(); ++row) {
        double z = weights[tensors[i + 1].offset + row];
        for (std::size_t k = 0; k < values.size(); ++k) {
          z += weights[tensors[i].offset + row * values.size() + k] * values[k];
        }
        if (i + 2 == tensors.size()) {
          next[row] = z;
          continue;
        }
        if (!factors_are_given) factors->push_back(std::abs(z) + 1);
        next[row] = activation(z, (*factors)[neuron++], i == 0);
      }
      values = next;
    }
    return values;
  }

  std::vector<double> values(const std::vector<double>& weights, double x, double y) const {
    std::vector<double> factors;
    return values(weights, x, y, &factors, false);
  }

 private:
  double parameter(std::size_t place) const { return static_cast<double>(spec_.parameters[place]); }

  std::vector<double> inputs(double x, double y) const {
    std::vector<double> inputs = {x, y};
    if (spec_.architecture != "pemlp") return inputs;
    for (const double coordinate : {x, y}) {
      for (int k = 0; k < static_cast<int>(parameter(0)); ++k) {
        inputs.push_back(std::sin(parameter(1) * std::ldexp(coordinate, k)));
        inputs.push_back(std::cos(parameter(1) * std::ldexp(coordinate, k)));
      }
    }
    return inputs;
  }

  double activation(double z, double factor, bool first) const {
    if (spec_.architecture == "siren") return std::sin(parameter(first ? 0 : 1) * z);
    if (spec_.architecture == "finer") return std::sin(parameter(first ? 0 : 1) * factor * z);
    if (spec_.architecture == "gauss") return std::exp(-parameter(0) * parameter(0) * z * z);
    return std::max(z, 0.0);
  }

  FieldSpec spec_;
};

}  // namespace sarinr::test
