#include "target_metadata.h"

#include "log.h"
#include "metadata.h"

namespace sarinr::geo {

using nlohmann::json;

namespace {

void drop_all_statistics(json& metadata) {
  const auto drop = [](json& object) {
    if (!object.contains("metadata")) return;
    drop_statistics(object["metadata"]);
    if (object["metadata"].empty()) object.erase("metadata");
  };
  drop(metadata);
  if (!metadata.contains("bands")) return;
  for (json& band : metadata["bands"]) drop(band);
}

void move(json& number, double offset, double factor) {
  number = json_from_number((number_from_json(number) - offset) / factor);
}

void cut_control_points(json& gcps, const PixelCut& cut) {
  if (gcps.contains("points")) {
    for (json& point : gcps["points"]) {
      move(point.at("pixel"), cut.x_offset, cut.x_factor);
      move(point.at("line"), cut.y_offset, cut.y_factor);
    }
    return;
  }
  for (json& pixel : gcps.at("pixel")) move(pixel, cut.x_offset, cut.x_factor);
  for (json& line : gcps.at("line")) move(line, cut.y_offset, cut.y_factor);
}

/// Replaces a number that stands as text by change(number).
template <class Change>
void change_text(json& domain, const char* key, Change change) {
  if (!domain.contains(key) || !domain[key].is_string()) return;
  domain[key] = std::string(CPLSPrintf("%.17g", change(CPLAtof(domain[key].get<std::string>().c_str()))));
}

void cut_rpc(json& rpc, const PixelCut& cut) {
  // RPC count from the first pixel's centre.
  const auto centre = [](double offset, double factor) {
    return [=](double value) { return (value + 0.5 - offset) / factor - 0.5; };
  };
  const auto length = [](double factor) { return [=](double value) { return value / factor; }; };
  change_text(rpc, "SAMP_OFF", centre(cut.x_offset, cut.x_factor));
  change_text(rpc, "LINE_OFF", centre(cut.y_offset, cut.y_factor));
  change_text(rpc, "SAMP_SCALE", length(cut.x_factor));
  change_text(rpc, "LINE_SCALE", length(cut.y_factor));
}

void cut_geolocation(json& arrays, const PixelCut& cut) {
  const auto place = [](double offset, double factor) {
    return [=](double value) { return (value - offset) / factor; };
  };
  change_text(arrays, "PIXEL_OFFSET", place(cut.x_offset, cut.x_factor));
  change_text(arrays, "LINE_OFFSET", place(cut.y_offset, cut.y_factor));
  change_text(arrays, "PIXEL_STEP", place(0, cut.x_factor));
  change_text(arrays, "LINE_STEP", place(0, cut.y_factor));
}

void put_geotransform(json& metadata, const std::array<double, 6>& geotransform) {
  metadata["geotransform"] = json::array();
  for (const double number : geotransform) metadata["geotransform"].push_back(json_from_number(number));
}

}  // namespace

json cut_metadata(json source, const PixelCut& cut) {
  if (cut == PixelCut{}) return source;
  if (const auto g = geotransform_from_json(source)) {
    put_geotransform(source, {(*g)[0] + cut.x_offset * (*g)[1] + cut.y_offset * (*g)[2], (*g)[1] * cut.x_factor,
                              (*g)[2] * cut.y_factor, (*g)[3] + cut.x_offset * (*g)[4] + cut.y_offset * (*g)[5],
                              (*g)[4] * cut.x_factor, (*g)[5] * cut.y_factor});
  }
  if (source.contains("gcps")) cut_control_points(source["gcps"], cut);
  if (source.contains("metadata")) {
    json& domains = source["metadata"];
    if (domains.contains("RPC")) cut_rpc(domains["RPC"], cut);
    if (domains.contains("GEOLOCATION")) cut_geolocation(domains["GEOLOCATION"], cut);
  }
  drop_all_statistics(source);
  return source;
}

json gridded_metadata(json source, const std::array<double, 6>& geotransform,
                      const std::optional<OGRSpatialReference>& crs) {
  put_geotransform(source, geotransform);
  for (const char* key : {"crs", "axis_mapping", "coordinate_epoch"}) source.erase(key);
  if (crs) put_crs(&*crs, source);
  source.erase("gcps");
  if (source.contains("metadata")) {
    json& domains = source["metadata"];
    if (domains.erase("RPC") > 0)
      log(LogLevel::info, "the output has a grid of its own: the source's RPC are left out");
    domains.erase("GEOLOCATION");
    if (domains.empty()) source.erase("metadata");
  }
  drop_all_statistics(source);
  return source;
}

}  // namespace sarinr::geo
