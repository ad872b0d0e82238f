#pragma once

#include <gdal_priv.h>
#include <ogr_spatialref.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sarinr/tiling/grid.h"

namespace sarinr::geo {

// RasterInfo::metadata is a JSON object. A key that is absent is not set. Numbers keep all their digits; a text that is
// not UTF-8 stands as {"hex": "c3.."}; numbers that JSON cannot write stand as "nan", "inf" and "-inf".
//
// {"crs": "WKT2:2019" (or whatever OGRSpatialReference::SetFromUserInput takes, as "EPSG:32631"),
//  "axis_mapping": [2, 1],        data axis to CRS axis; absent: longitude or easting first
//  "coordinate_epoch": 2021.3,
//  "geotransform": [6 numbers],   GDAL's
//  "gcps": {"crs": .., "axis_mapping": .., "coordinate_epoch": ..,
//           "pixel": [..], "line": [..], "x": [..], "y": [..], "z": [..],   one entry per point; no "z": all 0
//           "id": [..], "info": [..]},    no "id": "1", "2", ..; no "info": all empty. In place of the columns:
//           "points": [{"id", "info", "pixel", "line", "x", "y", "z"}, ..]  is read too
//  "metadata": {"": {"KEY": "VALUE"}, "RPC": {..}, "xml:XMP": ["whole text"], ..},   by domain; lines that are not
//                                                                         KEY=VALUE with different keys: an array
//  "driver": "GTiff",
//  "bands": [{"description": "VV", "color_interpretation": "Gray", "scale": 2, "offset": 1, "unit": "dB",
//             "color_table": [[r, g, b, a], ..], "categories": ["water", ..], "metadata": {as above},
//             "nodata": -9999 or "nan"}, ..]}

/// What `dataset` says of itself, but for pixels, for the given bands (numbers from 1). Pixel coordinates
/// (geotransform, GCPs, RPC, geolocation arrays) are moved so that the window's corner becomes the origin.
nlohmann::json read_metadata(GDALDataset& dataset, const std::vector<int>& bands, const Extent& window);

/// Sets all of it on a new dataset, before its first pixel. What the format cannot hold is logged as a warning that
/// names `path`.
void write_metadata(const nlohmann::json& metadata, GDALDataset& dataset, const std::string& path);

/// The text parsed; an Error where it is no JSON object.
nlohmann::json parse_metadata(const std::string& text);

/// A text as JSON holds it, and back; the latter throws an Error where the JSON is neither text nor {"hex": ..}.
nlohmann::json json_from_text(const std::string& text);
std::string text_from_json(const nlohmann::json& value);
nlohmann::json json_from_number(double value);
double number_from_json(const nlohmann::json& value);

/// The CRS of an object with "crs"; nothing where there is none. Throws an Error where it is not understood.
std::optional<OGRSpatialReference> crs_from_json(const nlohmann::json& object);
/// Sets "crs", "axis_mapping" and "coordinate_epoch" of an object; nothing where `crs` is nullptr or empty.
void put_crs(const OGRSpatialReference* crs, nlohmann::json& object);
std::optional<std::array<double, 6>> geotransform_from_json(const nlohmann::json& metadata);

/// Ground control points with the texts that they point to.
class ControlPoints {
 public:
  /// None where `metadata` has no "gcps".
  explicit ControlPoints(const nlohmann::json& metadata);
  ControlPoints(const ControlPoints&) = delete;
  ControlPoints& operator=(const ControlPoints&) = delete;
  bool empty() const { return points_.empty(); }
  int count() const { return static_cast<int>(points_.size()); }
  const GDAL_GCP* data() const { return points_.data(); }
  GDAL_GCP* data() { return points_.data(); }
  const std::optional<OGRSpatialReference>& crs() const { return crs_; }

 private:
  void add(std::string id, std::string info, const std::array<double, 5>& coordinates);
  std::vector<std::unique_ptr<std::string>> texts_;
  std::vector<GDAL_GCP> points_;
  std::optional<OGRSpatialReference> crs_;
};

/// Removes statistics from the metadata domains of a dataset or band: those of the whole raster are wrong for a part.
void drop_statistics(nlohmann::json& domains);

/// The lines of one metadata domain, as GDAL takes them.
CPLStringList metadata_lines(const nlohmann::json& domain);

}  // namespace sarinr::geo
