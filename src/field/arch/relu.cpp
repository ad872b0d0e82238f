#include <cmath>

#include "field/arch/dense.h"
#include "field/arch/table.h"

namespace sarinr {

namespace {

/// A plain ReLU network: the baseline that coordinate networks are compared with. Matrices Kaiming normal
/// (He et al. 2015), biases U(+-1/sqrt(fan_in)).
class Relu final : public DenseArchitecture {
 public:
  std::string name() const override { return "relu"; }
  std::uint8_t number() const override { return 5; }
  std::vector<ParameterInfo> parameters() const override { return {}; }
  DenseNetwork network(const FieldSpec& spec) const override { return shape(spec, Activation::relu); }

  std::vector<float> initialise(const FieldSpec& spec, std::uint64_t seed) const override {
    const std::vector<TensorInfo> all = tensors(spec);
    std::vector<float> weights =
        uniform_weights(all, seed, [](std::size_t, double fan_in) { return 1 / std::sqrt(fan_in); });
    Random random(mix64(seed));
    for (std::size_t i = 0; i < all.size(); i += 2) {
      const double deviation = std::sqrt(2.0 / all[i].columns);
      for (std::size_t k = 0; k < all[i].size(); ++k) {
        weights[all[i].offset + k] = static_cast<float>(deviation * random.normal());
      }
    }
    return weights;
  }
};

/// ReLU with positional encoding (Mildenhall et al. 2020): inputs x, y, then sin and cos of scale 2^k x for each k, the
/// same of y. All weights U(+-1/sqrt(fan_in)).
class Pemlp final : public DenseArchitecture {
 public:
  std::string name() const override { return "pemlp"; }
  std::uint8_t number() const override { return 4; }

  std::vector<ParameterInfo> parameters() const override {
    return {{"encoding-frequencies", "octaves of the positional encoding", 10, 0, 16},
            {"encoding-scale", "angle of its lowest octave at coordinate 1, in radians", 1, 0.01, 100}};
  }

  DenseNetwork network(const FieldSpec& spec) const override {
    DenseNetwork network = shape(spec, Activation::relu);
    network.frequencies = static_cast<int>(parameter(spec, 0));
    network.encoding_scale = parameter(spec, 1);
    return network;
  }

  std::vector<float> initialise(const FieldSpec& spec, std::uint64_t seed) const override {
    return uniform_weights(tensors(spec), seed, [](std::size_t, double fan_in) { return 1 / std::sqrt(fan_in); });
  }
};

}  // namespace

const Architecture& relu_architecture() {
  static const Relu relu;
  return relu;
}

const Architecture& pemlp_architecture() {
  static const Pemlp pemlp;
  return pemlp;
}

}  // namespace sarinr
