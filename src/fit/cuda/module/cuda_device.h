#pragma once

#include <string>
#include <vector>

#include "fit/cuda/device.h"

namespace sarinr::fused {

/// What opens the GPUs of that name: of auto and cuda all that the driver shows, of cuda:N that one. Throws an Error
/// where there is none, or one is too old for the kernels.
std::vector<OpenDevice> cuda_devices(const std::string& name);

}  // namespace sarinr::fused
