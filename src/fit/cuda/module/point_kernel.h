#pragma once

#include <cuda_runtime_api.h>

#include "fit/cuda/point_arguments.h"

namespace sarinr::fused {

/// Starts the evaluation kernel on the current device.
cudaError_t launch_points(const PointArguments& arguments, cudaStream_t stream);

}  // namespace sarinr::fused
