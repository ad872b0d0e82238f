#pragma once

#include <exception>
#include <mutex>

#include "fit/split.h"
#include "sarinr/fit/engine.h"

namespace sarinr::fused {

/// What the threads of a fit share: the tiles left, the user's wish to stop, and the first failure. Thread-safe.
class FitWork {
 public:
  FitWork(std::size_t tiles, const StepCallback& step) : tiles_(tiles), step_(step) {}

  /// The next tiles, `most` of them or what is left; none after a failure.
  Share take(std::size_t most);
  /// Passes on steps done. Throws an Error of kind interrupted where the user, or another thread's failure, wants an
  /// end.
  void advance(std::size_t steps);
  /// Keeps the exception that is being handled, if it is the first.
  void fail();
  /// Whether tiles are left that nobody has taken.
  bool tiles_are_left() const { return next_ < tiles_; }
  void rethrow_failure() const;

 private:
  std::size_t tiles_;
  const StepCallback& step_;
  std::mutex mutex_;
  std::size_t next_ = 0;
  std::exception_ptr failure_;
};

}  // namespace sarinr::fused
