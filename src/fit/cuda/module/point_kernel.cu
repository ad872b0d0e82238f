#include <cuda_runtime.h>

#include "fit/cuda/module/device_point_unit.h"
#include "fit/cuda/module/point_kernel.h"
#include "fit/cuda/point_pass.h"

namespace sarinr::fused {

namespace {

struct DevicePointBlock {
  template <class Work>
  SARINR_DEVICE void each(int count, const Work& work) {
    for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x)) {
      work(DevicePointUnit(), i);
    }
    __syncthreads();
  }
  template <class Work>
  SARINR_DEVICE void each_lane(const Work& work) {
    work(DevicePointUnit(), static_cast<int>(threadIdx.x / lanes), static_cast<int>(threadIdx.x % lanes));
    __syncthreads();
  }
};

template <int lane_points>
__global__ void __launch_bounds__(point_warps* lanes) point_kernel(const __grid_constant__ PointArguments arguments) {
  extern __shared__ __align__(128) float shared_values[];
  DevicePointBlock block;
  evaluate_points<DevicePointUnit, lane_points>(block, arguments, static_cast<int>(blockIdx.x), shared_values);
}

template <int lane_points>
cudaError_t launch(const PointArguments& arguments, cudaStream_t stream) {
  const std::size_t shared_bytes = arguments.shared_bytes();
  const cudaError_t raised = cudaFuncSetAttribute(
      point_kernel<lane_points>, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes));
  if (raised != cudaSuccess) return raised;
  point_kernel<lane_points>
      <<<static_cast<unsigned>(arguments.blocks()), point_warps * lanes, shared_bytes, stream>>>(arguments);
  return cudaGetLastError();
}

}  // namespace

cudaError_t launch_points(const PointArguments& arguments, cudaStream_t stream) {
  switch (arguments.lane_points) {
    case 1:
      return launch<1>(arguments, stream);
    case 2:
      return launch<2>(arguments, stream);
    default:
      return launch<most_lane_points>(arguments, stream);
  }
}

}  // namespace sarinr::fused
