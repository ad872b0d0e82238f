#include "sarinr/geo/target_grid.h"

#include <algorithm>
#include <cmath>

#include "gdal_support.h"
#include "grid_layout.h"
#include "map_scale.h"
#include "metadata.h"
#include "north_up_grid.h"
#include "sarinr/base/error.h"
#include "target_metadata.h"

namespace sarinr::geo {

using nlohmann::json;

namespace {

std::shared_ptr<const GroundScale> ground_of(const json& metadata) {
  const auto geotransform = geotransform_from_json(metadata);
  const auto crs = crs_from_json(metadata);
  return geotransform && crs ? map_scale(*geotransform, *crs) : nullptr;
}

TargetGrid cut_grid(const json& source, int width, int height, const PixelCut& cut) {
  TargetGrid grid;
  grid.width = width;
  grid.height = height;
  const json metadata = cut_metadata(source, cut);
  grid.metadata = metadata.dump();
  grid.map = std::make_shared<AffineMap>(cut.x_offset, cut.x_factor, 0, cut.y_offset, 0, cut.y_factor);
  grid.ground = ground_of(metadata);
  return grid;
}

/// The source's frame, whatever it is, with another number of pixels.
TargetGrid whole_frame(const json& source, int width, int height, const GridRequest& request) {
  const double scale = request.scale.value_or(1);
  const auto size_or = [&](std::optional<int> size, int native, const char* direction) {
    return size ? *size : lay_out(native, 1 / scale, std::nullopt, std::nullopt, direction).count;
  };
  const int wanted_width = size_or(first(request.size), width, "wide");
  const int wanted_height = size_or(second(request.size), height, "high");
  const PixelCut cut{0, 0, static_cast<double>(width) / wanted_width, static_cast<double>(height) / wanted_height};
  return cut_grid(source, wanted_width, wanted_height, cut);
}

/// Cut and scaled along the axes of a geotransform that is not rotated, or of pixels where there is none. A flipped
/// axis stays flipped.
TargetGrid aligned_grid(const json& source, const PlacedSource& placed, const GridRequest& request) {
  const SourceModel& model = *placed.model;
  const std::array<double, 6>& g = model.geotransform();
  const double x_end = g[0] + placed.width * g[1];
  const double y_end = g[3] + placed.height * g[5];
  const GroundExtent scene{std::min(g[0], x_end), std::min(g[3], y_end), std::max(g[0], x_end), std::max(g[3], y_end)};
  const std::optional<double> turn = model.crs() ? turn_of(*model.crs()) : std::nullopt;
  const GroundExtent extent = request.bbox ? ordered(*request.bbox, turn) : scene;
  check_overlap("the bbox", extent, scene, turn);

  const double scale = request.scale.value_or(1);
  const AxisLayout columns =
      lay_out(extent[2] - extent[0], std::abs(g[1]) / scale, first(request.resolution), first(request.size), "wide");
  const AxisLayout rows =
      lay_out(extent[3] - extent[1], std::abs(g[5]) / scale, second(request.resolution), second(request.size), "high");

  const double x_first = g[1] > 0 ? extent[0] : extent[2];
  const double y_first = g[5] > 0 ? extent[1] : extent[3];
  const double middle = (extent[0] + extent[2]) / 2;
  const double turned = x_first + model.unwrapped(middle) - middle;
  constexpr double tolerance = 1e-6;
  const PixelCut cut{snapped((turned - g[0]) / g[1], tolerance), snapped((y_first - g[3]) / g[5], tolerance),
                     snapped_factor(columns.step / std::abs(g[1]), columns.count),
                     snapped_factor(rows.step / std::abs(g[5]), rows.count)};
  TargetGrid grid = cut_grid(source, columns.count, rows.count, cut);
  if (model.kind() == SourceModel::Kind::none || cut == PixelCut{}) return grid;
  // As it was asked for, free of rounding.
  json metadata = json::parse(grid.metadata);
  metadata["geotransform"] = {x_first, std::copysign(columns.step, g[1]), 0.0, y_first,
                              0.0,     std::copysign(rows.step, g[5])};
  grid.metadata = metadata.dump();
  grid.ground = ground_of(metadata);
  return grid;
}

TargetGrid placed_grid(const json& source, const PlacedSource& placed, const PlacedGrid& place) {
  TargetGrid grid;
  grid.width = place.width;
  grid.height = place.height;
  bool aligned = false;
  grid.map = placed_map(placed, place, aligned);
  grid.reprojected = !aligned;
  const json metadata = gridded_metadata(source, place.geotransform, place.crs);
  grid.metadata = metadata.dump();
  grid.ground = ground_of(metadata);
  return grid;
}

struct LikeRaster {
  PlacedGrid grid;
  bool has_geotransform = false;
  bool has_points = false;
};

LikeRaster read_like(const std::string& path) {
  const MessageScope scope;
  const Dataset dataset(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_VERBOSE_ERROR));
  if (!dataset) throw Error("cannot open the raster " + path + " of --like: " + scope.reason(path));
  LikeRaster like;
  like.grid.width = dataset->GetRasterXSize();
  like.grid.height = dataset->GetRasterYSize();
  like.has_geotransform = dataset->GetGeoTransform(like.grid.geotransform.data()) == CE_None;
  like.has_points = dataset->GetGCPCount() > 0;
  if (const OGRSpatialReference* crs = dataset->GetSpatialRef()) like.grid.crs = *crs;
  return like;
}

TargetGrid like_grid(const json& source, const PlacedSource& placed, const std::string& path) {
  const LikeRaster like = read_like(path);
  const bool no_georeferencing = placed.model->kind() == SourceModel::Kind::none;
  if (!like.has_geotransform) {
    if (like.has_points) {
      throw Error(path + " has ground control points and no geotransform: --like cannot take its grid");
    }
    if (!no_georeferencing) throw Error(path + " has no georeferencing: --like cannot take its grid");
    if (like.grid.width == placed.width && like.grid.height == placed.height) {
      return whole_frame(source, placed.width, placed.height, {});
    }
    throw Error("neither the raster nor " + path +
                " has georeferencing, and their sizes differ: give --size in place of "
                "--like");
  }
  if (no_georeferencing) throw Error("the raster has no georeferencing: it cannot be placed on the grid of " + path);
  if (!like.grid.crs && placed.model->crs()) {
    throw Error(path + " has no coordinate system, and the raster has one: --like cannot take its grid");
  }
  check_placement(placed, like.grid, "the grid of " + path);
  return placed_grid(source, placed, like.grid);
}

TargetGrid grid_of(const json& source, int width, int height, const GridRequest& request) {
  check_request(request);
  if (!request.like && !request.bbox && !request.resolution && !request.dst_crs) {
    return whole_frame(source, width, height, request);
  }
  const PlacedSource placed{std::make_shared<const SourceModel>(source, request.location, width), width, height};
  const SourceModel& model = *placed.model;
  if (request.like) return like_grid(source, placed, *request.like);
  std::optional<OGRSpatialReference> crs;
  if (request.dst_crs) {
    crs = crs_from_json({{"crs", *request.dst_crs}});
    if (model.kind() == SourceModel::Kind::none) {
      throw Error("the raster has no georeferencing: it cannot be rendered in the coordinate system " +
                  *request.dst_crs);
    }
    if (same_crs(crs, model.crs())) crs.reset();
  }
  const bool own_axes = model.kind() == SourceModel::Kind::none || model.kind() == SourceModel::Kind::geotransform;
  if (own_axes && model.is_aligned() && !crs) return aligned_grid(source, placed, request);
  return placed_grid(source, placed, north_up_grid(placed, crs, request));
}

}  // namespace

TargetGrid target_grid(const std::string& source_metadata, int width, int height, const GridRequest& request) {
  try {
    return grid_of(parse_metadata(source_metadata), width, height, request);
  } catch (const json::exception& damage) {
    throw Error("the raster's georeferencing and metadata are damaged: " + std::string(damage.what()));
  }
}

}  // namespace sarinr::geo
