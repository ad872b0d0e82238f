#pragma once

#include <memory>

#include "fit/cuda/device.h"
#include "sarinr/fit/engine.h"

namespace sarinr::fused {

/// The cuda engine on a device of its own: tiles by the fused kernel, in bfloat16; self-activation, which a file needs
/// once, by the cpu engine in floats.
std::unique_ptr<Engine> make_engine_on(std::unique_ptr<Device> device, const EngineOptions& options);

}  // namespace sarinr::fused
