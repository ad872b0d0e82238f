// The cuda engine's module: opened at run time, so that nothing else needs CUDA's runtime.

#include <algorithm>
#include <thread>

#include "fit/cuda/fused_engine.h"
#include "fit/cuda/latent_tile.h"
#include "fit/cuda/module/cuda_device.h"
#include "fit/cuda/point_evaluator.h"
#include "fit/cuda/self_check.h"

namespace {

/// Threads that may have points on one GPU at a time: a few hide each other's copies.
int threads_of_a_gpu() { return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 2, 16); }

}  // namespace

extern "C" __attribute__((visibility("default"))) sarinr::Engine* sarinr_create_engine(
    const sarinr::EngineOptions& options) {
  const std::vector<sarinr::fused::OpenDevice> gpus = sarinr::fused::cuda_devices(options.device);
  for (const sarinr::fused::OpenDevice& gpu : gpus) sarinr::fused::check_device(*gpu());
  return sarinr::fused::make_engine_on(gpus, options).release();
}

extern "C" __attribute__((visibility("default"))) sarinr::FieldEvaluator* sarinr_create_evaluator(
    const sarinr::EngineOptions& options, const sarinr::FieldSpec& spec) {
  const std::vector<sarinr::fused::OpenDevice> gpus = sarinr::fused::cuda_devices(options.device);
  for (const sarinr::fused::OpenDevice& gpu : gpus) sarinr::fused::check_evaluation(gpu);
  const int threads = threads_of_a_gpu() * static_cast<int>(gpus.size());
  return sarinr::fused::make_evaluator_on(gpus, spec, threads).release();
}

extern "C" __attribute__((visibility("default"))) sarinr::LatentEngine* sarinr_create_latent_engine(
    const sarinr::EngineOptions& options) {
  // Tiles are fitted in order, each beside those before it: one GPU does them all.
  const sarinr::fused::OpenDevice gpu = sarinr::fused::cuda_devices(options.device).front();
  sarinr::fused::check_latents(gpu);
  return sarinr::fused::make_latent_engine_on(gpu).release();
}
