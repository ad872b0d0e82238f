#pragma once

#include <cstdint>
#include <memory>
#include <tuple>
#include <vector>

#include "sarinr/base/extent.h"
#include "sarinr/base/recent_cache.h"
#include "sarinr/codec/speckle.h"

namespace sarinr {

/// Normal numbers at the centres of native pixels ("nodes"), of variance 1 and of the correlations that a model asks
/// for: between neighbours white noise under a kernel of 11 x 11 nodes, between channels a mixture. A number depends on
/// seed, channel and node alone. Thread-safe.
class SpeckleNodes {
 public:
  SpeckleNodes(const SpeckleModel& model, std::uint64_t seed);
  int channels() const { return static_cast<int>(kernels_.size()); }
  /// The numbers of a window of nodes, row by row; nodes beyond the raster exist too.
  void fill(int channel, const Extent& window, double* out) const;
  /// The correlation that numbers (x, y) nodes apart really have, |x| and |y| at most 3.
  double correlation(int channel, int x, int y) const {
    return correlations_[static_cast<std::size_t>(channel)][static_cast<std::size_t>((y + 3) * 7 + x + 3)];
  }

 private:
  static constexpr int patch_size = 64;
  static constexpr int reach = 5;
  static constexpr int kernel_size = 2 * reach + 1;
  using Patch = std::vector<float>;

  std::shared_ptr<const Patch> patch(int channel, int column, int row) const;
  void mix(const SpeckleModel& model);
  std::vector<double> white(int channel, int x, int y) const;

  std::uint64_t seed_;
  std::vector<std::vector<double>> kernels_;
  std::vector<std::vector<double>> correlations_;
  std::vector<std::vector<double>> mixtures_;  ///< of independent noises, for each channel's white noise
  mutable RecentCache<std::tuple<int, int, int>, Patch> patches_;
};

}  // namespace sarinr
