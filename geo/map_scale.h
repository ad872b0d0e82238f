#pragma once

#include <ogr_spatialref.h>

#include <array>
#include <memory>

#include "sarinr/render/ground_scale.h"

namespace sarinr::geo {

/// Metres per pixel of a grid with this geotransform. Projected and local CRS: metres of the map, by the CRS's linear
/// unit. Geographic CRS: by the ellipsoid's radii of curvature at the pixel's latitude,
///   meridian M = a (1 - e^2) / (1 - e^2 sin^2 lat)^1.5,  prime vertical N = a / sqrt(1 - e^2 sin^2 lat)
/// (Snyder, Map Projections: A Working Manual, 1987, equations 4-18 and 4-20); a longitude step is N cos lat times its
/// angle, a latitude step M times. Grids that are not aligned with the CRS's axes: lengths of the two steps, columns
/// counting along +x and rows along -y. nullptr where the CRS has no such units.
std::shared_ptr<const GroundScale> map_scale(const std::array<double, 6>& geotransform, const OGRSpatialReference& crs);

}  // namespace sarinr::geo
