#include "network.h"

#include <torch/autograd.h>

#include <numbers>

#include "graph_networks.h"
#include "sarinr/field/sine.h"

namespace sarinr::torch_engine {

namespace {

/// sin(pi t) of half turns. On a CPU sine and cosine come from one pass of sarinr's own kernel, which costs a fraction
/// of the two passes that LibTorch's take.
class Sine : public torch::autograd::Function<Sine> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& half_turns) {
    at::Tensor sine = half_turns;  // its only user is this function, so it may be overwritten
    at::Tensor cosine;
    if (half_turns.is_cpu()) {
      cosine = at::empty_like(half_turns);
      sine_and_cosine(sine.data_ptr<float>(), cosine.data_ptr<float>(), static_cast<std::size_t>(sine.numel()));
    } else {
      const at::Tensor angle = half_turns * std::numbers::pi_v<float>;
      cosine = angle.cos();
      sine = angle.sin();
    }
    context->saved_data["cosine"] = cosine;
    if (half_turns.is_cpu()) context->mark_dirty({sine});
    return sine;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const at::Tensor cosine = context->saved_data["cosine"].toTensor();
    return {gradients[0].mul(cosine).mul_(std::numbers::pi_v<float>)};
  }
};

/// Layers of activation(W x + b) and a linear last one.
class ChainNetwork : public Network {
 public:
  explicit ChainNetwork(at::ScalarType products) : products_(products) {}

  at::Tensor forward(const std::vector<at::Tensor>& tensors, const at::Tensor& points) const override {
    const at::Tensor inputs = encode(points);
    at::Tensor values = inputs.unsqueeze(0).expand({tensors[0].size(0), inputs.size(0), inputs.size(1)});
    for (std::size_t i = 0; i + 2 < tensors.size(); i += 2) {
      // A factor scales the few weights rather than the many activations.
      const float scale = factor(i == 0);
      const at::Tensor bias = tensors[i + 1].transpose(1, 2) * scale;
      values = activation(affine(bias, values, (tensors[i] * scale).transpose(1, 2), i > 0), i == 0);
    }
    return at::baddbmm(tensors.back().transpose(1, 2), values, tensors[tensors.size() - 2].transpose(1, 2));
  }

 protected:
  virtual at::Tensor encode(const at::Tensor& points) const { return points; }
  virtual float factor(bool first) const = 0;
  virtual at::Tensor activation(const at::Tensor& scaled, bool first) const = 0;

 private:
  at::Tensor affine(const at::Tensor& bias, const at::Tensor& values, const at::Tensor& matrix, bool hidden) const {
    if (!hidden || products_ == at::kFloat) return at::baddbmm(bias, values, matrix);
    return at::bmm(values.to(products_), matrix.to(products_)).to(at::kFloat) + bias;
  }

  at::ScalarType products_;
};

class SirenNetwork : public ChainNetwork {
 public:
  SirenNetwork(const FieldSpec& spec, at::ScalarType products)
      : ChainNetwork(products), w0_first_(spec.parameters[0]), w0_hidden_(spec.parameters[1]) {}

 protected:
  float factor(bool first) const override { return (first ? w0_first_ : w0_hidden_) * std::numbers::inv_pi_v<float>; }
  at::Tensor activation(const at::Tensor& half_turns, bool) const override { return Sine::apply(half_turns); }

 private:
  float w0_first_;
  float w0_hidden_;
};

class FinerNetwork final : public SirenNetwork {
 public:
  using SirenNetwork::SirenNetwork;

 protected:
  at::Tensor activation(const at::Tensor& half_turns, bool first) const override {
    // The published network holds the factor abs(z) + 1 constant in the gradient.
    const at::Tensor growth = half_turns.detach().abs().div(factor(first)).add(1);
    return Sine::apply(half_turns * growth);
  }
};

class GaussNetwork final : public ChainNetwork {
 public:
  GaussNetwork(const FieldSpec& spec, at::ScalarType products) : ChainNetwork(products), scale_(spec.parameters[0]) {}

 protected:
  float factor(bool) const override { return scale_; }
  at::Tensor activation(const at::Tensor& scaled, bool) const override { return scaled.square().neg().exp(); }

 private:
  float scale_;
};

class ReluNetwork : public ChainNetwork {
 public:
  using ChainNetwork::ChainNetwork;

 protected:
  float factor(bool) const override { return 1; }
  at::Tensor activation(const at::Tensor& scaled, bool) const override { return scaled.relu(); }
};

class PemlpNetwork final : public ReluNetwork {
 public:
  PemlpNetwork(const FieldSpec& spec, at::ScalarType products)
      : ReluNetwork(products),
        frequencies_(static_cast<int>(spec.parameters[0])),
        scale_(static_cast<double>(spec.parameters[1])) {}

 protected:
  at::Tensor encode(const at::Tensor& points) const override {
    std::vector<at::Tensor> inputs = {points};
    for (const std::int64_t axis : {0, 1}) {
      // In double: at the highest frequency a float's rounding of the angle would already show.
      at::Tensor angle = points.narrow(1, axis, 1).to(at::kDouble) * scale_;
      for (int k = 0; k < frequencies_; ++k) {
        inputs.push_back(angle.sin().to(at::kFloat));
        inputs.push_back(angle.cos().to(at::kFloat));
        angle = angle * 2;
      }
    }
    return at::cat(inputs, 1);
  }

 private:
  int frequencies_;
  double scale_;
};

}  // namespace

std::unique_ptr<Network> make_network(const FieldSpec& spec, at::ScalarType products) {
  if (spec.architecture == "siren") return std::make_unique<SirenNetwork>(spec, products);
  if (spec.architecture == "finer") return std::make_unique<FinerNetwork>(spec, products);
  if (spec.architecture == "gauss") return std::make_unique<GaussNetwork>(spec, products);
  if (spec.architecture == "pemlp") return std::make_unique<PemlpNetwork>(spec, products);
  if (spec.architecture == "relu") return std::make_unique<ReluNetwork>(products);
  if (std::unique_ptr<Network> network = make_graph_network(spec)) return network;
  throw Error("the torch engine has no architecture '" + spec.architecture +
              "': it has siren, finer, gauss, pemlp, relu, wire, mfn-fourier, mfn-gabor, incode and sl2a");
}

}  // namespace sarinr::torch_engine
