#include <cstring>
#include <set>
#include <string_view>

#include "gdal_support.h"
#include "metadata.h"

namespace sarinr::geo {

using nlohmann::json;

namespace {

/// Domains that describe the file or are made up by GDAL on reading, not the raster.
bool is_of_the_file(std::string_view domain) {
  return domain == "IMAGE_STRUCTURE" || domain == "DERIVED_SUBDATASETS" || domain == "SUBDATASETS";
}

/// {"KEY": "VALUE"} where every line is KEY=VALUE with a key of its own, else the lines.
json domain_to_json(const std::string& domain, CSLConstList lines) {
  json values = json::object();
  bool pairs = !domain.starts_with("xml:") && !domain.starts_with("json:");
  json whole = json::array();
  for (CSLConstList line = lines; line != nullptr && *line != nullptr; ++line) {
    whole.push_back(json_from_text(*line));
    const char* equals = std::strchr(*line, '=');
    const std::string key(*line, equals == nullptr ? 0 : static_cast<std::size_t>(equals - *line));
    pairs = pairs && !key.empty() && json_from_text(key).is_string() && !values.contains(key);
    if (pairs) values[key] = json_from_text(equals + 1);
  }
  return pairs ? values : whole;
}

json domains_to_json(GDALMajorObject& object) {
  json domains = json::object();
  const CPLStringList names(object.GetMetadataDomainList());
  std::set<std::string> all{""};
  for (int i = 0; i < names.size(); ++i) all.insert(names[i]);
  for (const std::string& name : all) {
    if (is_of_the_file(name) || !json_from_text(name).is_string()) continue;
    CSLConstList lines = object.GetMetadata(name.c_str());
    if (lines != nullptr && *lines != nullptr) domains[name] = domain_to_json(name, lines);
  }
  return domains;
}

void put_control_points(GDALDataset& dataset, const Extent& window, json& metadata) {
  const int count = dataset.GetGCPCount();
  if (count == 0) return;
  json gcps = json::object();
  put_crs(dataset.GetGCPSpatialRef(), gcps);
  bool numbered = true;
  bool informed = false;
  bool high = false;
  for (int i = 0; i < count; ++i) {
    const GDAL_GCP& point = dataset.GetGCPs()[i];
    gcps["pixel"].push_back(json_from_number(point.dfGCPPixel - window.x));
    gcps["line"].push_back(json_from_number(point.dfGCPLine - window.y));
    gcps["x"].push_back(json_from_number(point.dfGCPX));
    gcps["y"].push_back(json_from_number(point.dfGCPY));
    gcps["z"].push_back(json_from_number(point.dfGCPZ));
    gcps["id"].push_back(json_from_text(point.pszId));
    gcps["info"].push_back(json_from_text(point.pszInfo));
    numbered = numbered && std::to_string(i + 1) == point.pszId;
    informed = informed || *point.pszInfo != '\0';
    high = high || point.dfGCPZ != 0;
  }
  if (numbered) gcps.erase("id");
  if (!informed) gcps.erase("info");
  if (!high) gcps.erase("z");
  metadata["gcps"] = std::move(gcps);
}

/// Subtracts the window's corner from an offset in pixels that stands as text, as in RPC and GEOLOCATION.
void move_offset(json& domains, const char* domain, const char* key, int shift) {
  if (shift == 0 || !domains.contains(domain) || !domains[domain].contains(key)) return;
  json& value = domains[domain][key];
  if (value.is_string()) value = std::string(CPLSPrintf("%.17g", CPLAtof(value.get<std::string>().c_str()) - shift));
}

void move_domains(json& domains, const Extent& window) {
  move_offset(domains, "RPC", "SAMP_OFF", window.x);
  move_offset(domains, "RPC", "LINE_OFF", window.y);
  move_offset(domains, "GEOLOCATION", "PIXEL_OFFSET", window.x);
  move_offset(domains, "GEOLOCATION", "LINE_OFFSET", window.y);
}

json color_table_to_json(const GDALColorTable& table) {
  json colors = json::array();
  for (int i = 0; i < table.GetColorEntryCount(); ++i) {
    const GDALColorEntry& entry = *table.GetColorEntry(i);
    colors.push_back({entry.c1, entry.c2, entry.c3, entry.c4});
  }
  return colors;
}

void put_nodata(GDALRasterBand& band, json& object) {
  int set = 0;
  if (band.GetRasterDataType() == GDT_Int64) {
    const auto value = band.GetNoDataValueAsInt64(&set);
    if (set != 0) object["nodata"] = value;
  } else if (band.GetRasterDataType() == GDT_UInt64) {
    const auto value = band.GetNoDataValueAsUInt64(&set);
    if (set != 0) object["nodata"] = value;
  } else {
    const double value = band.GetNoDataValue(&set);
    if (set != 0) object["nodata"] = json_from_number(value);
  }
}

json band_to_json(GDALRasterBand& band, bool whole) {
  json object = json::object();
  if (*band.GetDescription() != '\0') object["description"] = json_from_text(band.GetDescription());
  object["color_interpretation"] = GDALGetColorInterpretationName(band.GetColorInterpretation());
  int set = 0;
  const double scale = band.GetScale(&set);
  if (set != 0 && scale != 1) object["scale"] = json_from_number(scale);
  const double offset = band.GetOffset(&set);
  if (set != 0 && offset != 0) object["offset"] = json_from_number(offset);
  if (const char* unit = band.GetUnitType(); unit != nullptr && *unit != '\0') object["unit"] = json_from_text(unit);
  if (const GDALColorTable* table = band.GetColorTable()) object["color_table"] = color_table_to_json(*table);
  for (CSLConstList name = band.GetCategoryNames(); name != nullptr && *name != nullptr; ++name) {
    object["categories"].push_back(json_from_text(*name));
  }
  json domains = domains_to_json(band);
  if (!whole) drop_statistics(domains);
  if (!domains.empty()) object["metadata"] = std::move(domains);
  put_nodata(band, object);
  return object;
}

}  // namespace

void put_crs(const OGRSpatialReference* crs, json& object) {
  if (crs == nullptr || crs->IsEmpty()) return;
  const MessageScope scope;
  const char* const options[] = {"FORMAT=WKT2_2019", nullptr};
  char* text = nullptr;
  if (crs->exportToWkt(&text, options) == OGRERR_NONE) object["crs"] = json_from_text(text);
  CPLFree(text);
  if (!object.contains("crs")) {
    CPLError(CE_Warning, CPLE_AppDefined, "the coordinate system cannot be written as WKT2 and is left out");
    return;
  }
  object["axis_mapping"] = crs->GetDataAxisToSRSAxisMapping();
  if (crs->GetCoordinateEpoch() != 0) object["coordinate_epoch"] = crs->GetCoordinateEpoch();
}

void drop_statistics(json& domains) {
  if (!domains.contains("") || !domains[""].is_object()) return;
  std::erase_if(domains[""].get_ref<json::object_t&>(),
                [](const auto& entry) { return entry.first.starts_with("STATISTICS_"); });
  if (domains[""].empty()) domains.erase("");
}

json read_metadata(GDALDataset& dataset, const std::vector<int>& bands, const Extent& window) {
  json metadata = json::object();
  const bool whole = window == Extent{0, 0, dataset.GetRasterXSize(), dataset.GetRasterYSize()};
  put_crs(dataset.GetSpatialRef(), metadata);
  double g[6];
  if (dataset.GetGeoTransform(g) == CE_None) {
    g[0] += window.x * g[1] + window.y * g[2];
    g[3] += window.x * g[4] + window.y * g[5];
    for (const double number : g) metadata["geotransform"].push_back(json_from_number(number));
  }
  put_control_points(dataset, window, metadata);
  json domains = domains_to_json(dataset);
  move_domains(domains, window);
  if (!whole) drop_statistics(domains);
  if (!domains.empty()) metadata["metadata"] = std::move(domains);
  if (const GDALDriver* driver = dataset.GetDriver()) metadata["driver"] = driver->GetDescription();
  metadata["bands"] = json::array();
  for (const int band : bands) metadata["bands"].push_back(band_to_json(*dataset.GetRasterBand(band), whole));
  return metadata;
}

}  // namespace sarinr::geo
