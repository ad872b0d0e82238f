#include "log.h"

#include <cpl_error.h>

#include <atomic>

namespace sarinr::geo {

namespace {

std::atomic<LogReceiver> current{nullptr};

}  // namespace

void set_log_receiver(LogReceiver receiver) { current = receiver; }

bool has_log_receiver() { return current.load() != nullptr; }

void log(LogLevel level, const std::string& sentence) {
  if (const LogReceiver receiver = current.load()) {
    receiver(level, sentence);
  } else if (level == LogLevel::warning) {
    CPLError(CE_Warning, CPLE_AppDefined, "%s", sentence.c_str());
  } else {
    CPLDebug("SARINR", "%s", sentence.c_str());
  }
}

}  // namespace sarinr::geo
