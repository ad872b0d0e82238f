#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "sarinr/field/spec.h"

namespace sarinr {

/// Evaluates coordinate networks of one spec: where a renderer's values come from.
class FieldEvaluator {
 public:
  virtual ~FieldEvaluator() = default;
  /// Engine, device and precision, for the log: "cpu, avx512, float32".
  virtual std::string description() const = 0;
  /// As Architecture::evaluate, to 1e-4 of the range of the values. Thread-safe.
  virtual void evaluate(const float* weights, const float* x, const float* y, std::size_t count, float* out,
                        std::size_t stride) const = 0;
};

/// The architecture's own evaluation, on this processor.
std::shared_ptr<const FieldEvaluator> cpu_evaluator(const FieldSpec& spec);

}  // namespace sarinr
