#pragma once

#include <memory>
#include <string>
#include <utility>

#include "fit/cuda/emulated_device.h"

namespace sarinr::test {

/// A device that passes everything on to another: what a test changes, it overrides.
class WrappedDevice : public fused::Device {
 public:
  explicit WrappedDevice(std::unique_ptr<fused::Device> device) : device_(std::move(device)) {}
  std::string name() const override { return device_->name(); }
  std::size_t shared_bytes() const override { return device_->shared_bytes(); }
  int multiprocessors() const override { return device_->multiprocessors(); }
  std::size_t free_bytes() const override { return device_->free_bytes(); }
  void* allocate(std::size_t bytes) override { return device_->allocate(bytes); }
  void release(void* memory) override { device_->release(memory); }
  void* allocate_host(std::size_t bytes) override { return device_->allocate_host(bytes); }
  void release_host(void* memory) override { device_->release_host(memory); }
  void clear(void* memory, std::size_t bytes) override { device_->clear(memory, bytes); }
  void upload(void* to, const void* from, std::size_t bytes) override { device_->upload(to, from, bytes); }
  void download(void* to, const void* from, std::size_t bytes) override { device_->download(to, from, bytes); }
  void wait() override { device_->wait(); }
  void run(const fused::Arguments& arguments) override { device_->run(arguments); }
  void run(const fused::PointArguments& arguments) override { device_->run(arguments); }
  void run(const fused::LatentArguments& arguments, fused::LatentPass pass) override { device_->run(arguments, pass); }

 private:
  std::unique_ptr<fused::Device> device_;
};

/// One that has its name and a number that is wrong: weight 7 of every gradient (of coordinate networks and of latent
/// fields) by `factor`, and the last point of
/// every evaluation, which is 0.
class FaultyDevice final : public WrappedDevice {
 public:
  FaultyDevice(std::unique_ptr<fused::Device> device, float factor)
      : WrappedDevice(std::move(device)), factor_(factor) {}
  std::string name() const override { return "faulty"; }
  void run(const fused::Arguments& arguments) override {
    WrappedDevice::run(arguments);
    wait();
    arguments.gradients[7] *= factor_;
  }
  void run(const fused::PointArguments& arguments) override {
    WrappedDevice::run(arguments);
    clear(arguments.out + arguments.count - 1, sizeof(float));
  }

  void run(const fused::LatentArguments& arguments, fused::LatentPass pass) override {
    WrappedDevice::run(arguments, pass);
    if (pass != fused::LatentPass::sum_weights) return;
    wait();
    arguments.weight_gradient[7] *= factor_;
  }

 private:
  float factor_;
};

}  // namespace sarinr::test
