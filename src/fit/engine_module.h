#pragma once

#include <string>

#include "sarinr/fit/engine.h"

namespace sarinr {

/// A function of an engine's module, which is opened when it is first asked for. `name` and `setting` are what a
/// message calls the engine and the build option that makes it. Throws an Error where there is no such module.
void* engine_symbol(const std::string& name, const std::string& setting, const char* symbol);

/// Whether this machine might have a GPU: cheaper to see than by asking its driver.
bool may_have_gpu();

/// What takes work that only the processor and a GPU of the cuda engine do.
enum class Processor {
  cpu,
  cuda,
  cuda_if_any  ///< this machine seems to have one: the processor where it cannot be used
};
/// As `options` say; `work` is "fields are evaluated". Throws an Error where engine and device make no sense.
Processor choose_processor(const EngineOptions& options, const std::string& work);

/// Throws an Error naming the devices where `device` is none.
void require_device(const std::string& device);

}  // namespace sarinr
