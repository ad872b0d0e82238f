#pragma once

#include <memory>

#include "fit/cuda/device.h"

namespace sarinr::fused {

/// A device whose warps HostUnit plays, one after the other: the kernel's own code, slowly, where there is no GPU.
/// `memory` bytes of it; a block may have `shared_bytes`.
std::unique_ptr<Device> make_emulated_device(std::size_t memory, std::size_t shared_bytes);

}  // namespace sarinr::fused
