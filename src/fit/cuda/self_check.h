#pragma once

#include "fit/cuda/device.h"

namespace sarinr::fused {

/// Takes no device's word: the gradients of two small networks must be the emulation's up to rounding. Some
/// milliseconds. Throws an Error that says what differs.
void check_device(Device& device);

}  // namespace sarinr::fused
