// The cuda engine's module: opened at run time, so that nothing else needs CUDA's runtime.

#include "fit/cuda/fused_engine.h"
#include "fit/cuda/module/cuda_device.h"
#include "fit/cuda/self_check.h"

extern "C" __attribute__((visibility("default"))) sarinr::Engine* sarinr_create_engine(
    const sarinr::EngineOptions& options) {
  std::unique_ptr<sarinr::fused::Device> device = sarinr::fused::open_cuda_device(options.device);
  sarinr::fused::check_device(*device);
  return sarinr::fused::make_engine_on(std::move(device), options).release();
}
