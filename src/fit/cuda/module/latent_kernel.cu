#include <cuda_runtime.h>

#include "fit/cuda/latent_launch.h"
#include "fit/cuda/module/latent_kernel.h"

namespace sarinr::fused {

namespace {

struct DeviceLatentBlock {
  template <class Work>
  SARINR_DEVICE void each(int count, const Work& work) {
    for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x)) work(i);
    __syncthreads();
  }
};

template <LatentPass pass, int padded>
__global__ void __launch_bounds__(latent_threads)
    thread_kernel(const __grid_constant__ LatentArguments arguments, int count) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < count) run_latent_thread<pass, padded>(arguments, i);
}

template <LatentPass pass>
__global__ void __launch_bounds__(latent_threads) block_kernel(const __grid_constant__ LatentArguments arguments) {
  extern __shared__ float latent_shared[];
  DeviceLatentBlock block;
  run_latent_block<pass>(block, arguments, static_cast<int>(blockIdx.x), latent_shared);
}

}  // namespace

cudaError_t launch_latent(const LatentArguments& arguments, LatentPass pass, cudaStream_t stream) {
  const int count = count_of(arguments, pass);
  if (count == 0) return cudaSuccess;
  cudaError_t status = cudaSuccess;
  with_latent_pass(arguments, pass, [&](auto pass_constant, auto padded_constant) {
    constexpr LatentPass which = decltype(pass_constant)::value;
    if constexpr (is_blockwise(which)) {
      const std::size_t shared = sizeof(float) * static_cast<std::size_t>(latent_shared_floats(arguments));
      status = cudaFuncSetAttribute(block_kernel<which>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                    static_cast<int>(shared));
      if (status != cudaSuccess) return;
      block_kernel<which><<<static_cast<unsigned>(count), latent_threads, shared, stream>>>(arguments);
    } else {
      const unsigned blocks = static_cast<unsigned>((count + latent_threads - 1) / latent_threads);
      thread_kernel<which, decltype(padded_constant)::value><<<blocks, latent_threads, 0, stream>>>(arguments, count);
    }
    status = cudaGetLastError();
  });
  return status;
}

}  // namespace sarinr::fused
