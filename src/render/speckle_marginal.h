#pragma once

#include <vector>

namespace sarinr {

/// The distribution of speckle in decibels about its mean: the logarithm of a gamma distributed number, scaled to unit
/// variance. One look has skewness -1.14; many looks come near the normal distribution.
class SpeckleMarginal {
 public:
  /// `skewness` is limited to what 0.2 to 200 looks have: -1.63 to -0.07.
  explicit SpeckleMarginal(double skewness);
  /// Looks of the gamma distribution.
  double looks() const { return looks_; }
  /// The value that has the same probability below it as a standard normal number; monotone.
  double value(double normal) const;
  /// ln(E p^2 / (E p)^2) of the power p = 10^(d value / 10), d the deviation in decibels.
  double log_contrast(double deviation) const;
  /// Its inverse in the deviation, 0 to 16 dB.
  double deviation_of(double log_contrast) const;

 private:
  double looks_ = 1;
  double unit_ = 1;             ///< deviation of the logarithm
  std::vector<double> values_;  ///< at normal numbers `step` apart
  std::vector<double> contrasts_;
};

}  // namespace sarinr
