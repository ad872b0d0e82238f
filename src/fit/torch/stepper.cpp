#include "stepper.h"

#include <c10/core/GradMode.h>

#include <cmath>

namespace sarinr::torch_engine {

namespace {

at::Tensor on_device(const std::vector<float>& numbers, at::Device device) {
  at::Tensor tensor = at::empty({static_cast<std::int64_t>(numbers.size())}, at::kFloat);
  std::copy(numbers.begin(), numbers.end(), tensor.data_ptr<float>());
  return tensor.to(device);
}

}  // namespace

Stepper::Stepper(std::vector<at::Tensor> leaves, const std::vector<double>& rates) : leaves_(std::move(leaves)) {
  const at::Device device = leaves_.front().device();
  for (const at::Tensor& leaf : leaves_) {
    means_.push_back(at::zeros_like(leaf.detach()));
    squares_.push_back(at::zeros_like(leaf.detach()));
  }
  std::vector<float> corrected;
  std::vector<float> spreads;
  for (std::size_t k = 0; k < rates.size(); ++k) {
    const double steps = static_cast<double>(k + 1);
    corrected.push_back(static_cast<float>(rates[k] / (1 - std::pow(0.9, steps))));
    spreads.push_back(static_cast<float>(1 / std::sqrt(1 - std::pow(0.999, steps))));
  }
  rates_ = on_device(corrected, device);
  spreads_ = on_device(spreads, device);
  count_ = at::zeros({1}, at::TensorOptions().dtype(at::kLong).device(device));
}

void Stepper::step(const std::vector<at::Tensor>& gradients, const at::Tensor& moving) {
  const c10::NoGradGuard no_history;
  const at::Tensor spread = spreads_.index_select(0, count_);
  at::Tensor rate = rates_.index_select(0, count_);
  if (moving.defined()) rate = rate * moving;
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    means_[i].mul_(0.9).add_(gradients[i], 0.1);
    squares_[i].mul_(0.999).addcmul_(gradients[i], gradients[i], 0.001);
    leaves_[i].sub_(rate * means_[i] / (squares_[i].sqrt() * spread + 1e-8));
  }
  count_.add_(1);
}

}  // namespace sarinr::torch_engine
