#pragma once

#include <vector>

#include "sarinr/base/extent.h"

namespace sarinr {

/// What a target pixel covers of the source: a parallelogram around (x, y), in source pixels with corners at whole
/// numbers. (column_x, column_y) is the step to the next target column, (row_x, row_y) to the next target row.
struct Footprint {
  double x, y;
  double column_x, column_y;
  double row_x, row_y;

  /// The longest way across, as a linear map of the unit square stretches: 1 on the native grid however it is turned.
  double stretch() const;
  /// The source pixels that it may touch, and one to spare for rounding.
  Extent bounds() const;
};

/// Areas that a footprint shares with source pixels.
class Overlap {
 public:
  /// Overlap with each pixel of `window`, exact for the parallelogram.
  void compute(const Footprint& footprint, const Extent& window);
  const Extent& extent() const { return extent_; }
  /// Area in source pixels shared with pixel `index` of the extent, row by row; at least 0.
  double area(std::size_t index) const { return areas_[index]; }

 private:
  void add_edge(double x0, double y0, double x1, double y1);
  void add_in_row(double* row, double x0, double x1, double height);

  Extent extent_;
  std::vector<double> areas_;
};

}  // namespace sarinr
