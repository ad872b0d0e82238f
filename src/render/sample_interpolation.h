#pragma once

#include <map>
#include <memory>

#include "sarinr/render/renderer.h"

namespace sarinr {

/// Values between the pixels of sampled tiles: Keys' cubic (a = -1/2) over the 4 x 4 samples around, in the fit domain.
/// Samples without a value, and those beyond the raster, give way to that of the pixel which holds the point. At a
/// pixel's centre it is the pixel's own sample. For one thread.
class SampleInterpolation {
 public:
  SampleInterpolation(const FieldLayout& layout, const FieldSource& fields);
  /// Of a band with channels, at a point whose pixel has a class with a value, and the sample `own`.
  Sample value(std::size_t band, double x, double y, PixelClass own_class, Sample own);

 private:
  /// Fit-domain values of a pixel's sample; false where it has none.
  bool fit_values(std::size_t band, int column, int row, double* values);
  const FieldLayout& layout_;
  const FieldSource& fields_;
  std::map<int, std::shared_ptr<const TileField>> tiles_;
};

}  // namespace sarinr
