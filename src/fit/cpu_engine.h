#pragma once

#include <memory>
#include <string>

#include "sarinr/fit/engine.h"

namespace sarinr {

/// Whether the cpu engine has that architecture.
bool cpu_engine_has(const std::string& architecture);

/// The engine of fused kernels: forward, backward and the sums of the gradient pass over one block of pixels at a time,
/// which never leaves the cache. Networks of dense layers, single precision.
std::unique_ptr<Engine> make_cpu_engine(const EngineOptions& options);

}  // namespace sarinr
