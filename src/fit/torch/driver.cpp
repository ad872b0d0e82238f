#include "driver.h"

#include <c10/util/Exception.h>

#include <utility>

#include "sarinr/base/error.h"

namespace sarinr::torch_engine {

Driver::Driver() : thread_([this] { loop(); }) {}

Driver::~Driver() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Driver::run(const std::function<void()>& work) {
  start(work);
  finish();
}

void Driver::start(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  work_ = std::move(work);
  changed_.notify_all();
}

void Driver::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !work_; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Driver::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || work_; });
    if (stop_) return;
    lock.unlock();
    try {
      work_();
    } catch (const c10::Error& error) {
      failure_ = std::make_exception_ptr(
          Error("LibTorch failed: " + std::string(error.what_without_backtrace()), ErrorKind::internal));
    } catch (...) {
      failure_ = std::current_exception();
    }
    lock.lock();
    work_ = nullptr;
    changed_.notify_all();
  }
}

}  // namespace sarinr::torch_engine
