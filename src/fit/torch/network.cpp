#include "network.h"

#include <torch/autograd.h>

#include <numbers>

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

class SirenNetwork final : public Network {
 public:
  explicit SirenNetwork(const FieldSpec& spec) : w0_first_(spec.parameters[0]), w0_hidden_(spec.parameters[1]) {}

  at::Tensor forward(const std::vector<at::Tensor>& tensors, const at::Tensor& points) const override {
    const std::int64_t fields = tensors[0].size(0);
    at::Tensor values = points.unsqueeze(0).expand({fields, points.size(0), 2});
    for (std::size_t i = 0; i < tensors.size(); i += 2) {
      const at::Tensor& weight = tensors[i];
      const at::Tensor bias = tensors[i + 1].transpose(1, 2);
      if (i + 2 == tensors.size()) return at::baddbmm(bias, values, weight.transpose(1, 2));
      // w0 / pi scales the few weights rather than the many activations.
      const float factor = (i == 0 ? w0_first_ : w0_hidden_) * std::numbers::inv_pi_v<float>;
      values = Sine::apply(at::baddbmm(bias * factor, values, (weight * factor).transpose(1, 2)));
    }
    return values;
  }

 private:
  float w0_first_;
  float w0_hidden_;
};

}  // namespace

std::unique_ptr<Network> make_network(const FieldSpec& spec) {
  if (spec.architecture == "siren") return std::make_unique<SirenNetwork>(spec);
  throw Error("the torch engine has no architecture '" + spec.architecture + "': it has siren");
}

}  // namespace sarinr::torch_engine
