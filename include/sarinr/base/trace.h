#pragma once

#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

namespace sarinr {

/// A timeline of what each thread does, in the Trace Event Format that chrome://tracing and Perfetto open. Written as
/// it happens, so that a job that was killed leaves a timeline too. Thread-safe.
class Trace {
 public:
  /// Throws an Error that names the path where it cannot be created.
  explicit Trace(const std::string& path);
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  using Clock = std::chrono::steady_clock;
  /// `number` says which: of the first tile, say; `count` how many of them.
  void add(const char* name, Clock::time_point begin, Clock::time_point end, long number, long count);

 private:
  std::mutex mutex_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  Clock::time_point start_ = Clock::now();
};

/// A piece of work on this thread, from here to the end of the block; nothing where there is no trace.
class TraceSpan {
 public:
  TraceSpan(Trace* trace, const char* name, long number, long count = 1)
      : trace_(trace), name_(name), number_(number), count_(count) {
    if (trace_ != nullptr) begin_ = Trace::Clock::now();
  }
  ~TraceSpan() {
    if (trace_ != nullptr) trace_->add(name_, begin_, Trace::Clock::now(), number_, count_);
  }
  TraceSpan(const TraceSpan&) = delete;
  TraceSpan& operator=(const TraceSpan&) = delete;

 private:
  Trace* trace_;
  const char* name_;
  long number_;
  long count_;
  Trace::Clock::time_point begin_;
};

}  // namespace sarinr
