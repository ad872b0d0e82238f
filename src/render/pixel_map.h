#pragma once

#include <memory>
#include <vector>

#include "render/footprint.h"
#include "sarinr/render/coordinate_map.h"

namespace sarinr {

/// Largest distance, in source pixels, between where a target pixel is evaluated and where it exactly lies.
inline constexpr double map_tolerance = 0.02;

struct MappedPixel {
  Footprint footprint{};
  bool found = false;
};

/// Footprints of target pixels. A map that is not affine is evaluated exactly at the nodes of a lattice fixed to the
/// target's origin and bilinearly between them; a cell whose bilinear value is wrong by more than half the tolerance at
/// its centre or at the middle of an edge (where a smooth map errs most) is divided into four, down to single pixels.
class PixelMap {
 public:
  explicit PixelMap(std::shared_ptr<const CoordinateMap> map) : map_(std::move(map)) {}
  /// Row by row.
  std::vector<MappedPixel> pixels(const Extent& window) const;

 private:
  std::shared_ptr<const CoordinateMap> map_;
};

}  // namespace sarinr
