#pragma once

#include <cuda_runtime_api.h>

#include "fit/cuda/arguments.h"

namespace sarinr::fused {

/// Starts the fused kernel, a thread block a tile, on the current device.
cudaError_t launch_fit(const Arguments& arguments, std::size_t shared_bytes, cudaStream_t stream);

}  // namespace sarinr::fused
