#pragma once

#include <memory>
#include <vector>

#include "fit/cuda/device.h"
#include "sarinr/fit/engine.h"

namespace sarinr::fused {

/// The cuda engine on one or more GPUs of one kind, each given by what opens it: tiles by the fused kernel, in
/// bfloat16, dealt out to two streams of every GPU; self-activation, which a file needs once, by the cpu engine in
/// floats. A tile's result does not depend on which GPU fits it, nor beside which tiles.
std::unique_ptr<Engine> make_engine_on(const std::vector<OpenDevice>& gpus, const EngineOptions& options);

}  // namespace sarinr::fused
