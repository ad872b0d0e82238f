#pragma once

#include <ATen/ATen.h>

#include <vector>

namespace sarinr::torch_engine {

/// Adam (Kingma and Ba 2015) with 0.9, 0.999, 1e-8 over leaves [fields, rows, columns], in place. Steps count on the
/// leaves' device, so that nothing of a step is the host's: it can be recorded and repeated.
class Stepper {
 public:
  /// `rates[k]` is the learning rate of step k.
  Stepper(std::vector<at::Tensor> leaves, const std::vector<double>& rates);

  /// The next step; fields where `moving` [fields, 1, 1] is 0 stay as they are. Undefined: all move.
  void step(const std::vector<at::Tensor>& gradients, const at::Tensor& moving = {});

  const std::vector<at::Tensor>& leaves() const { return leaves_; }
  /// [1], the steps taken.
  const at::Tensor& count() const { return count_; }

 private:
  std::vector<at::Tensor> leaves_;
  std::vector<at::Tensor> means_;
  std::vector<at::Tensor> squares_;
  at::Tensor rates_;    ///< [steps], over what the first moment lacks from its start at zero
  at::Tensor spreads_;  ///< [steps], one over the root of what the second lacks
  at::Tensor count_;
};

}  // namespace sarinr::torch_engine
