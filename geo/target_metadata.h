#pragma once

#include <ogr_spatialref.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>

namespace sarinr::geo {

/// A cut of a raster along its own axes: source = offset + factor * target, in pixels with corners at whole numbers.
struct PixelCut {
  double x_offset = 0;
  double y_offset = 0;
  double x_factor = 1;
  double y_factor = 1;
  bool operator==(const PixelCut&) const = default;
};

/// The source's metadata for such a cut: geotransform, GCPs, RPC and geolocation offsets are moved with it; statistics,
/// which are of the source's pixels, are left out. Nothing changes for the whole raster at native size.
nlohmann::json cut_metadata(nlohmann::json source, const PixelCut& cut);

/// The source's metadata for a grid of its own: this geotransform and CRS (none: the CRS is not known) in place of the
/// source's georeferencing. Says in the log where RPC are left out.
nlohmann::json gridded_metadata(nlohmann::json source, const std::array<double, 6>& geotransform,
                                const std::optional<OGRSpatialReference>& crs);

}  // namespace sarinr::geo
