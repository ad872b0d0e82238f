#pragma once

#include <memory>
#include <vector>

#include "fit/cuda/device.h"
#include "sarinr/field/evaluator.h"

namespace sarinr::fused {

/// Evaluates networks on one or more GPUs, each given by what opens it; every thread that calls takes a device object
/// of its own, with its own copies under way, up to `most_at_once` of them; others wait. Throws an Error where the
/// kernel does not have the network.
std::unique_ptr<FieldEvaluator> make_evaluator_on(std::vector<OpenDevice> gpus, const FieldSpec& spec,
                                                  int most_at_once);

/// Whether the evaluation kernel has the spec's network: a chain of dense layers.
bool can_evaluate(const FieldSpec& spec);
/// Throws the Error that says so where it has not.
[[noreturn]] void refuse_evaluation(const FieldSpec& spec);

}  // namespace sarinr::fused
