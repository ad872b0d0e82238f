#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sarinr/geo/target_grid.h"

namespace sarinr::geo {

/// A value of a point's own field; nothing where it is not set.
using FieldValue = std::variant<std::monostate, std::int64_t, double, std::string>;

enum class FieldType { text, integer, real };

struct PointField {
  std::string name;
  FieldType type = FieldType::text;
};

/// A point where a raster is sampled.
struct SamplePoint {
  double x = 0;  ///< in the table's CRS
  double y = 0;
  double z = 0;       ///< metres above the ellipsoid
  double column = 0;  ///< in source pixels, corners at whole numbers; may lie outside the raster
  double row = 0;
  bool found = false;              ///< false where the point has no place in the source; column and row are then 0
  std::vector<FieldValue> fields;  ///< one for each of the table's
};

struct PointTable {
  std::string crs;  ///< WKT of x and y, longitude or easting first; empty: not known, or pixels
  std::vector<PointField> fields;
  bool coordinates_are_fields = false;  ///< x and y stand among the fields, as they do in a CSV
  std::vector<SamplePoint> points;
};

/// Reads points and finds their pixels in the raster that `metadata` describes. A CSV names its columns in the first
/// line (upper or lower case): column,row in pixels, corners at whole numbers; lon,lat or longitude,latitude; x,y or
/// easting,northing; and for heights z or height. Any other vector that GDAL reads holds points, of which the first
/// layer is taken.
///
/// `crs` is that of the coordinates, whatever GDAL understands; default: the file's own; WGS 84 for lon,lat; the
/// raster's own (pixels where it has none) for x,y. Heights count for RPC, in place of LocationOptions::height.
///
/// Errors: unreadable file, no known columns, what is no number or no point (with its place), CRS that do not meet.
PointTable read_points(const std::string& path, const std::string& crs, const std::string& metadata,
                       const LocationOptions& options = {});

/// Points along the straight line x0, y0, x1, y1 of a CRS (empty: the raster's own; pixels where it has none), both
/// ends included, with the field "distance" from the first in units of the CRS. They are `step` units apart, or a
/// source pixel where that is not given; the last interval may be shorter. Errors: a line without length or beside the
/// raster's domain, a step that is not above 0 or makes more than 10 million points.
PointTable points_along(const std::array<double, 4>& line, std::optional<double> step, const std::string& crs,
                        const std::string& metadata, const LocationOptions& options = {});

/// A column of results: one value a point; nothing where there is none.
struct ValueColumn {
  std::string name;
  std::vector<std::optional<double>> values;
};

enum class PointFormat { csv, geojson };

/// Writes the points with their own fields and the columns behind them. CSV begins with columns x and y where these are
/// not among the fields; GeoJSON is in WGS 84 as RFC 7946 asks, or in bare coordinates where the CRS is not known.
/// `path` empty: to stdout. A file exists whole or not at all. Errors: the output exists, cannot be written, or two
/// columns have one name.
void write_points(const std::string& path, PointFormat format, bool overwrite, const PointTable& table,
                  const std::vector<ValueColumn>& columns);

}  // namespace sarinr::geo
