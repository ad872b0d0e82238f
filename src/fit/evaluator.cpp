#include "sarinr/fit/evaluator.h"

#include "fit/cuda/point_evaluator.h"
#include "fit/engine_module.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

using ModuleEntry = FieldEvaluator* (*)(const EngineOptions&, const FieldSpec&);

std::shared_ptr<const FieldEvaluator> open_cuda(const EngineOptions& options, const FieldSpec& spec) {
  void* symbol = engine_symbol("cuda", "SARINR_CUDA", "sarinr_create_evaluator");
  return std::shared_ptr<const FieldEvaluator>(reinterpret_cast<ModuleEntry>(symbol)(options, spec));
}

/// The processor, where a GPU seemed to be there, and why.
class SecondChoice final : public FieldEvaluator {
 public:
  SecondChoice(std::shared_ptr<const FieldEvaluator> evaluator, std::string reason)
      : evaluator_(std::move(evaluator)), reason_(std::move(reason)) {}
  std::string description() const override { return evaluator_->description() + " (no GPU: " + reason_ + ")"; }
  void evaluate(const float* weights, const float* x, const float* y, std::size_t count, float* out,
                std::size_t stride) const override {
    evaluator_->evaluate(weights, x, y, count, out, stride);
  }

 private:
  std::shared_ptr<const FieldEvaluator> evaluator_;
  std::string reason_;
};

}  // namespace

std::shared_ptr<const FieldEvaluator> make_evaluator(const EngineOptions& options, const FieldSpec& spec) {
  switch (choose_processor(options, "fields are evaluated")) {
    case Processor::cuda:
      if (!fused::can_evaluate(spec)) fused::refuse_evaluation(spec);
      return open_cuda(options, spec);
    case Processor::cuda_if_any:
      if (!fused::can_evaluate(spec)) break;
      try {
        return open_cuda(options, spec);
      } catch (const Error& error) {
        return std::make_shared<SecondChoice>(cpu_evaluator(spec), error.what());
      }
    case Processor::cpu:
      break;
  }
  return cpu_evaluator(spec);
}

}  // namespace sarinr
