#include "batch_listener.h"

#include "sarinr/base/error.h"

namespace sarinr::cli {

void BatchListener::note_failure(const std::string& input, const std::string& reason) {
  console_.warning(input + " failed: " + reason);
  failures_.emplace_back(input, reason);
}

void BatchListener::plan(const std::string& input, const std::function<double()>& work) {
  if (interrupted()) throw Error("interrupted", ErrorKind::interrupted);
  work_.push_back(0);
  try {
    work_.back() = work();
    total_ += work_.back();
  } catch (const Error& error) {
    note_failure(input, error.what());
  }
}

void BatchListener::attempt(const std::string& input, const std::function<void()>& fit) {
  const double work = work_[next_++];
  if (work == 0) return;
  input_ = input;
  try {
    fit();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    note_failure(input, error.what());
  }
  before_ += work;
}

void BatchListener::throw_if_any_failed() const {
  if (failures_.empty()) return;
  throw Error(std::to_string(failures_.size()) + " of " + std::to_string(work_.size()) +
              " rasters failed; the others are done");
}

bool BatchListener::progress(double done, double total, std::optional<double> psnr) {
  // A resumed fit has less to do than was planned.
  const double earlier = before_ + work_[next_ - 1] - total;
  return console_.progress(earlier + done, total_, psnr);
}

}  // namespace sarinr::cli
