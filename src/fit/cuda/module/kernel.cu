#include <cuda_runtime.h>

#include "fit/cuda/fit_tile.h"
#include "fit/cuda/module/device_unit.h"
#include "fit/cuda/module/kernel.h"

namespace sarinr::fused {

namespace {

/// The threads of a CUDA block, and a warp's registers.
template <int padded>
struct DeviceBlock {
  WarpState<DeviceUnit, padded> state;

  template <class Work>
  SARINR_DEVICE void each_warp(const Work& work) {
    work(DeviceUnit(), static_cast<int>(threadIdx.x / lanes), state);
    __syncthreads();
  }
  template <class Work>
  SARINR_DEVICE void each(int count, const Work& work) {
    for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x)) work(DeviceUnit(), i);
    __syncthreads();
  }
  template <class Work>
  SARINR_DEVICE void one(const Work& work) {
    if (threadIdx.x == 0) work(DeviceUnit());
    __syncthreads();
  }
};

template <int padded>
__global__ void __launch_bounds__(most_warps(padded) * lanes, 1)
    fit_kernel(const __grid_constant__ Arguments arguments) {
  extern __shared__ __align__(128) std::uint32_t shared[];
  DeviceBlock<padded> block;
  fit_tile<DeviceUnit, padded>(block, arguments, static_cast<int>(blockIdx.x), shared);
}

template <int padded>
cudaError_t launch(const Arguments& arguments, std::size_t shared_bytes, cudaStream_t stream) {
  const cudaError_t raised = cudaFuncSetAttribute(fit_kernel<padded>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                                  static_cast<int>(shared_bytes));
  if (raised != cudaSuccess) return raised;
  fit_kernel<padded><<<static_cast<unsigned>(arguments.tiles), static_cast<unsigned>(arguments.plan.warps * lanes),
                       shared_bytes, stream>>>(arguments);
  return cudaGetLastError();
}

}  // namespace

cudaError_t launch_fit(const Arguments& arguments, std::size_t shared_bytes, cudaStream_t stream) {
  switch (arguments.plan.shape.padded) {
    case 32:
      return launch<32>(arguments, shared_bytes, stream);
    case 64:
      return launch<64>(arguments, shared_bytes, stream);
    case 96:
      return launch<96>(arguments, shared_bytes, stream);
    default:
      return launch<128>(arguments, shared_bytes, stream);
  }
}

}  // namespace sarinr::fused
