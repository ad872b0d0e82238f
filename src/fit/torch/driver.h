#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace sarinr::torch_engine {

/// The one thread that calls LibTorch for a device: its thread pools and autograd state belong to the thread that first
/// used them.
class Driver {
 public:
  Driver();
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  /// Runs `work` on the thread and waits; what it throws comes back. Faults of LibTorch come back as Error.
  void run(const std::function<void()>& work);
  /// The same in two parts.
  void start(std::function<void()> work);
  void finish();

 private:
  void loop();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> work_;
  std::exception_ptr failure_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace sarinr::torch_engine
