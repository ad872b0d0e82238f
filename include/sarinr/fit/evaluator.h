#pragma once

#include "sarinr/field/evaluator.h"
#include "sarinr/fit/engine.h"

namespace sarinr {

/// Makes what evaluates fields of that spec: `options.engine` is auto, cpu or cuda, `options.device` as make_engine has
/// it; the rest does not count. `auto` takes a GPU where there is one and the network suits it, and says in the
/// description why it did not take one that seems to be there. Throws an Error where a GPU is asked for that cannot
/// evaluate the fields.
std::shared_ptr<const FieldEvaluator> make_evaluator(const EngineOptions& options, const FieldSpec& spec);

}  // namespace sarinr
