#include "fit/engine_module.h"
#include "fit/tile_training.h"
#include "sarinr/base/error.h"
#include "sarinr/fit/latent.h"

namespace sarinr {

namespace {

class CpuLatentEngine final : public LatentEngine {
 public:
  explicit CpuLatentEngine(std::string remark) : remark_(std::move(remark)) {}
  std::string name() const override { return "cpu"; }
  std::string description() const override { return "cpu, float32" + remark_; }
  std::unique_ptr<TileTraining> train(const LatentShape& shape, const LatentTarget& target) const override {
    return train_on_cpu(shape, target, latent_fit_kernels());
  }

 private:
  std::string remark_;
};

std::unique_ptr<LatentEngine> open_cuda(const EngineOptions& options) {
  using ModuleEntry = LatentEngine* (*)(const EngineOptions&);
  void* symbol = engine_symbol("cuda", "SARINR_CUDA", "sarinr_create_latent_engine");
  return std::unique_ptr<LatentEngine>(reinterpret_cast<ModuleEntry>(symbol)(options));
}

}  // namespace

std::unique_ptr<LatentEngine> make_latent_engine(const EngineOptions& options) {
  switch (choose_processor(options, "latent fields are fitted")) {
    case Processor::cuda:
      return open_cuda(options);
    case Processor::cuda_if_any:
      try {
        return open_cuda(options);
      } catch (const Error& error) {
        return std::make_unique<CpuLatentEngine>(" (no GPU: " + std::string(error.what()) + ")");
      }
    case Processor::cpu:
      break;
  }
  return std::make_unique<CpuLatentEngine>("");
}

}  // namespace sarinr
