#pragma once

#include "fit/cuda/device.h"

namespace sarinr::fused {

/// Takes no device's word: the gradients of two small networks must be the emulation's up to rounding. Some
/// milliseconds. Throws an Error that says what differs.
void check_device(Device& device);

/// The same of evaluation, by values of two small networks, to 1e-4 of their range.
void check_evaluation(const OpenDevice& gpu);

/// The same of latent fields, by the gradients of a small tile's networks and where its latents go.
void check_latents(const OpenDevice& gpu);

}  // namespace sarinr::fused
