#pragma once

#include <array>
#include <optional>

#include "sarinr/quality/metrics.h"
#include "sarinr/quality/rows.h"
#include "sarinr/quality/texture.h"

namespace sarinr {

/// How alike neighbours of the ratio image are: the co-occurrence matrix of pixels that touch along a row or a column,
/// over 16 levels of the ratio q, level floor(16 q / (1 + q)); negative ratios are left out.
class RatioCooccurrence {
 public:
  static constexpr int levels = 16;
  void add(std::span<const double> ratio);
  /// sum p(i, j) / (1 + (i - j)^2), p symmetric (Haralick's inverse difference moment). Empty without a pair.
  std::optional<double> homogeneity() const;
  /// What homogeneity is expected to be after the pixels have been shuffled: p(i, j) = p(i) p(j).
  std::optional<double> shuffled_homogeneity() const;

 private:
  static int level(double ratio);
  void count(int a, int b);
  std::array<double, static_cast<std::size_t>(levels) * levels> counts_{};
  std::vector<int> above_;
};

/// The ratio image reference / test in linear power: for a despeckled test it should be pure speckle, mean 1, variance
/// 1 / L and without structure; for a faithful copy it is 1 everywhere.
class RatioImage {
 public:
  void add(const PairRow& row);
  const Moments& moments() const { return moments_; }
  const LagCorrelation& correlation() const { return correlation_; }
  const RatioCooccurrence& cooccurrence() const { return cooccurrence_; }

 private:
  Moments moments_;
  LagCorrelation correlation_;
  RatioCooccurrence cooccurrence_;
  std::vector<double> ratio_;
  std::vector<double> excess_;
};

}  // namespace sarinr
