#include "sarinr/scene/sample.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
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

/// Points evaluated at once.
constexpr std::size_t point_batch = 1 << 14;

/// The places of one batch that lie inside the raster, and where they stand among all.
struct Batch {
  std::vector<double> column;
  std::vector<double> row;
  std::vector<std::size_t> index;
};

Batch batch_of(const FileHeader& header, const std::vector<std::optional<SourcePlace>>& places, std::size_t begin) {
  Batch batch;
  for (std::size_t i = begin; i < std::min(begin + point_batch, places.size()); ++i) {
    const auto& place = places[i];
    const bool inside =
        place && place->column >= 0 && place->row >= 0 && place->column <= header.width && place->row <= header.height;
    if (!inside) continue;
    batch.column.push_back(place->column);
    batch.row.push_back(place->row);
    batch.index.push_back(i);
  }
  return batch;
}

}  // namespace

std::vector<SampledBand> sample_places(const FieldFile& file, const std::vector<std::optional<SourcePlace>>& places,
                                       const std::vector<int>& bands) {
  const FileHeader& header = file.header();
  const std::vector<std::string> names = band_names(header);
  const std::vector<int> chosen = checked_bands(header, bands);
  std::vector<SampledBand> result;
  for (const int band : chosen) {
    const auto index = static_cast<std::size_t>(band);
    result.push_back({names[index], is_complex(header.bands[index].type), {}});
    result.back().values.resize(places.size());
  }
  const std::size_t batches = (places.size() + point_batch - 1) / point_batch;
  oneapi::tbb::parallel_for(std::size_t{0}, batches, [&](std::size_t number) {
    const Batch batch = batch_of(header, places, number * point_batch);
    const std::vector<BandValues> values = file.renderer().points(batch.column, batch.row);
    for (std::size_t b = 0; b < chosen.size(); ++b) {
      const BandValues& band = values[static_cast<std::size_t>(chosen[b])];
      for (std::size_t i = 0; i < batch.index.size(); ++i) {
        if (has_number(band.classes[i])) result[b].values[batch.index[i]] = band.samples[i];
      }
    }
  });
  return result;
}

}  // namespace sarinr
