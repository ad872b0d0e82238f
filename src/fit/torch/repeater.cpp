#include "repeater.h"

#ifdef SARINR_TORCH_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/version.h>
#endif

namespace sarinr::torch_engine {

#ifdef SARINR_TORCH_CUDA

/// A stream of its own, which recording asks for, and the graph once there is one.
struct Repeater::Recording {
  explicit Recording(at::Device device) : stream(c10::cuda::getStreamFromPool(false, device.index())) {
    // What the work reads was made on the stream that is current now.
    c10::cuda::getCurrentCUDAStream(device.index()).synchronize();
  }

  void run(const std::function<void()>& work) {
    const c10::cuda::CUDAStreamGuard guard(stream);
    if (graph) return graph->replay();
    if (rounds++ < warm_up_rounds || refused) return work();
    record(work);
    if (refused) return work();
    graph->replay();
  }

  /// Recording does nothing of the work itself.
  void record(const std::function<void()>& work) {
    stream.synchronize();
    graph = std::make_unique<at::cuda::CUDAGraph>();
    try {
      begin_capture();
      work();
      graph->capture_end();
    } catch (const c10::Error&) {
      abandon();
    }
  }

  /// Another GPU's thread may do at the same time what a recording must not.
  void begin_capture() {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 1)
    graph->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
#else
    graph->capture_begin();
#endif
  }

  void abandon() {
    refused = true;
    try {
      graph->capture_end();
    } catch (const c10::Error&) {
      // It ended when the work failed.
    }
    graph.reset();
  }

  /// LibTorch's libraries make their workspaces in the first rounds, which a recording must not.
  static constexpr int warm_up_rounds = 3;
  c10::cuda::CUDAStream stream;
  std::unique_ptr<at::cuda::CUDAGraph> graph;
  int rounds = 0;
  bool refused = false;
};

Repeater::Repeater(at::Device device, std::function<void()> work) : work_(std::move(work)) {
  if (device.is_cuda()) recording_ = std::make_unique<Recording>(device);
}

Repeater::~Repeater() {
  try {
    wait();
  } catch (const c10::Error&) {
    // Who asks for results gets to know.
  }
}

void Repeater::run() {
  if (recording_) return recording_->run(work_);
  work_();
}

void Repeater::wait() {
  if (recording_) recording_->stream.synchronize();
}

#else

struct Repeater::Recording {};

Repeater::Repeater(at::Device, std::function<void()> work) : work_(std::move(work)) {}
Repeater::~Repeater() = default;
void Repeater::run() { work_(); }
void Repeater::wait() {}

#endif

}  // namespace sarinr::torch_engine
