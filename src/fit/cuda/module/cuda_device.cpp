#include "fit/cuda/module/cuda_device.h"

#include <cuda_runtime_api.h>

#include "fit/cuda/module/kernel.h"
#include "sarinr/base/error.h"

namespace sarinr::fused {

namespace {

void require(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  throw Error(std::string("the cuda engine failed while ") + what + ": " + cudaGetErrorString(status),
              ErrorKind::internal);
}

int device_number(const std::string& name) {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess || count == 0) {
    int driver = 0;
    std::string reason = status != cudaSuccess ? cudaGetErrorString(status) : "the driver counts none";
    if (cudaDriverGetVersion(&driver) == cudaSuccess && driver == 0) reason = "this machine has no CUDA driver";
    throw Error("--engine cuda: no CUDA device was found (" + reason + "): give --engine cpu");
  }
  const std::size_t colon = name.find(':');
  const int number = colon == std::string::npos ? 0 : std::stoi(name.substr(colon + 1));
  if (number >= count) {
    throw Error("there is no CUDA device " + std::to_string(number) +
                ": the devices are cuda:0 to cuda:" + std::to_string(count - 1));
  }
  return number;
}

/// One GPU and a stream of its own. Every call selects it first: threads may change between calls.
class CudaDevice final : public Device {
 public:
  explicit CudaDevice(int number) : number_(number) {
    require(cudaGetDeviceProperties(&properties_, number), "looking at the device");
    if (properties_.major < 8) {
      throw Error("--engine cuda needs a GPU of compute capability 8.0 or newer; " + std::string(properties_.name) +
                  " has " + std::to_string(properties_.major) + "." + std::to_string(properties_.minor) +
                  ": give --engine torch or --engine cpu");
    }
    select();
    require(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "making a stream");
  }
  ~CudaDevice() override { cudaStreamDestroy(stream_); }
  CudaDevice(const CudaDevice&) = delete;
  CudaDevice& operator=(const CudaDevice&) = delete;

  std::string name() const override { return properties_.name; }
  std::size_t shared_bytes() const override { return properties_.sharedMemPerBlockOptin; }
  int multiprocessors() const override { return properties_.multiProcessorCount; }

  std::size_t free_bytes() const override {
    select();
    std::size_t free = 0;
    std::size_t total = 0;
    require(cudaMemGetInfo(&free, &total), "asking for free memory");
    return free;
  }

  void* allocate(std::size_t bytes) override {
    select();
    void* memory = nullptr;
    const cudaError_t status = cudaMalloc(&memory, bytes == 0 ? 1 : bytes);
    if (status == cudaErrorMemoryAllocation) {
      cudaGetLastError();  // The failure has been taken note of; the next call must not meet it again.
      throw OutOfDeviceMemory();
    }
    require(status, "allocating memory");
    return memory;
  }
  void release(void* memory) override { cudaFree(memory); }
  void clear(void* memory, std::size_t bytes) override {
    select();
    require(cudaMemsetAsync(memory, 0, bytes, stream_), "clearing memory");
  }
  void upload(void* to, const void* from, std::size_t bytes) override {
    select();
    require(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_), "copying to the device");
  }
  void download(void* to, const void* from, std::size_t bytes) override {
    select();
    require(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_), "copying from the device");
    require(cudaStreamSynchronize(stream_), "fitting");
  }
  void run(const Arguments& arguments) override {
    select();
    require(launch_fit(arguments, arguments.plan.shared_bytes(), stream_), "starting the kernel");
  }

 private:
  void select() const { require(cudaSetDevice(number_), "selecting the device"); }

  int number_;
  cudaDeviceProp properties_{};
  cudaStream_t stream_ = nullptr;
};

}  // namespace

std::unique_ptr<Device> open_cuda_device(const std::string& name) {
  if (name == "cpu") {
    throw Error("the cuda engine does not run on a cpu: give --device cuda, or --engine cpu");
  }
  return std::make_unique<CudaDevice>(device_number(name));
}

}  // namespace sarinr::fused
