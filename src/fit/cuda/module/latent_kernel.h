#pragma once

#include <cuda_runtime_api.h>

#include "fit/cuda/latent_arguments.h"

namespace sarinr::fused {

/// Starts a pass over a latent field's tile on the current device.
cudaError_t launch_latent(const LatentArguments& arguments, LatentPass pass, cudaStream_t stream);

}  // namespace sarinr::fused
