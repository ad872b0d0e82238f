#include "points_locate.h"

#include <cmath>

#include "gdal_support.h"
#include "ground_transform.h"
#include "metadata.h"
#include "sarinr/base/error.h"

namespace sarinr::geo {

using nlohmann::json;

void locate(PointTable& table, const std::optional<OGRSpatialReference>& crs, const json& metadata,
            const LocationOptions& options) {
  const auto model = std::make_shared<const SourceModel>(metadata, options);
  if (crs && model->kind() == SourceModel::Kind::none) {
    throw Error("the raster has no georeferencing: give points by column and row");
  }
  const GroundTransform transform(model, crs ? &*crs : nullptr);
  for (SamplePoint& point : table.points) {
    double x = point.x;
    double y = point.y;
    double z = point.z;
    int found = 0;
    transform.to_pixel(1, &x, &y, &z, &found);
    point.found = found != 0;
    point.column = point.found ? x : 0;
    point.row = point.found ? y : 0;
  }
  json object;
  const auto& known = crs ? crs : model->crs();
  if (known) put_crs(&*known, object);
  table.crs = object.contains("crs") ? text_from_json(object["crs"]) : "";
}

namespace {

PointTable line_of(const std::array<double, 4>& line, double length, double step) {
  constexpr double most = 1e7;
  if (!(std::isfinite(step) && step > 0))
    throw Error("--step needs a number above 0, in units of the line's coordinates");
  const double intervals = std::ceil(length / step * (1 - 1e-12));
  if (intervals > most) {
    throw Error(CPLSPrintf("the line would have %.0f points, and at most %.0f are taken: give a longer --step",
                           intervals + 1, most));
  }
  PointTable table;
  table.fields = {{"distance", FieldType::real}};
  const int count = static_cast<int>(intervals);
  for (int i = 0; i <= count; ++i) {
    const double distance = i < count ? i * step : length;
    const double share = distance / length;
    SamplePoint point;
    point.x = line[0] + share * (line[2] - line[0]);
    point.y = line[1] + share * (line[3] - line[1]);
    point.fields = {distance};
    table.points.push_back(std::move(point));
  }
  return table;
}

}  // namespace

PointTable points_along(const std::array<double, 4>& line, std::optional<double> step, const std::string& crs,
                        const std::string& metadata, const LocationOptions& options) {
  const double length = std::hypot(line[2] - line[0], line[3] - line[1]);
  if (!(std::isfinite(length) && length > 0)) throw Error("the line has no length: give it as x0,y0,x1,y1");
  const json parsed = parse_metadata(metadata);
  const auto known = crs.empty() ? std::nullopt : crs_from_json({{"crs", crs}});
  if (!step) {
    // As many pixels as the path has in a polygon of 16 sides: a warped line is not straight in the source.
    PointTable corners = line_of(line, length, length / 16);
    locate(corners, known, parsed, options);
    double pixels = 0;
    for (std::size_t i = 1; i < corners.points.size(); ++i) {
      const SamplePoint& a = corners.points[i - 1];
      const SamplePoint& b = corners.points[i];
      if (!a.found || !b.found) throw Error("the line leaves the raster's surroundings: give a shorter one, or --step");
      pixels += std::hypot(b.column - a.column, b.row - a.row);
    }
    step = length / std::max(1.0, std::ceil(pixels));
  }
  PointTable table = line_of(line, length, *step);
  locate(table, known, parsed, options);
  return table;
}

}  // namespace sarinr::geo
