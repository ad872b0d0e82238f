#pragma once

// What the fused kernel's headers need to be compiled by nvcc for the device and by any C++ compiler for the tests.

#ifdef __CUDACC__
#define SARINR_DEVICE __device__ __forceinline__
#define SARINR_EITHER __host__ __device__ __forceinline__
#define SARINR_UNROLL _Pragma("unroll")
#else
#define SARINR_DEVICE inline
#define SARINR_EITHER inline
#define SARINR_UNROLL
#endif
