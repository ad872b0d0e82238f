#pragma once

#include <memory>

#include "fit/cuda/device.h"

namespace sarinr::fused {

/// The GPU of that name: auto, cuda or cuda:N. Throws an Error where it is not there or too old for the kernel.
std::unique_ptr<Device> open_cuda_device(const std::string& name);

}  // namespace sarinr::fused
