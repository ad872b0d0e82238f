// The cuda engine's module: opened at run time, so that nothing else needs CUDA's runtime.

#include "fit/cuda/fused_engine.h"
#include "fit/cuda/module/cuda_device.h"

extern "C" __attribute__((visibility("default"))) sarinr::Engine* sarinr_create_engine(
    const sarinr::EngineOptions& options) {
  return sarinr::fused::make_engine_on(sarinr::fused::open_cuda_device(options.device), options).release();
}
