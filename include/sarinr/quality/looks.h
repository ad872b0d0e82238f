#pragma once

#include <optional>
#include <vector>

#include "sarinr/quality/metrics.h"
#include "sarinr/quality/rows.h"

namespace sarinr {

/// What a square window of both rasters says of their speckle, in linear power.
struct LookWindow {
  int x = 0;  ///< first column
  int y = 0;  ///< first row
  double reference_mean = 0;
  double test_mean = 0;
  std::optional<double> reference_looks;  ///< mean^2 / variance; empty where the window does not vary
  std::optional<double> test_looks;
  double ratio_mean = 0;                ///< of reference / test
  std::optional<double> ratio_looks;    ///< likewise of the ratio
  std::optional<double> heterogeneity;  ///< see LookWindows; empty where the reference's mean is 0
};

/// Looks over a grid of windows that starts at the first pixel. Only windows of which every pixel has a value count.
/// How uneven a window is, is judged on the reference: it is cut into 5x5 blocks, and
///     heterogeneity = variance(means of the blocks) / mean^2,
/// the variance divided by 24. Blocks average the speckle within them, so that structure decides; taking the windows of
/// highest ENL instead would take those whose speckle happens to vary least.
class LookWindows {
 public:
  /// `size`: pixels a window is wide and high, a multiple of 5, at least 10.
  LookWindows(int width, int size);
  void add(const PairRow& row);
  int size() const { return size_; }
  /// All windows so far, row by row.
  const std::vector<LookWindow>& windows() const { return windows_; }
  /// The most even tenth of the windows, at least 10 and at most 1000 of them, the most even first: indices into
  /// windows(). Windows without variation in the reference are never chosen.
  std::vector<std::size_t> homogeneous() const;

 private:
  static constexpr int blocks_ = 5;
  struct Gathering {
    Moments reference;
    Moments test;
    Moments ratio;
    std::vector<Moments> blocks = std::vector<Moments>(static_cast<std::size_t>(blocks_) * blocks_);
  };
  void finish_row_of_windows(int y);
  static std::optional<double> heterogeneity(const Gathering& window);
  int size_;
  std::vector<Gathering> row_;
  std::vector<LookWindow> windows_;
};

/// 1 / mean(1 / looks): the looks of all windows together, each taken relative to its own mean. Empty without a value.
std::optional<double> pooled_looks(const std::vector<double>& looks);

}  // namespace sarinr
