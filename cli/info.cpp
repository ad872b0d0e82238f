#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "sarinr/base/error.h"
#include "sarinr/field/latent.h"
#include "sarinr/geo/storage.h"
#include "sarinr/scene/jobs.h"
#include "sarinr/scene/samples.h"

namespace sarinr::cli {

namespace {

using nlohmann::json;

struct InfoArguments {
  std::string input;
  bool json = false;
  bool tiles = false;
  bool verify = false;
};

/// The name in a WKT text: what stands between its first two quotation marks.
std::string crs_name(const std::string& wkt) {
  const std::size_t begin = wkt.find('"');
  const std::size_t end = begin == std::string::npos ? begin : wkt.find('"', begin + 1);
  return end == std::string::npos ? wkt : wkt.substr(begin + 1, end - begin - 1);
}

json describe_bands(const FileReader& reader, const json& raster) {
  json bands = json::array();
  std::size_t channel = 0;
  for (std::size_t b = 0; b < reader.header().bands.size(); ++b) {
    const BandModel& band = reader.header().bands[b];
    json entry = {{"type", name(band.type)}, {"quantity", name(band.quantity)}};
    if (band.nodata) entry["nodata"] = std::isnan(*band.nodata) ? json("nan") : json(*band.nodata);
    const json kept = raster.value("bands", json::array());
    if (b < kept.size() && kept[b].contains("description")) entry["description"] = kept[b]["description"];
    for (int c = 0; c < band.channels(); ++c, ++channel) {
      const ChannelSummary& summary = reader.summary()[channel];
      entry["fits"].push_back({{"rmse", std::sqrt(static_cast<double>(summary.mean_square_error))},
                               {"psnr", psnr(summary) ? json(*psnr(summary)) : json()},
                               {"low", summary.low},
                               {"high", summary.high}});
    }
    bands.push_back(std::move(entry));
  }
  return bands;
}

const char* kind_of(const TileContent& tile) {
  if (tile.kind == TileContent::Kind::lossless) return "lossless";
  if (tile.kind == TileContent::Kind::sampled) return "sampled";
  if (!tile.weights.empty()) return "network";
  if (!tile.latents.empty()) return "latent";
  for (const ChannelModel& channel : tile.channels) {
    if (channel.kind == ChannelModel::Kind::constant) return "constant";
  }
  return "empty";
}

json describe_tiles(const FileReader& reader) {
  json tiles = json::array();
  const TileGrid& grid = reader.grid();
  for (int i = 0; i < grid.count(); ++i) {
    const Extent core = grid.core(i);
    const Result<TileContent> content = reader.tile(i);
    const double bits = 8 * static_cast<double>(reader.record_size(i));
    tiles.push_back({{"tile", i},
                     {"column", i % grid.columns().count()},
                     {"row", i / grid.columns().count()},
                     {"x", core.x},
                     {"y", core.y},
                     {"width", core.width},
                     {"height", core.height},
                     {"kind", content ? kind_of(*content) : "damaged"},
                     {"offset", reader.record_offset(i)},
                     {"bytes", reader.record_size(i)},
                     {"bits_per_pixel", bits / (static_cast<double>(core.width) * core.height)}});
  }
  return tiles;
}

/// What the fields are, and what evaluating them costs.
json describe_field(const FileReader& reader) {
  const FieldSpec& spec = reader.header().spec;
  json parameters = json::object();
  const std::vector<ParameterInfo> known = architecture(spec.architecture).parameters();
  for (std::size_t i = 0; i < known.size(); ++i) parameters[known[i].name] = spec.parameters[i];
  json field = {{"architecture", spec.architecture},
                {"outputs", spec.outputs},
                {"width", spec.width},
                {"depth", spec.depth},
                {"parameters", parameters},
                {"weights", weight_count(spec)},
                {"operations_per_pixel", operations_per_pixel(spec)}};
  if (is_latent(spec)) {
    const std::size_t synthesis = latent_shape(spec).synthesis_operations();
    field["network_bytes"] = reader.sizes().shared;
    field["synthesis_operations_per_pixel"] = synthesis;
    field["decoding_operations_per_pixel"] = operations_per_pixel(spec) - synthesis;
  }
  return field;
}

json describe_damage(const std::vector<Damage>& found) {
  json list = json::array();
  for (const Damage& damage : found) {
    json entry = {{"problem", damage.sentence}};
    if (damage.overview > 0) entry["overview"] = damage.overview;
    if (damage.tile >= 0) entry["tile"] = damage.tile;
    if (damage.tiles > 1) entry["tiles"] = damage.tiles;
    if (damage.size > 0) {
      entry["offset"] = damage.offset;
      entry["bytes"] = damage.size;
    }
    list.push_back(std::move(entry));
  }
  return list;
}

json describe(const FileReader& reader, const InfoArguments& a) {
  const FileHeader& header = reader.header();
  const FileSizes sizes = reader.sizes();
  const json metadata = json::parse(header.metadata, nullptr, false);
  const json raster = metadata.is_object() ? metadata.value("raster", json::object()) : json::object();
  const double pixels = static_cast<double>(header.width) * header.height;
  json out = {{"file", a.input},
              {"bytes", sizes.file},
              {"width", header.width},
              {"height", header.height},
              {"bands", describe_bands(reader, raster)},
              {"crs", raster.contains("crs") && raster["crs"].is_string() ? json(crs_name(raster["crs"])) : json()},
              {"gcp_count", 0},
              {"field", describe_field(reader)},
              {"tiling",
               {{"tile_size", header.tile_size},
                {"overlap", header.overlap},
                {"columns", reader.grid().columns().count()},
                {"rows", reader.grid().rows().count()}}},
              {"sizes",
               {{"metadata", sizes.metadata},
                {"shared", sizes.shared},
                {"tiles", sizes.tiles},
                {"overviews", sizes.overviews},
                {"speckle", sizes.speckle},
                {"overhead", sizes.overhead()}}},
              {"bits_per_pixel", 8 * static_cast<double>(sizes.file) / pixels},
              {"bits_per_pixel_without_metadata", 8 * static_cast<double>(sizes.file - sizes.metadata) / pixels},
              {"metadata", metadata.is_object() ? metadata : json::object()}};
  if (raster.contains("geotransform")) out["geotransform"] = raster["geotransform"];
  if (raster.contains("gcps")) {
    const json& points = raster["gcps"].value("points", json::array());
    out["gcp_count"] = points.is_object() && points.contains("pixel") ? points["pixel"].size() : points.size();
  }
  const std::string promise = promise_of(header.metadata);
  if (!promise.empty()) out["promise"] = promise;
  if (a.tiles) out["tiles"] = describe_tiles(reader);
  if (a.verify) out["damage"] = describe_damage(reader.verify());
  return out;
}

void print_number_list(const char* title, const json& numbers) {
  std::printf("%s", title);
  for (const json& number : numbers) std::printf(" %.12g", number.get<double>());
  std::printf("\n");
}

void print_bands(const json& bands) {
  for (std::size_t b = 0; b < bands.size(); ++b) {
    const json& band = bands[b];
    std::printf("Band %zu     %s, %s", b + 1, band["type"].get<std::string>().c_str(),
                band["quantity"].get<std::string>().c_str());
    if (band.contains("description") && band["description"].is_string()) {
      std::printf(", \"%s\"", band["description"].get<std::string>().c_str());
    }
    if (band.contains("nodata")) std::printf(", nodata %s", band["nodata"].dump().c_str());
    for (const json& fit : band.value("fits", json::array())) {
      if (!std::isfinite(fit["rmse"].get<double>())) {
        std::printf("; the error of its fit is not known");
        continue;
      }
      std::printf("; RMSE %.4g", fit["rmse"].get<double>());
      if (fit["psnr"].is_number()) std::printf(", PSNR %.2f dB", fit["psnr"].get<double>());
      std::printf(" (values %.4g to %.4g)", fit["low"].get<double>(), fit["high"].get<double>());
    }
    std::printf("\n");
  }
}

void print_field(const json& field) {
  const std::string architecture_name = field["architecture"].get<std::string>();
  const std::size_t weights = field["weights"].get<std::size_t>();
  if (!field.contains("network_bytes")) {
    std::printf("Fields     %s, width %d, depth %d, %d outputs: %zu weights, %zu multiply-adds per pixel\n",
                architecture_name.c_str(), field["width"].get<int>(), field["depth"].get<int>(),
                field["outputs"].get<int>(), weights, field["operations_per_pixel"].get<std::size_t>());
    return;
  }
  std::printf("Fields     %s, %.0f levels, width %d, %d outputs\n", architecture_name.c_str(),
              field["parameters"]["levels"].get<double>(), field["width"].get<int>(), field["outputs"].get<int>());
  std::printf("Networks   %zu weights in %llu bytes; multiply-adds per pixel: %zu to evaluate, %zu to decode\n",
              weights, field["network_bytes"].get<unsigned long long>(),
              field["synthesis_operations_per_pixel"].get<std::size_t>(),
              field["decoding_operations_per_pixel"].get<std::size_t>());
}

void print_tiles(const json& tiles) {
  std::printf("\n%6s %6s %6s %8s %8s %7s %7s  %-9s %9s %8s\n", "tile", "column", "row", "x", "y", "width", "height",
              "kind", "bytes", "bpp");
  for (const json& tile : tiles) {
    std::printf("%6d %6d %6d %8d %8d %7d %7d  %-9s %9llu %8.4f\n", tile["tile"].get<int>(), tile["column"].get<int>(),
                tile["row"].get<int>(), tile["x"].get<int>(), tile["y"].get<int>(), tile["width"].get<int>(),
                tile["height"].get<int>(), tile["kind"].get<std::string>().c_str(),
                tile["bytes"].get<unsigned long long>(), tile["bits_per_pixel"].get<double>());
  }
}

/// How long a fit went on: epochs, or a latent field's effort.
std::string length_of(const json& fit) {
  if (!fit.contains("effort")) return std::to_string(fit.value("epochs", 0)) + " epochs";
  std::ostringstream text;
  text << "effort " << fit.value("effort", 0) << ", lambda " << fit.value("lambda", 0.0);
  if (fit.contains("goal")) text << ", goal " << fit.value("goal", "");
  return text.str();
}

void print_human(const json& out) {
  std::printf("File       %s, %llu bytes\n", out["file"].get<std::string>().c_str(),
              out["bytes"].get<unsigned long long>());
  std::printf("Size       %d x %d pixels, %zu bands\n", out["width"].get<int>(), out["height"].get<int>(),
              out["bands"].size());
  print_bands(out["bands"]);
  std::printf("CRS        %s\n", out["crs"].is_string() ? out["crs"].get<std::string>().c_str() : "none");
  if (out.contains("geotransform")) print_number_list("Transform ", out["geotransform"]);
  if (out["gcp_count"].get<int>() > 0) std::printf("GCPs       %d\n", out["gcp_count"].get<int>());
  if (out.contains("promise")) {
    std::printf("Samples    %s, on the raster's own grid\n", out["promise"].get<std::string>().c_str());
  } else {
    print_field(out["field"]);
  }
  const json& tiling = out["tiling"];
  std::printf("Tiles      %d x %d of about %d pixels, overlap %d\n", tiling["columns"].get<int>(),
              tiling["rows"].get<int>(), tiling["tile_size"].get<int>(), tiling["overlap"].get<int>());
  const json& sizes = out["sizes"];
  std::printf("Bytes      %llu tiles, %llu shared weights, %llu metadata, %llu overviews, %llu overhead\n",
              sizes["tiles"].get<unsigned long long>(), sizes["shared"].get<unsigned long long>(),
              sizes["metadata"].get<unsigned long long>(), sizes["overviews"].get<unsigned long long>(),
              sizes["overhead"].get<unsigned long long>());
  if (sizes["speckle"].get<unsigned long long>() > 0) {
    std::printf("Speckle    kept in %llu bytes: sarinr render --speckle puts it back\n",
                sizes["speckle"].get<unsigned long long>());
  }
  std::printf("Rate       %.4f bits per pixel, %.4f without metadata\n", out["bits_per_pixel"].get<double>(),
              out["bits_per_pixel_without_metadata"].get<double>());
  const json fit = out["metadata"].value("fit", json::object());
  if (fit.contains("engine") && !out.contains("promise")) {
    std::printf("Fit        sarinr %s, %s, %s, seed %llu\n", fit.value("version", "?").c_str(),
                fit.value("engine", "?").c_str(), length_of(fit).c_str(), fit.value("seed", 0ULL));
  }
  if (out.contains("tiles")) print_tiles(out["tiles"]);
  if (!out.contains("damage")) return;
  if (out["damage"].empty()) std::printf("Damage     none: all was read, checked and decoded\n");
  for (const json& damage : out["damage"]) std::printf("Damage     %s\n", damage["problem"].get<std::string>().c_str());
}

void run(const InfoArguments& a) {
  const std::shared_ptr<const FileReader> reader =
      FileReader::open(geo::open_source(a.input), a.verify ? OnDamage::accept : OnDamage::refuse)
          .value_or_throw(a.input);
  const json out = describe(*reader, a);
  if (a.json) {
    std::printf("%s\n", out.dump(-1, ' ', false, json::error_handler_t::replace).c_str());
  } else {
    print_human(out);
  }
  if (a.verify && !out["damage"].empty()) {
    throw Error(a.input + " is damaged: sarinr render --ignore-damaged uses, and sarinr repair saves, what is left");
  }
}

}  // namespace

void add_info(CLI::App& root, std::function<void()>& chosen) {
  CLI::App& app = *root.add_subcommand("info", "show what a .sinr holds");
  auto arguments = std::make_shared<InfoArguments>();
  app.add_option("INPUT", arguments->input, "the .sinr; /vsi paths too")->required();
  app.add_flag("--json", arguments->json, "print one JSON object");
  app.add_flag("--tiles", arguments->tiles, "list every tile");
  app.add_flag("--verify", arguments->verify, "read and decode all of the file; exit status 1 if any of it is damaged");
  app.callback([&chosen, arguments] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace sarinr::cli
