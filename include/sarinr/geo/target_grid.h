#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "sarinr/render/coordinate_map.h"
#include "sarinr/render/ground_scale.h"

namespace sarinr::geo {

/// How ground control points become a transform: a thin plate spline, which meets every point, or a polynomial of the
/// given order, fitted by least squares.
enum class GcpMethod { automatic, thin_plate_spline, order1, order2, order3 };

/// By which means pixels are located, where the source leaves a choice.
struct LocationOptions {
  GcpMethod gcp_method = GcpMethod::automatic;  ///< automatic: thin plate spline
  /// Of RPC: a raster of heights above the ellipsoid (or above what its vertical CRS says), by path.
  std::optional<std::string> dem;
  /// Of RPC: metres above the ellipsoid for all points; with a DEM, what is added to it. Default: HEIGHT_OFF of the
  /// RPC, or 0 with a DEM.
  std::optional<double> height;
};

/// What is asked of the output's grid. Nothing asked: the source's own grid. Units of resolution and bbox are those of
/// the target CRS; pixels (y down) where the source has no georeferencing.
struct GridRequest {
  std::optional<std::pair<double, double>> resolution;  ///< size of a pixel along x and y
  std::optional<std::pair<int, int>> size;              ///< pixels: width, height
  std::optional<double> scale;  ///< pixels per native pixel along each axis: 0.25 makes a quarter of the columns
  /// xmin, ymin, xmax, ymax of the target CRS; in a geographic CRS xmin > xmax means across the date line.
  std::optional<std::array<double, 4>> bbox;
  std::optional<std::string> dst_crs;  ///< whatever GDAL understands; default: the source's, or that of its GCPs
  std::optional<std::string> like;     ///< a raster whose size, geotransform and CRS are taken
  LocationOptions location;
};

/// A target grid, and where its points lie in the source.
struct TargetGrid {
  int width = 0;
  int height = 0;
  std::string metadata;  ///< RasterInfo::metadata of the output: georeferencing of the grid, all else of the source
  std::shared_ptr<const CoordinateMap> map;   ///< exact: no approximation; an AffineMap where the grid allows it
  bool reprojected = false;                   ///< false where source columns follow target columns and rows follow rows
  std::shared_ptr<const GroundScale> ground;  ///< nullptr where metres are not known: no CRS, or GCPs as they are
};

/// The grid for a request. `width` and `height` are the source's.
///
/// Without resolution, bbox, dst_crs and like, the source's frame is kept, whatever it is (north-up, rotated, GCPs,
/// RPC, none), as gdal_translate -outsize does: the grid spans the source exactly, and GCPs, RPC and geolocation
/// offsets are moved with it. resolution and bbox cut a source whose geotransform is not rotated along its own axes.
/// All else makes a north-up grid as gdalwarp's -te, -tr, -ts and -t_srs do: resolution holds exactly and is anchored
/// at the upper left corner; otherwise bbox holds exactly, and where nothing says the resolution the native sampling
/// along the diagonal is kept (GDALSuggestedWarpOutput2). Longitudes of a scene across the date line run on (179, 180,
/// 181).
///
/// Errors: contradictory or senseless numbers, no georeferencing for what needs it, CRS not understood or not
/// reachable, a bbox or grid beside the scene (both extents are named), sizes beyond int.
TargetGrid target_grid(const std::string& source_metadata, int width, int height, const GridRequest& request);

}  // namespace sarinr::geo
