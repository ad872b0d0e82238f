#pragma once

#include <ogr_spatialref.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "sarinr/geo/points.h"

namespace sarinr::geo {

/// Sets column, row and found of every point from x, y and z. `crs` nothing: the raster's own. Sets the table's CRS.
void locate(PointTable& table, const std::optional<OGRSpatialReference>& crs, const nlohmann::json& metadata,
            const LocationOptions& options);

}  // namespace sarinr::geo
