#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "progress.h"

namespace sarinr::cli {

/// One progress over many rasters, and what became of those that failed.
class BatchListener final : public JobListener {
 public:
  BatchListener(bool quiet, double units_a_tile) : console_(quiet, "tiles", units_a_tile) {}

  /// Adds a raster's work; where `work` throws an Error, the raster counts as failed.
  void plan(const std::string& input, const std::function<double()>& work);
  /// Fits the next of those planned; an Error is noted, but for the user's wish to stop.
  void attempt(const std::string& input, const std::function<void()>& fit);
  const std::vector<std::pair<std::string, std::string>>& failures() const { return failures_; }
  void throw_if_any_failed() const;

  void message(const std::string& sentence) override { console_.message(sentence); }
  void warning(const std::string& sentence) override { console_.warning(input_ + ": " + sentence); }
  bool progress(double done, double total, std::optional<double> psnr) override;

 private:
  void note_failure(const std::string& input, const std::string& reason);
  ConsoleListener console_;
  std::string input_;
  std::vector<double> work_;  ///< of each raster; 0 where it failed already
  std::size_t next_ = 0;
  double total_ = 0;
  double before_ = 0;  ///< work of the rasters that are dealt with
  std::vector<std::pair<std::string, std::string>> failures_;
};

}  // namespace sarinr::cli
