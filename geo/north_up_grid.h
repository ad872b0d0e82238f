#pragma once

#include <array>
#include <memory>
#include <optional>

#include "ground_transform.h"

namespace sarinr::geo {

/// A grid in some CRS, before it becomes a TargetGrid.
struct PlacedGrid {
  int width = 0;
  int height = 0;
  std::array<double, 6> geotransform{};
  std::optional<OGRSpatialReference> crs;
};

/// The source as it is placed on target grids.
struct PlacedSource {
  std::shared_ptr<const SourceModel> model;
  int width = 0;
  int height = 0;
};

/// A north-up grid in `crs` (nothing: the model's own) for the request, as gdalwarp lays it out.
PlacedGrid north_up_grid(const PlacedSource& source, const std::optional<OGRSpatialReference>& crs,
                         const GridRequest& request);

/// Where the grid's pixels lie in the source. `aligned` becomes true where columns follow columns and rows follow rows.
std::shared_ptr<const CoordinateMap> placed_map(const PlacedSource& source, const PlacedGrid& grid, bool& aligned);

/// Throws an Error where the grid misses the scene, as far as the scene's extent in its CRS is known.
void check_placement(const PlacedSource& source, const PlacedGrid& grid, const std::string& what);

/// True where both are the same or both are unknown.
bool same_crs(const std::optional<OGRSpatialReference>& a, const std::optional<OGRSpatialReference>& b);

}  // namespace sarinr::geo
