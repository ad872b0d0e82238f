#include "fit/cuda/fit_work.h"

#include <algorithm>

#include "sarinr/base/error.h"

namespace sarinr::fused {

Share FitWork::take(std::size_t most) {
  const std::lock_guard lock(mutex_);
  if (failure_) return {};
  const std::size_t begin = next_;
  next_ = std::min(tiles_, next_ + most);
  return {begin, next_};
}

void FitWork::advance(std::size_t steps) {
  const std::lock_guard lock(mutex_);
  if (failure_ || (step_ && !step_(steps))) throw Error("interrupted", ErrorKind::interrupted);
}

void FitWork::fail() {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::current_exception();
}

void FitWork::rethrow_failure() const {
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace sarinr::fused
