#include "fit/cuda/module/cuda_device.h"

#include <cuda_runtime_api.h>

#include "fit/cuda/module/kernel.h"
#include "fit/cuda/module/latent_kernel.h"
#include "fit/cuda/module/point_kernel.h"
#include "sarinr/base/error.h"

namespace sarinr::fused {

namespace {

void require(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  throw Error(std::string("the cuda engine failed while ") + what + ": " + cudaGetErrorString(status),
              ErrorKind::internal);
}

int device_count() {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaSuccess && count > 0) return count;
  int driver = 0;
  std::string reason = status != cudaSuccess ? cudaGetErrorString(status) : "the driver counts none";
  if (cudaDriverGetVersion(&driver) == cudaSuccess && driver == 0) reason = "this machine has no CUDA driver";
  throw Error("--engine cuda: no CUDA device was found (" + reason + "): give --engine cpu");
}

std::string model(int number) {
  cudaDeviceProp properties{};
  require(cudaGetDeviceProperties(&properties, number), "looking at the device");
  return properties.name;
}

std::vector<int> device_numbers(const std::string& name) {
  const int count = device_count();
  std::vector<int> numbers;
  const std::size_t colon = name.find(':');
  if (colon == std::string::npos) {
    for (int number = 0; number < count; ++number) {
      if (model(number) == model(0)) numbers.push_back(number);
    }
    return numbers;
  }
  const int number = std::stoi(name.substr(colon + 1));
  if (number >= count) {
    throw Error("there is no CUDA device " + std::to_string(number) +
                ": the devices are cuda:0 to cuda:" + std::to_string(count - 1));
  }
  return {number};
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
  void* allocate_host(std::size_t bytes) override {
    select();
    void* memory = nullptr;
    require(cudaMallocHost(&memory, bytes == 0 ? 1 : bytes), "allocating page-locked memory");
    return memory;
  }
  void release_host(void* memory) override { cudaFreeHost(memory); }
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
    require(cudaStreamSynchronize(stream_), "computing");
  }
  void wait() override {
    select();
    require(cudaStreamSynchronize(stream_), "computing");
  }
  void run(const Arguments& arguments) override {
    select();
    require(launch_fit(arguments, arguments.plan.shared_bytes(), stream_), "starting the kernel");
  }
  void run(const PointArguments& arguments) override {
    select();
    require(launch_points(arguments, stream_), "starting the kernel");
  }
  void run(const LatentArguments& arguments, LatentPass pass) override {
    select();
    require(launch_latent(arguments, pass, stream_), "starting a kernel");
  }

 private:
  void select() const { require(cudaSetDevice(number_), "selecting the device"); }

  int number_;
  cudaDeviceProp properties_{};
  cudaStream_t stream_ = nullptr;
};

}  // namespace

std::vector<OpenDevice> cuda_devices(const std::string& name) {
  if (name == "cpu") {
    throw Error("the cuda engine does not run on a cpu: give --device cuda, or --engine cpu");
  }
  std::vector<OpenDevice> devices;
  for (const int number : device_numbers(name)) {
    devices.emplace_back([number] { return std::make_unique<CudaDevice>(number); });
  }
  return devices;
}

}  // namespace sarinr::fused
