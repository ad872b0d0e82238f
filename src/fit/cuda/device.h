#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "fit/cuda/arguments.h"

namespace sarinr::fused {

/// Thrown where the device's memory does not hold a buffer.
struct OutOfDeviceMemory {};

/// Where the fused kernel runs: a GPU, or the emulation that tests take.
class Device {
 public:
  virtual ~Device() = default;
  virtual std::string name() const = 0;
  virtual std::size_t shared_bytes() const = 0;  ///< that a thread block may have
  virtual int multiprocessors() const = 0;
  virtual std::size_t free_bytes() const = 0;
  virtual void* allocate(std::size_t bytes) = 0;  ///< throws OutOfDeviceMemory
  virtual void release(void* memory) = 0;
  virtual void clear(void* memory, std::size_t bytes) = 0;
  virtual void upload(void* to, const void* from, std::size_t bytes) = 0;
  virtual void download(void* to, const void* from, std::size_t bytes) = 0;  ///< after all that was asked before
  /// Runs the epochs of a launch for all its tiles, asynchronously; what went wrong comes with the next download.
  virtual void run(const Arguments& arguments) = 0;
};

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

}  // namespace sarinr::fused
