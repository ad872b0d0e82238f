#include "sarinr/field/evaluator.h"

#include <algorithm>

#include "field/dispatch.h"
#include "sarinr/field/instructions.h"

namespace sarinr {

namespace {

class CpuEvaluator final : public FieldEvaluator {
 public:
  explicit CpuEvaluator(const FieldSpec& spec) : spec_(spec), architecture_(architecture(spec.architecture)) {}

  std::string description() const override {
    // Fields are evaluated in floats, which tiles do not multiply.
    const std::vector<std::string> sets = instruction_sets();
    const auto vectors = std::find_if_not(sets.begin(), sets.end(), uses_tiles);
    return "cpu, " + (vectors == sets.end() ? std::string("portable") : *vectors) + ", float32";
  }

  void evaluate(const float* weights, const float* x, const float* y, std::size_t count, float* out,
                std::size_t stride) const override {
    architecture_.evaluate(spec_, weights, x, y, count, out, stride);
  }

 private:
  FieldSpec spec_;
  const Architecture& architecture_;
};

}  // namespace

std::shared_ptr<const FieldEvaluator> cpu_evaluator(const FieldSpec& spec) {
  return std::make_shared<CpuEvaluator>(spec);
}

}  // namespace sarinr
