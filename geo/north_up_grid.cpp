#include "north_up_grid.h"

#include <algorithm>

#include "gdal_support.h"
#include "grid_layout.h"
#include "sarinr/base/error.h"
#include "source_map.h"

namespace sarinr::geo {

namespace {

/// What GDAL suggests for the whole scene.
struct Suggestion {
  std::array<double, 6> geotransform{};
  GroundExtent extent{};  ///< not rounded to whole pixels
  int width = 0;
  int height = 0;
  std::string failure;  ///< why there is none
};

int gdal_transform(void* transform, int to_pixel, int count, double* x, double* y, double* z, int* found) {
  const auto& ground = *static_cast<const GroundTransform*>(transform);
  if (to_pixel != 0) {
    ground.to_pixel(count, x, y, z, found);
  } else {
    ground.to_ground(count, x, y, z, found);
  }
  return TRUE;
}

Suggestion suggest(const PlacedSource& source, const OGRSpatialReference* crs) {
  GroundTransform transform(source.model, crs);
  transform.set_centre(source.width / 2.0, source.height / 2.0);
  // Of the dataset GDAL only takes the size.
  const Dataset size(
      GetGDALDriverManager()->GetDriverByName("MEM")->Create("", source.width, source.height, 0, GDT_Byte, nullptr));
  Suggestion result;
  const MessageScope scope;
  const CPLErr error =
      GDALSuggestedWarpOutput2(GDALDataset::ToHandle(size.get()), gdal_transform, &transform,
                               result.geotransform.data(), &result.width, &result.height, result.extent.data(), 0);
  if (error != CE_None) result.failure = scope.reason();
  return result;
}

GroundExtent extent_of(const PlacedGrid& grid) {
  const std::array<double, 6>& g = grid.geotransform;
  const std::array<double, 4> x{g[0], g[0] + grid.width * g[1], g[0] + grid.height * g[2],
                                g[0] + grid.width * g[1] + grid.height * g[2]};
  const std::array<double, 4> y{g[3], g[3] + grid.width * g[4], g[3] + grid.height * g[5],
                                g[3] + grid.width * g[4] + grid.height * g[5]};
  return {std::ranges::min(x), std::ranges::min(y), std::ranges::max(x), std::ranges::max(y)};
}

std::optional<double> turn_of_target(const PlacedSource& source, const std::optional<OGRSpatialReference>& crs) {
  if (crs) return turn_of(*crs);
  return source.model->crs() ? turn_of(*source.model->crs()) : std::nullopt;
}

AffineMap affine_map(const SourceModel& model, const PlacedGrid& grid) {
  const std::array<double, 6>& g = model.geotransform();
  std::array<double, 6> t = grid.geotransform;
  const GroundExtent extent = extent_of(grid);
  const double middle = (extent[0] + extent[2]) / 2;
  t[0] += model.unwrapped(middle) - middle;
  if (model.is_aligned() && t[2] == 0 && t[4] == 0) {
    constexpr double tolerance = 1e-6;
    return {snapped((t[0] - g[0]) / g[1], tolerance),
            snapped_factor(t[1] / g[1], grid.width),
            0,
            snapped((t[3] - g[3]) / g[5], tolerance),
            0,
            snapped_factor(t[5] / g[5], grid.height)};
  }
  const double determinant = g[1] * g[5] - g[2] * g[4];
  const auto column = [&](double x, double y) { return (g[5] * x - g[2] * y) / determinant; };
  const auto row = [&](double x, double y) { return (g[1] * y - g[4] * x) / determinant; };
  return {column(t[0] - g[0], t[3] - g[3]), column(t[1], t[4]), column(t[2], t[5]),
          row(t[0] - g[0], t[3] - g[3]),    row(t[1], t[4]),    row(t[2], t[5])};
}

}  // namespace

bool same_crs(const std::optional<OGRSpatialReference>& a, const std::optional<OGRSpatialReference>& b) {
  return a.has_value() == b.has_value() && (!a || a->IsSame(&*b) != 0);
}

PlacedGrid north_up_grid(const PlacedSource& source, const std::optional<OGRSpatialReference>& crs,
                         const GridRequest& request) {
  const std::optional<double> turn = turn_of_target(source, crs);
  const Suggestion suggestion = suggest(source, crs ? &*crs : nullptr);
  const bool suggested = suggestion.failure.empty();
  if (!suggested && !(request.bbox && (request.resolution || request.size))) {
    throw Error("the extent of the output cannot be found: " + suggestion.failure +
                ": give --bbox with --resolution or --size");
  }
  const std::array<double, 6>& g = suggestion.geotransform;
  GroundExtent extent = suggestion.extent;
  if (request.bbox) {
    extent = ordered(*request.bbox, turn);
    if (suggested) check_overlap("the bbox", extent, suggestion.extent, turn);
  } else if (!request.resolution && !request.size) {
    extent = {g[0], g[3] + suggestion.height * g[5], g[0] + suggestion.width * g[1], g[3]};
  }
  const double scale = request.scale.value_or(1);
  const AxisLayout columns =
      lay_out(extent[2] - extent[0], g[1] / scale, first(request.resolution), first(request.size), "wide");
  const AxisLayout rows =
      lay_out(extent[3] - extent[1], -g[5] / scale, second(request.resolution), second(request.size), "high");
  return {columns.count,
          rows.count,
          {extent[0], columns.step, 0, extent[3], 0, -rows.step},
          crs ? crs : source.model->crs()};
}

std::shared_ptr<const CoordinateMap> placed_map(const PlacedSource& source, const PlacedGrid& grid, bool& aligned) {
  const SourceModel& model = *source.model;
  const bool affine = (model.kind() == SourceModel::Kind::none || model.kind() == SourceModel::Kind::geotransform) &&
                      same_crs(model.crs(), grid.crs);
  const std::array<double, 6>& t = grid.geotransform;
  aligned = affine && model.is_aligned() && t[2] == 0 && t[4] == 0;
  if (affine) return std::make_shared<AffineMap>(affine_map(model, grid));
  return std::make_shared<SourceMap>(source.model, t, grid.crs);
}

void check_placement(const PlacedSource& source, const PlacedGrid& grid, const std::string& what) {
  const Suggestion suggestion = suggest(source, grid.crs ? &*grid.crs : nullptr);
  if (!suggestion.failure.empty()) return;
  check_overlap(what, extent_of(grid), suggestion.extent, turn_of_target(source, grid.crs));
}

}  // namespace sarinr::geo
