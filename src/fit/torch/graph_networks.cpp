#include "graph_networks.h"

#include <c10/core/GradMode.h>

#include <array>

namespace sarinr::torch_engine {

namespace {

using Tensors = std::vector<at::Tensor>;

/// W a + b over [fields, points, numbers].
at::Tensor linear(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& values) {
  return at::baddbmm(bias.transpose(1, 2), values, weight.transpose(1, 2));
}

at::Tensor for_fields(const at::Tensor& points, std::int64_t fields) {
  return points.unsqueeze(0).expand({fields, points.size(0), points.size(1)});
}

class WireNetwork final : public Network {
 public:
  explicit WireNetwork(const FieldSpec& spec)
      : frequency_(spec.parameters[0]), square_(spec.parameters[1] * spec.parameters[1]) {}

  at::Tensor forward(const Tensors& tensors, const at::Tensor& points) const override {
    at::Tensor real = linear(tensors[0], tensors[1], for_fields(points, tensors[0].size(0)));
    at::Tensor imaginary = at::zeros_like(real);
    std::size_t next = 2;
    for (; next + 3 < tensors.size(); next += 4) {
      activate(real, imaginary);
      const at::Tensor& a = tensors[next];
      const at::Tensor& b = tensors[next + 1];
      const at::Tensor above = linear(a, tensors[next + 2], real) - at::bmm(imaginary, b.transpose(1, 2));
      imaginary = linear(b, tensors[next + 3], real) + at::bmm(imaginary, a.transpose(1, 2));
      real = above;
    }
    activate(real, imaginary);
    return linear(tensors[next], tensors[next + 2], real) - at::bmm(imaginary, tensors[next + 1].transpose(1, 2));
  }

 private:
  void activate(at::Tensor& real, at::Tensor& imaginary) const {
    const at::Tensor bell = (imaginary * -frequency_ - (real.square() + imaginary.square()) * square_).exp();
    const at::Tensor angle = real * frequency_;
    real = bell * angle.cos();
    imaginary = bell * angle.sin();
  }

  float frequency_;
  float square_;
};

class MfnNetwork final : public Network {
 public:
  explicit MfnNetwork(bool windowed) : windowed_(windowed) {}

  at::Tensor forward(const Tensors& tensors, const at::Tensor& points) const override {
    const at::Tensor inputs = for_fields(points, tensors[0].size(0));
    std::size_t next = 0;
    at::Tensor values = filter(tensors, next, inputs);
    while (next + 2 < tensors.size()) {
      const at::Tensor mixed = linear(tensors[next], tensors[next + 1], values);
      next += 2;
      values = mixed * filter(tensors, next, inputs);
    }
    return linear(tensors[next], tensors[next + 1], values);
  }

 private:
  at::Tensor filter(const Tensors& tensors, std::size_t& next, const at::Tensor& inputs) const {
    at::Tensor wave = linear(tensors[next], tensors[next + 1], inputs).sin();
    next += 2;
    if (!windowed_) return wave;
    const at::Tensor& centres = tensors[next];
    const at::Tensor distance = (inputs.unsqueeze(2) - centres.unsqueeze(1)).square().sum(3);
    const at::Tensor window = (distance * tensors[next + 1].transpose(1, 2) * -0.5).exp();
    next += 2;
    return wave * window;
  }

  bool windowed_;
};

class IncodeNetwork final : public Network {
 public:
  explicit IncodeNetwork(const FieldSpec& spec) : first_(spec.parameters[0]), hidden_(spec.parameters[1]) {}

  at::Tensor forward(const Tensors& tensors, const at::Tensor& points) const override {
    const auto number = [&](std::int64_t k) { return tensors[0].narrow(1, k, 1); };
    at::Tensor values = for_fields(points, tensors[0].size(0));
    for (std::size_t i = 1; i + 2 < tensors.size(); i += 2) {
      const at::Tensor z = linear(tensors[i], tensors[i + 1], values) * (i == 1 ? first_ : hidden_);
      values = number(0).exp() * (number(1).exp() * z + number(2)).sin() + number(3);
    }
    return linear(tensors[tensors.size() - 2], tensors.back(), values);
  }

  void add_penalty_gradients(const Tensors& tensors, Tensors& gradients) const override {
    const c10::NoGradGuard no_history;
    // Made on the device: a copy from the host could not be recorded (Repeater).
    std::vector<at::Tensor> slopes;
    for (const float slope : {0.1993f, 0.0196f, 0.0588f, 0.0269f}) {
      slopes.push_back(at::full({1, 1, 1}, slope, tensors[0].options().requires_grad(false)));
    }
    gradients[0] = gradients[0] - at::cat(slopes, 1) * (tensors[0] < 0);
  }

 private:
  float first_;
  float hidden_;
};

class Sl2aNetwork final : public Network {
 public:
  explicit Sl2aNetwork(const FieldSpec& spec)
      : degree_(static_cast<int>(spec.parameters[0])),
        step_(spec.parameters[1] >= 1 ? 3 : 2),
        skips_(spec.parameters[2] >= 1) {}

  at::Tensor forward(const Tensors& tensors, const at::Tensor& points) const override {
    const at::Tensor series = at::bmm(for_fields(terms(points), tensors[0].size(0)), tensors[0].transpose(1, 2));
    const at::Tensor centred = series - series.mean({2}, true);
    const at::Tensor standard = centred * (centred.square().mean({2}, true) + 1e-5).rsqrt();
    const at::Tensor skip = standard * tensors[1].transpose(1, 2) + tensors[2].transpose(1, 2);
    at::Tensor values = skip;
    for (std::size_t i = 3; i + 2 < tensors.size(); i += step_) {
      if (skips_) values = values * skip;
      if (step_ == 3) values = at::bmm(values, tensors[i].transpose(1, 2));
      values = linear(tensors[i + step_ - 2], tensors[i + step_ - 1], values).relu();
    }
    if (skips_) values = values * skip;
    return linear(tensors[tensors.size() - 2], tensors.back(), values);
  }

 private:
  /// T_n(t) = cos(n arccos t), t the hyperbolic tangent of a coordinate; in double, as rounding grows with the degree.
  at::Tensor terms(const at::Tensor& points) const {
    const at::Tensor angles = points.to(at::kDouble).tanh().acos();
    const at::Tensor degrees = at::arange(degree_ + 1, angles.options());
    const at::Tensor both = (angles.unsqueeze(2) * degrees).cos();
    return both.reshape({points.size(0), 2 * (degree_ + 1)}).to(at::kFloat);
  }

  int degree_;
  std::size_t step_;
  bool skips_;
};

}  // namespace

std::unique_ptr<Network> make_graph_network(const FieldSpec& spec) {
  if (spec.architecture == "wire") return std::make_unique<WireNetwork>(spec);
  if (spec.architecture == "mfn-fourier") return std::make_unique<MfnNetwork>(false);
  if (spec.architecture == "mfn-gabor") return std::make_unique<MfnNetwork>(true);
  if (spec.architecture == "incode") return std::make_unique<IncodeNetwork>(spec);
  if (spec.architecture == "sl2a") return std::make_unique<Sl2aNetwork>(spec);
  return nullptr;
}

}  // namespace sarinr::torch_engine
