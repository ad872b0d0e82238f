#pragma once

#include <string>
#include <vector>

#include "fit/cuda/device.h"

namespace sarinr::fused {

/// What opens the GPUs of that name: of auto and cuda the first that the driver shows and all others of its
/// model, so that results do not depend on which one does what; of cuda:N that one. Throws an Error where there is
/// none, or it is too old for the kernels.
std::vector<OpenDevice> cuda_devices(const std::string& name);

}  // namespace sarinr::fused
