#include "network.h"

namespace sarinr::torch_engine {

namespace {

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
      // w0 scales the few weights rather than the many activations.
      const float w0 = i == 0 ? w0_first_ : w0_hidden_;
      values = at::baddbmm(bias * w0, values, (weight * w0).transpose(1, 2)).sin();
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
