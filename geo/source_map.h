#pragma once

#include <array>
#include <memory>
#include <optional>

#include "ground_transform.h"
#include "pool.h"
#include "sarinr/render/coordinate_map.h"

namespace sarinr::geo {

/// The map of a north-up (or any) grid of a CRS through a source model. Exact: no approximation.
class SourceMap final : public CoordinateMap {
 public:
  /// `geotransform` of the target; `crs` of the target, nothing: the model's own. Throws an Error where the two CRS do
  /// not meet.
  SourceMap(std::shared_ptr<const SourceModel> model, const std::array<double, 6>& geotransform,
            std::optional<OGRSpatialReference> crs);
  void to_source(std::size_t count, double* x, double* y, std::uint8_t* found) const override;

 private:
  std::shared_ptr<const SourceModel> model_;
  std::array<double, 6> geotransform_;
  std::optional<OGRSpatialReference> crs_;
  mutable Pool<GroundTransform> transforms_;
};

}  // namespace sarinr::geo
