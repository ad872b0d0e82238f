#pragma once

#include <vector>

#include "sarinr/fit/area.h"

namespace sarinr {

/// What fit_areas minimises, as a function of the image of samples [row][column].
class AreaObjective {
 public:
  AreaObjective(const NormalisedTile& tile, const AreaOptions& options);
  /// The loss, and its derivatives by the samples in `slopes`, which has the image's size.
  double evaluate(const std::vector<float>& image, std::vector<float>& slopes);

 private:
  double add_areas(const std::vector<float>& image, std::vector<float>& slopes);
  double add_slope_penalty(const std::vector<float>& image, std::vector<float>& slopes) const;
  double add_curvature_penalty(const std::vector<float>& image, std::vector<float>& slopes) const;

  const NormalisedTile& tile_;
  AreaOptions options_;
  std::size_t width_;  ///< of the image
  std::size_t height_;
  double share_;               ///< of a valid pixel in the mean
  std::vector<double> parts_;  ///< of a pixel's samples in its mean
};

}  // namespace sarinr
