#include "sarinr/base/trace.h"

#include <atomic>
#include <cerrno>
#include <cstring>

#include "sarinr/base/error.h"

namespace sarinr {

namespace {

/// Small numbers in the order in which threads first appear: rows of the timeline.
int thread_number() {
  static std::atomic<int> last{0};
  thread_local const int number = ++last;
  return number;
}

double microseconds(Trace::Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

}  // namespace

Trace::Trace(const std::string& path) : file_(std::fopen(path.c_str(), "we"), std::fclose) {
  if (!file_) throw Error(path + " cannot be created: " + std::strerror(errno));
  std::fputs("[\n", file_.get());
}

Trace::~Trace() {
  // The array's last event has no comma behind it.
  std::fputs(R"({"name":"process_name","ph":"M","pid":1,"args":{"name":"sarinr"}}])"
             "\n",
             file_.get());
}

void Trace::add(const char* name, Clock::time_point begin, Clock::time_point end, long number, long count) {
  const int thread = thread_number();
  const std::lock_guard lock(mutex_);
  std::fprintf(file_.get(),
               R"({"name":"%s","ph":"X","pid":1,"tid":%d,"ts":%.1f,"dur":%.1f,"args":{"number":%ld,"count":%ld}},)"
               "\n",
               name, thread, microseconds(begin - start_), microseconds(end - begin), number, count);
}

}  // namespace sarinr
