#include "sarinr/scene/sample.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sarinr/base/error.h"

namespace sarinr {

namespace {

using nlohmann::json;

/// Descriptions where they tell bands apart.
std::vector<std::string> band_names(const FileHeader& header) {
  const json metadata = json::parse(header.metadata, nullptr, false);
  const json raster = metadata.is_object() ? metadata.value("raster", json::object()) : json::object();
  const json described = raster.is_object() ? raster.value("bands", json::array()) : json::array();
  std::vector<std::string> names;
  for (std::size_t b = 0; b < header.bands.size(); ++b) {
    const json band = b < described.size() && described[b].is_object() ? described[b] : json::object();
    const json text = band.value("description", json());
    const std::string name = text.is_string() ? text.get<std::string>() : "";
    const bool taken = name.empty() || std::find(names.begin(), names.end(), name) != names.end();
    names.push_back(taken ? "band " + std::to_string(b + 1) : name);
  }
  return names;
}

std::vector<int> checked_bands(const FileHeader& header, const std::vector<int>& bands) {
  const int count = static_cast<int>(header.bands.size());
  std::vector<int> result;
  for (const int band : bands) {
    if (band < 1 || band > count) {
      throw Error("there is no band " + std::to_string(band) + ": the file's bands are 1 to " + std::to_string(count));
    }
    result.push_back(band - 1);
  }
  for (int band = 0; bands.empty() && band < count; ++band) result.push_back(band);
  return result;
}

bool means_nothing(const BandModel& band, const Sample& sample) {
  return !std::isfinite(sample.re) || !std::isfinite(sample.im) || (band.nodata && sample.re == *band.nodata);
}

}  // namespace

std::vector<SampledBand> sample_places(const FieldFile& file, const std::vector<std::optional<SourcePlace>>& places,
                                       const std::vector<int>& bands) {
  const FileHeader& header = file.header();
  const std::vector<std::string> names = band_names(header);
  std::vector<SampledBand> result;
  for (const int band : checked_bands(header, bands)) {
    const auto index = static_cast<std::size_t>(band);
    const BandModel& model = header.bands[index];
    SampledBand sampled{names[index], is_complex(model.type), {}};
    sampled.values.resize(places.size());
    oneapi::tbb::parallel_for(std::size_t{0}, places.size(), [&](std::size_t i) {
      const auto& place = places[i];
      const bool inside = place && place->column >= 0 && place->row >= 0 && place->column <= header.width &&
                          place->row <= header.height;
      if (!inside) return;
      const Sample sample = file.renderer().at(place->column, place->row, band);
      if (!means_nothing(model, sample)) sampled.values[i] = sample;
    });
    result.push_back(std::move(sampled));
  }
  return result;
}

}  // namespace sarinr
