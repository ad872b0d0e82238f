#include "band_metadata.h"

#include <algorithm>
#include <cctype>

#include "metadata.h"
#include "sarinr/geo/raster.h"

namespace sarinr::geo {

using nlohmann::json;

namespace {

void remove_statistics(json& band) {
  if (!band.contains("metadata") || !band["metadata"].contains("")) return;
  json& main = band["metadata"][""];
  if (!main.is_object()) return;
  for (auto entry = main.begin(); entry != main.end();) {
    entry = entry.key().starts_with("STATISTICS_") ? main.erase(entry) : std::next(entry);
  }
  if (main.empty()) band["metadata"].erase("");
  if (band["metadata"].empty()) band.erase("metadata");
}

constexpr const char* speckle_item = "SARINR_SPECKLE";

std::string unit_of(Quantity quantity) { return quantity == Quantity::decibel ? "dB" : ""; }

std::string derivative_unit(const std::string& unit, const BandMetadata& change) {
  const std::string step = change.per_metre ? "m" : "pixel";
  return (unit.empty() ? "1" : unit) + "/" + step + (change.derivative == Derivative::laplacian ? "^2" : "");
}

void describe_derivative(json& band, Quantity quantity, const BandMetadata& change) {
  const std::string own = band.contains("unit") ? text_from_json(band["unit"]) : unit_of(quantity);
  band["unit"] = derivative_unit(own, change);
  const char* names[] = {"", "d/dx", "d/dy", "gradient", "Laplacian"};
  const std::string name = names[static_cast<int>(change.derivative)];
  const std::string description = band.contains("description") ? text_from_json(band["description"]) : "";
  band["description"] = json_from_text(description.empty() ? name : name + " " + description);
}

json changed_band(json band, const BandModel& source, const BandModel& target, const BandMetadata& change) {
  remove_statistics(band);
  const bool derived = change.derivative != Derivative::none;
  const bool converted = derived || source.quantity != target.quantity;
  if (converted) {
    for (const char* key : {"scale", "offset", "color_table", "categories"}) band.erase(key);
  }
  if (converted && !derived) {
    band.erase("unit");
    if (!unit_of(target.quantity).empty()) band["unit"] = unit_of(target.quantity);
  }
  if (derived) describe_derivative(band, source.quantity, change);
  if (target.nodata && target.nodata != source.nodata) band["nodata"] = json_from_number(*target.nodata);
  return band;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

/// Every KEY of the metadata's domains with its value, in capitals.
template <typename Take>
void visit_lines(const json& metadata, const Take& take) {
  if (!metadata.contains("metadata") || !metadata["metadata"].is_object()) return;
  for (const auto& [domain, lines] : metadata["metadata"].items()) {
    if (!lines.is_object()) continue;
    for (const auto& [key, value] : lines.items()) {
      if (value.is_string()) take(upper(key), upper(value.template get<std::string>()));
    }
  }
}

}  // namespace

std::string band_metadata(const std::string& source, const BandMetadata& change) {
  json metadata = parse_metadata(source);
  json bands = json::array();
  for (std::size_t i = 0; i < change.bands.size(); ++i) {
    const auto from = static_cast<std::size_t>(change.bands[i]);
    json band = json::object();
    if (metadata.contains("bands") && from < metadata["bands"].size()) band = metadata["bands"][from];
    bands.push_back(changed_band(std::move(band), change.sources[from], change.targets[i], change));
  }
  metadata["bands"] = std::move(bands);
  return metadata.dump();
}

std::string speckle_metadata(const std::string& source, std::uint64_t seed) {
  json metadata = parse_metadata(source.empty() ? "{}" : source);
  json& main = metadata["metadata"][""];
  const std::string number = std::to_string(seed);
  if (main.is_array()) {
    main.push_back(std::string(speckle_item).append("=").append(number));
  } else {
    main[speckle_item] = number;
  }
  return metadata.dump();
}

std::optional<std::string> speckle_seed(const RasterInfo& info) {
  const json metadata = parse_metadata(info.metadata.empty() ? "{}" : info.metadata);
  if (!metadata.contains("metadata") || !metadata["metadata"].contains("")) return std::nullopt;
  const CPLStringList lines = metadata_lines(metadata["metadata"][""]);
  const char* const seed = lines.FetchNameValue(speckle_item);
  return seed == nullptr ? std::nullopt : std::optional<std::string>(seed);
}

bool is_tops(const std::string& text) {
  bool sentinel = false;
  bool tops = false;
  const auto is_mode = [](const std::string& value) { return value.starts_with("IW") || value.starts_with("EW"); };
  visit_lines(parse_metadata(text), [&](const std::string& key, const std::string& value) {
    sentinel |= value.find("SENTINEL-1") != std::string::npos || (key == "MISSION_ID" && value.starts_with("S1"));
    const bool names_mode = key == "MODE" || key == "BEAM_MODE" || key == "SWATH" || key == "BEAM_SWATH" ||
                            key == "ACQUISITION_MODE" || key == "INSTRUMENT_MODE";
    tops |= (names_mode && is_mode(value)) || value.find("IW SLC") != std::string::npos ||
            value.find("EW SLC") != std::string::npos;
  });
  return sentinel && tops;
}

}  // namespace sarinr::geo
