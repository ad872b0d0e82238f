#include <nlohmann/json.hpp>

#include "sarinr/base/error.h"
#include "scene/report_format.h"

namespace sarinr {

namespace {

/// A band of the maps: one figure of one band's tiles.
struct MapBand {
  const BandReport* band;
  std::string figure;
};

std::vector<MapBand> map_bands(const Report& report) {
  std::vector<MapBand> out;
  for (const BandReport& band : report.bands) {
    if (band.tiles.empty()) continue;
    for (const Figures::Entry& entry : band.tiles.front().figures.entries()) out.push_back({&band, entry.info->name});
  }
  if (out.empty()) throw Error(report.test.path + " has no band with figures of tiles: there is nothing to map");
  return out;
}

}  // namespace

RasterInfo report_map_info(const Report& report) {
  RasterInfo info;
  info.width = report.width;
  info.height = report.height;
  const nlohmann::json scene = nlohmann::json::parse(report.metadata.empty() ? "{}" : report.metadata);
  nlohmann::json metadata = nlohmann::json::object();
  for (const char* key : {"crs", "axis_mapping", "coordinate_epoch", "geotransform", "gcps"}) {
    if (scene.contains(key)) metadata[key] = scene[key];
  }
  if (scene.contains("metadata") && scene["metadata"].contains("RPC"))
    metadata["metadata"]["RPC"] = scene["metadata"]["RPC"];
  for (const MapBand& map : map_bands(report)) {
    const std::string unit = unit_name(*find_figure(map.figure), map.band->model.quantity);
    const std::string description = map.band->name + " " + map.figure;
    metadata["bands"].push_back({{"description", description}, {"unit", unit}, {"nodata", "nan"}});
    info.bands.push_back({.quantity = Quantity::other, .type = PixelType::f32, .nodata = no_value});
    info.band_names.push_back(description);
  }
  info.metadata = metadata.dump();
  return info;
}

void write_report_maps(const Report& report, RasterSink& sink) {
  const std::vector<MapBand> maps = map_bands(report);
  const std::vector<TileErrors>& tiles = maps.front().band->tiles;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    RasterWindow window;
    window.extent = tiles[i].extent;
    const std::size_t pixels =
        static_cast<std::size_t>(window.extent.width) * static_cast<std::size_t>(window.extent.height);
    for (const MapBand& map : maps) {
      const std::optional<double> value = map.band->tiles[i].figures.get(map.figure);
      window.samples.emplace_back(pixels, Sample{value.value_or(no_value), 0});
    }
    sink.write(window);
  }
}

}  // namespace sarinr
