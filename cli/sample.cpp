#include "sarinr/scene/sample.h"

#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "commands.h"
#include "list_option.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/points.h"
#include "sarinr/geo/raster.h"
#include "sarinr/geo/storage.h"
#include "sarinr/scene/jobs.h"

namespace sarinr::cli {

namespace {

struct SampleArguments {
  std::string input;
  std::string output;
  std::string points;
  std::vector<double> line;
  double step = 0;
  std::string crs;
  std::vector<int> bands;
  std::string format;
  std::string dem;
  double height = 0;
  bool has_step = false;
  bool has_height = false;
  bool overwrite = false;
};

geo::PointFormat format_of(const SampleArguments& a) {
  const auto ends_with = [&](const char* ending) { return CLI::detail::to_lower(a.output).ends_with(ending); };
  if (!a.format.empty()) {
    return CLI::detail::to_lower(a.format) == "csv" ? geo::PointFormat::csv : geo::PointFormat::geojson;
  }
  return ends_with(".geojson") || ends_with(".json") ? geo::PointFormat::geojson : geo::PointFormat::csv;
}

geo::PointTable table_of(const SampleArguments& a, const std::string& metadata) {
  geo::LocationOptions location;
  if (!a.dem.empty()) location.dem = a.dem;
  if (a.has_height) location.height = a.height;
  if (!a.points.empty()) return geo::read_points(a.points, a.crs, metadata, location);
  const std::optional<double> step = a.has_step ? std::optional(a.step) : std::nullopt;
  return geo::points_along({a.line[0], a.line[1], a.line[2], a.line[3]}, step, a.crs, metadata, location);
}

std::vector<std::optional<SourcePlace>> places_of(const geo::PointTable& table) {
  std::vector<std::optional<SourcePlace>> places;
  for (const geo::SamplePoint& point : table.points) {
    places.push_back(point.found ? std::optional(SourcePlace{point.column, point.row}) : std::nullopt);
  }
  return places;
}

/// One column a band, two for the parts of a complex one.
std::vector<geo::ValueColumn> columns_of(const std::vector<SampledBand>& bands) {
  std::vector<geo::ValueColumn> columns;
  const auto add = [&](const std::string& name, const SampledBand& band, double Sample::*part) {
    geo::ValueColumn column{name, {}};
    for (const auto& value : band.values) {
      column.values.push_back(value ? std::optional((*value).*part) : std::nullopt);
    }
    columns.push_back(std::move(column));
  };
  for (const SampledBand& band : bands) {
    add(band.is_complex ? band.name + " re" : band.name, band, &Sample::re);
    if (band.is_complex) add(band.name + " im", band, &Sample::im);
  }
  return columns;
}

void run(const SampleArguments& a) {
  geo::start(std::size_t{64} << 20);
  const std::shared_ptr<FieldFile> file = FieldFile::open(geo::open_source(a.input), a.input);
  const geo::PointTable table = table_of(a, native_info(*file).metadata);
  const std::vector<SampledBand> bands = sample_places(*file, places_of(table), a.bands);
  const auto empty = std::count(bands[0].values.begin(), bands[0].values.end(), std::nullopt);
  if (empty > 0)
    spdlog::warn("{} of {} points have no value: they lie outside or on nodata", empty, table.points.size());
  geo::write_points(a.output, format_of(a), a.overwrite, table, columns_of(bands));
}

}  // namespace

void add_sample(CLI::App& root, std::function<void()>& chosen) {
  CLI::App& app = *root.add_subcommand("sample", "values of a .sinr at points or along a line, as CSV or GeoJSON");
  auto a = std::make_shared<SampleArguments>();
  app.add_option("INPUT", a->input, "the .sinr; /vsi paths too")->required();
  app.add_option("OUTPUT", a->output, "CSV or GeoJSON to write; default: CSV on stdout");
  auto* where = app.add_option_group("where");
  where->add_option("--points", a->points,
                    "CSV with columns lon,lat or x,y or column,row, GeoJSON, or any vector of points that GDAL reads");
  auto* line =
      add_list(*where, "--line", a->line, 4, 4, "x0,y0,x1,y1: points along this line, in the raster's own coordinates");
  where->require_option(1);
  auto* step = app.add_option("--step", a->step, "distance of points on the line, in its units; default: one pixel")
                   ->needs(line);
  app.add_option("--points-crs", a->crs,
                 "coordinate system of the points or the line, as GDAL takes it; default: the file's own, WGS 84 for "
                 "lon,lat, the raster's own for x,y and lines");
  add_list(app, "--bands", a->bands, 1, any_number, "numbers of the bands wanted, from 1; default: all");
  app.add_option("--of", a->format, "CSV or GeoJSON; default: by the output's extension, else CSV")
      ->check(CLI::IsMember({"CSV", "GeoJSON"}, CLI::ignore_case));
  app.add_option("--dem", a->dem, "heights for RPC, where points have none");
  auto* height = app.add_option("--height", a->height, "metres above the ellipsoid for RPC, where points have none");
  app.add_flag("--overwrite", a->overwrite, "replace an existing output");
  app.callback([&chosen, a, step, height] {
    a->has_step = step->count() > 0;
    a->has_height = height->count() > 0;
    chosen = [a] { run(*a); };
  });
}

}  // namespace sarinr::cli
