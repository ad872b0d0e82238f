#include <cmath>
#include <limits>
#include <utility>

#include "gdal_support.h"
#include "metadata.h"
#include "sarinr/base/error.h"

namespace sarinr::geo {

using nlohmann::json;

json parse_metadata(const std::string& text) {
  json value = json::parse(text.empty() ? "{}" : text, nullptr, false);
  if (!value.is_object()) throw Error("the raster's georeferencing and metadata are damaged: they are no JSON object");
  return value;
}

json json_from_text(const std::string& text) {
  json value = text;
  try {
    (void)value.dump();
    return value;
  } catch (const json::type_error&) {
    char* digits = CPLBinaryToHex(static_cast<int>(text.size()), reinterpret_cast<const GByte*>(text.data()));
    std::string hex(digits);
    CPLFree(digits);
    return json{{"hex", std::move(hex)}};
  }
}

std::string text_from_json(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object() && value.contains("hex") && value["hex"].is_string()) {
    int size = 0;
    GByte* bytes = CPLHexToBinary(value["hex"].get<std::string>().c_str(), &size);
    std::string text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    CPLFree(bytes);
    return text;
  }
  throw Error("the raster's metadata are damaged: a text was expected in place of " + value.dump().substr(0, 40));
}

json json_from_number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

double number_from_json(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (value == "inf") return std::numeric_limits<double>::infinity();
  if (value == "-inf") return -std::numeric_limits<double>::infinity();
  throw Error("the raster's metadata are damaged: a number was expected in place of " + value.dump().substr(0, 40));
}

std::optional<OGRSpatialReference> crs_from_json(const json& object) {
  if (!object.contains("crs")) return std::nullopt;
  const std::string text = text_from_json(object["crs"]);
  OGRSpatialReference crs;
  // The text comes from a file, so it must not make GDAL open files or addresses.
  const MessageScope scope;
  if (crs.SetFromUserInput(text.c_str(), OGRSpatialReference::SET_FROM_USER_INPUT_LIMITATIONS_get()) != OGRERR_NONE) {
    throw Error("the coordinate system is not understood: " + text.substr(0, 60));
  }
  if (object.contains("axis_mapping")) {
    crs.SetDataAxisToSRSAxisMapping(object["axis_mapping"].get<std::vector<int>>());
  } else {
    crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  }
  if (object.contains("coordinate_epoch")) crs.SetCoordinateEpoch(number_from_json(object["coordinate_epoch"]));
  return crs;
}

std::optional<std::array<double, 6>> geotransform_from_json(const json& metadata) {
  if (!metadata.contains("geotransform")) return std::nullopt;
  const json& numbers = metadata["geotransform"];
  if (!numbers.is_array() || numbers.size() != 6) {
    throw Error("the raster's metadata are damaged: a geotransform has six numbers");
  }
  std::array<double, 6> geotransform{};
  for (std::size_t i = 0; i < 6; ++i) geotransform[i] = number_from_json(numbers[i]);
  return geotransform;
}

ControlPoints::ControlPoints(const json& metadata) {
  if (!metadata.contains("gcps")) return;
  const json& gcps = metadata["gcps"];
  crs_ = crs_from_json(gcps);
  if (gcps.contains("points")) {
    for (const json& point : gcps["points"]) {
      add(text_from_json(point.value("id", json(""))), text_from_json(point.value("info", json(""))),
          {number_from_json(point.at("pixel")), number_from_json(point.at("line")), number_from_json(point.at("x")),
           number_from_json(point.at("y")), number_from_json(point.value("z", json(0)))});
    }
    return;
  }
  const std::size_t count = gcps.at("pixel").size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = [&](const char* column) { return number_from_json(gcps.at(column).at(i)); };
    add(gcps.contains("id") ? text_from_json(gcps["id"].at(i)) : std::to_string(i + 1),
        gcps.contains("info") ? text_from_json(gcps["info"].at(i)) : "",
        {number("pixel"), number("line"), number("x"), number("y"), gcps.contains("z") ? number("z") : 0.0});
  }
}

void ControlPoints::add(std::string id, std::string info, const std::array<double, 5>& coordinates) {
  texts_.push_back(std::make_unique<std::string>(std::move(id)));
  texts_.push_back(std::make_unique<std::string>(std::move(info)));
  GDAL_GCP point{};
  point.pszId = texts_[texts_.size() - 2]->data();
  point.pszInfo = texts_.back()->data();
  point.dfGCPPixel = coordinates[0];
  point.dfGCPLine = coordinates[1];
  point.dfGCPX = coordinates[2];
  point.dfGCPY = coordinates[3];
  point.dfGCPZ = coordinates[4];
  points_.push_back(point);
}

CPLStringList metadata_lines(const json& domain) {
  CPLStringList lines;
  if (domain.is_array()) {
    for (const json& line : domain) lines.AddString(text_from_json(line).c_str());
  } else {
    for (const auto& [key, value] : domain.items()) lines.AddString((key + "=" + text_from_json(value)).c_str());
  }
  return lines;
}

}  // namespace sarinr::geo
