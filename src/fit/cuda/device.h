#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "fit/cuda/arguments.h"
#include "fit/cuda/latent_arguments.h"
#include "fit/cuda/point_arguments.h"

namespace sarinr::fused {

/// Thrown where the device's memory does not hold a buffer.
struct OutOfDeviceMemory {};

/// Where the kernels run: a GPU, or the emulation that tests take. What is asked of one object is done in order, beside
/// the caller; objects on one GPU work beside each other. One thread calls an object at a time.
class Device {
 public:
  virtual ~Device() = default;
  virtual std::string name() const = 0;
  virtual std::size_t shared_bytes() const = 0;  ///< that a thread block may have
  virtual int multiprocessors() const = 0;
  virtual std::size_t free_bytes() const = 0;
  virtual void* allocate(std::size_t bytes) = 0;  ///< throws OutOfDeviceMemory
  virtual void release(void* memory) = 0;
  /// Memory of the host that the device copies from and to by itself (page-locked).
  virtual void* allocate_host(std::size_t bytes) = 0;
  virtual void release_host(void* memory) = 0;
  virtual void clear(void* memory, std::size_t bytes) = 0;
  /// `from` must stay as it is until `wait` or `download`.
  virtual void upload(void* to, const void* from, std::size_t bytes) = 0;
  virtual void download(void* to, const void* from, std::size_t bytes) = 0;  ///< after all that was asked before
  /// Until all that was asked before is done; says what went wrong with it.
  virtual void wait() = 0;
  /// Runs the epochs of a launch for all its tiles.
  virtual void run(const Arguments& arguments) = 0;
  /// Evaluates a network at all its points.
  virtual void run(const PointArguments& arguments) = 0;
  /// Runs one pass over a latent field's tile.
  virtual void run(const LatentArguments& arguments, LatentPass pass) = 0;
};

/// Makes another device object on the same GPU.
using OpenDevice = std::function<std::unique_ptr<Device>()>;

/// Memory of a device that is released with this object.
template <class T>
class Buffer {
 public:
  Buffer(Device& device, std::size_t count)
      : device_(&device), bytes_(count * sizeof(T)), memory_(static_cast<T*>(device.allocate(bytes_))) {}
  ~Buffer() { device_->release(memory_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  T* get() const { return memory_; }
  void clear() { device_->clear(memory_, bytes_); }
  void upload(const T* from, std::size_t count, std::size_t first = 0) {
    device_->upload(memory_ + first, from, count * sizeof(T));
  }
  void download(T* to, std::size_t count) const { device_->download(to, memory_, count * sizeof(T)); }

 private:
  Device* device_;
  std::size_t bytes_;
  T* memory_;
};

/// The same of the host's page-locked memory.
template <class T>
class HostBuffer {
 public:
  HostBuffer(Device& device, std::size_t count)
      : device_(&device), memory_(static_cast<T*>(device.allocate_host(count * sizeof(T)))) {}
  ~HostBuffer() { device_->release_host(memory_); }
  HostBuffer(const HostBuffer&) = delete;
  HostBuffer& operator=(const HostBuffer&) = delete;
  T* get() const { return memory_; }

 private:
  Device* device_;
  T* memory_;
};

}  // namespace sarinr::fused
