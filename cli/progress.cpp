#include "progress.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdio>

namespace sarinr::cli {

namespace {

volatile std::sig_atomic_t stop_asked = 0;

void ask_to_stop(int signal) {
  if (stop_asked != 0) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  stop_asked = 1;
}

std::string clock_time(double seconds) {
  const long whole = std::lround(seconds);
  char text[48];
  std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  return text;
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
}

bool interrupted() { return stop_asked != 0; }

ConsoleListener::ConsoleListener(bool quiet, std::string unit, double per_unit)
    : quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0), unit_(std::move(unit)), per_unit_(per_unit) {}

ConsoleListener::~ConsoleListener() { clear_line(); }

void ConsoleListener::clear_line() {
  if (line_open_) std::fputs("\r\033[K", stderr);
  line_open_ = false;
}

void ConsoleListener::message(const std::string& sentence) {
  if (quiet_) return;
  clear_line();
  spdlog::info(sentence);
}

void ConsoleListener::warning(const std::string& sentence) {
  clear_line();
  spdlog::warn(sentence);
}

std::string ConsoleListener::describe(double done, double total, std::optional<double> psnr) const {
  const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  char text[160];
  int length = std::snprintf(text, sizeof text, "%3.0f %%  %.1f of %.0f %s", 100 * done / total, done / per_unit_,
                             total / per_unit_, unit_.c_str());
  const auto append = [&](const std::string& more) {
    length += std::snprintf(text + length, sizeof text - static_cast<std::size_t>(length), "%s", more.c_str());
  };
  if (elapsed > 0.5 && done > 0) {
    char rate[64];
    std::snprintf(rate, sizeof rate, "  %.2f %s/s  ", done / per_unit_ / elapsed, unit_.c_str());
    append(rate + clock_time(elapsed * (total - done) / done) + " left");
  }
  if (psnr) {
    char value[32];
    std::snprintf(value, sizeof value, "  PSNR %.2f dB", *psnr);
    append(value);
  }
  return text;
}

bool ConsoleListener::progress(double done, double total, std::optional<double> psnr) {
  if (quiet_) return !interrupted();
  const auto now = std::chrono::steady_clock::now();
  if (terminal_) {
    if (done >= total || now - shown_ > std::chrono::milliseconds(100)) {
      constexpr int cells = 24;
      const int filled = static_cast<int>(cells * done / total);
      const std::string bar = std::string(static_cast<std::size_t>(filled), '#') +
                              std::string(static_cast<std::size_t>(cells - filled), '.');
      std::fprintf(stderr, "\r\033[K[%s] %s", bar.c_str(), describe(done, total, psnr).c_str());
      std::fflush(stderr);
      line_open_ = true;
      shown_ = now;
    }
  } else if (const int tenth = static_cast<int>(10 * done / total); tenth > tenth_) {
    tenth_ = tenth;
    std::fprintf(stderr, "%s\n", describe(done, total, psnr).c_str());
  }
  return !interrupted();
}

}  // namespace sarinr::cli
