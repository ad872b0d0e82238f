#pragma once

#include <chrono>
#include <string>

#include "sarinr/scene/jobs.h"

namespace sarinr::cli {

/// From now on Ctrl-C and SIGTERM ask the running job to stop; a second one ends the program at once.
void catch_interrupts();
bool interrupted();

/// Shows a job on stderr: a bar with rate, time left and PSNR on a terminal, a plain line every tenth elsewhere,
/// nothing but warnings if quiet. Messages go through spdlog.
class ConsoleListener final : public JobListener {
 public:
  /// `unit` names what the job counts, `per_unit` how many of its progress units make one.
  ConsoleListener(bool quiet, std::string unit, double per_unit);
  ~ConsoleListener() override;
  void message(const std::string& sentence) override;
  void warning(const std::string& sentence) override;
  bool progress(double done, double total, std::optional<double> psnr) override;

 private:
  void clear_line();
  std::string describe(double done, double total, std::optional<double> psnr) const;
  bool quiet_;
  bool terminal_;
  bool line_open_ = false;
  std::string unit_;
  double per_unit_;
  int tenth_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point shown_;
};

}  // namespace sarinr::cli
