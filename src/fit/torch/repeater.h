#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <memory>

namespace sarinr::torch_engine {

/// Does the same work again and again. On a GPU, where this LibTorch has CUDA, it is recorded as a CUDA graph after a
/// few rounds, so that a round costs the host one launch; work that cannot be recorded is launched anew each time, with
/// the same results.
class Repeater {
 public:
  /// `work` must not wait for the device, and must find its tensors at the same places every time.
  Repeater(at::Device device, std::function<void()> work);
  ~Repeater();
  Repeater(const Repeater&) = delete;
  Repeater& operator=(const Repeater&) = delete;
  void run();
  /// Until the device has done all rounds.
  void wait();

 private:
  struct Recording;
  std::function<void()> work_;
  std::unique_ptr<Recording> recording_;
};

}  // namespace sarinr::torch_engine
