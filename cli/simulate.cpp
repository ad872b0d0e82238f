#include "sarinr/radiometry/simulate.h"

#include <oneapi/tbb/parallel_for.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <numbers>

#include "commands.h"
#include "list_option.h"
#include "progress.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/raster.h"

namespace sarinr::cli {

namespace {

using nlohmann::json;

const std::map<std::string, Response>& responses() {
  static const std::map<std::string, Response> all{
      {"none", Response::none}, {"sinc", Response::sinc}, {"hamming", Response::hamming}};
  return all;
}

struct SimulateArguments {
  std::string output;
  std::string truth;
  SceneOptions scene;
  std::vector<int> size = {1024, 1024};
  std::string quantity = "amplitude";
  std::string type;
  std::string response = "hamming";
  std::string georeferencing = "affine";
  std::string crs = "EPSG:32631";
  std::vector<double> resolution = {10, 10};
  geo::CreateOptions create;
  bool quiet = false;
};

/// Where pixel (x, y), corners at whole numbers, lies: the upper left corner is at (600000, 4820000), or, in a
/// geographic CRS's degrees, at (4, 43.5); rotated and GCP scenes are turned by 12 degrees.
std::vector<double> geotransform(const SimulateArguments& a) {
  const double angle = a.georeferencing == "affine" ? 0 : 12 * std::numbers::pi / 180;
  const double dx = a.resolution[0];
  const double dy = a.resolution[1];
  const bool degrees = dx < 0.1;
  return {degrees ? 4.0 : 600000.0,   dx * std::cos(angle), dy * std::sin(angle),
          degrees ? 43.5 : 4820000.0, dx * std::sin(angle), -dy * std::cos(angle)};
}

/// 10 x 21 points as in a Sentinel-1 GRD, with heights of a rolling surface that shifts them in range as layover does.
json ground_control_points(const SimulateArguments& a) {
  constexpr int rows = 10;
  constexpr int columns = 21;
  const std::vector<double> t = geotransform(a);
  json points = json::array();
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      const double pixel = static_cast<double>(a.scene.width) * c / (columns - 1);
      const double line = static_cast<double>(a.scene.height) * r / (rows - 1);
      const double height = 100 * (1 + std::sin(0.9 * c + 0.4 * r));
      const double shifted = pixel - 0.01 * height / a.resolution[0] * (a.resolution[0] < 0.1 ? 1e-5 : 1);
      points.push_back({{"id", std::to_string(r * columns + c + 1)},
                        {"info", ""},
                        {"pixel", pixel},
                        {"line", line},
                        {"x", t[0] + shifted * t[1] + line * t[2]},
                        {"y", t[3] + shifted * t[4] + line * t[5]},
                        {"z", height}});
    }
  }
  return points;
}

RasterInfo describe(const SimulateArguments& a, const BandModel& band) {
  RasterInfo info;
  info.width = a.scene.width;
  info.height = a.scene.height;
  json metadata = {{"metadata",
                    {{"",
                      {{"AREA_OR_POINT", "Area"},
                       {"QUANTITY", std::string(name(band.quantity))},
                       {"LOOKS", std::to_string(a.scene.looks)},
                       {"SEED", std::to_string(a.scene.seed)},
                       {"SIMULATOR", "sarinr simulate"}}}}}};
  for (int b = 0; b < a.scene.bands; ++b) {
    info.bands.push_back(band);
    info.band_names.push_back(SceneSimulator::band_name(b));
    info.quantity_reasons.emplace_back("simulated");
    json entry = {{"description", SceneSimulator::band_name(b)}};
    if (band.nodata) entry["nodata"] = std::isnan(*band.nodata) ? json("nan") : json(*band.nodata);
    if (band.quantity == Quantity::decibel) entry["unit"] = "dB";
    metadata["bands"].push_back(std::move(entry));
  }
  if (a.georeferencing == "gcps") {
    metadata["gcps"] = {{"crs", a.crs}, {"points", ground_control_points(a)}};
  } else if (a.georeferencing != "none") {
    metadata["crs"] = a.crs;
    metadata["geotransform"] = geotransform(a);
  }
  info.metadata = metadata.dump();
  return info;
}

/// The scene as it is asked for, or its truth.
struct Output {
  const SceneSimulator& simulator;
  bool truth;
  std::unique_ptr<RasterSink> sink;

  void write(const Extent& stripe) const {
    const auto count = static_cast<std::size_t>((stripe.width + side - 1) / side);
    std::vector<RasterWindow> windows(count);
    oneapi::tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) {
      const int x = stripe.x + static_cast<int>(i) * side;
      windows[i].extent = {x, stripe.y, std::min(side, stripe.x + stripe.width - x), stripe.height};
      if (truth) {
        simulator.truth(windows[i].extent, windows[i].samples);
      } else {
        simulator.read(windows[i].extent, windows[i].samples);
      }
    });
    for (const RasterWindow& window : windows) sink->write(window);
  }

  static constexpr int side = 512;
};

/// Streams the scene in pieces of stripes; memory grows neither with its height nor with its width.
void write_scene(const SimulateArguments& a, const std::vector<Output>& outputs) {
  ConsoleListener listener(a.quiet, "rows", 1);
  constexpr int side = Output::side;
  constexpr int widest = 8 * side;
  for (int y = 0; y < a.scene.height; y += side) {
    const int height = std::min(side, a.scene.height - y);
    for (int x = 0; x < a.scene.width; x += widest) {
      for (const Output& output : outputs) output.write({x, y, std::min(widest, a.scene.width - x), height});
    }
    if (!listener.progress(y + height, a.scene.height, std::nullopt)) {
      throw Error("interrupted", ErrorKind::interrupted);
    }
  }
  for (const Output& output : outputs) output.sink->commit();
}

void complete(SimulateArguments& a) {
  a.scene.width = a.size[0];
  a.scene.height = a.size[1];
  const std::optional<Quantity> quantity = quantity_from_name(a.quantity);
  if (!quantity || *quantity == Quantity::other || *quantity == Quantity::categorical) {
    throw Error("a scene cannot be simulated as '" + a.quantity +
                "': the quantities are amplitude, power, db and complex");
  }
  a.scene.quantity = *quantity;
  a.scene.response = responses().at(a.response);
  const bool in_dn = *quantity == Quantity::amplitude;
  a.scene.type = in_dn ? PixelType::u16 : *quantity == Quantity::complex ? PixelType::cf32 : PixelType::f32;
  if (!a.type.empty()) {
    const std::optional<PixelType> type = pixel_type_from_name(a.type);
    if (!type) {
      throw Error("unknown --type '" + a.type +
                  "': the types are Byte, UInt16, Int16, UInt32, Int32, UInt64, Int64, Float32, "
                  "Float64, CInt16, CInt32, CFloat32 and CFloat64");
    }
    a.scene.type = *type;
  }
  if (a.truth == a.output) throw Error("--truth names the output itself, " + a.output + "; give it another name");
  if (!(a.resolution[0] > 0 && a.resolution[1] > 0)) throw Error("--resolution must be two positive numbers");
}

void run(SimulateArguments& a) {
  complete(a);
  const SceneSimulator simulator(a.scene);
  geo::start(std::size_t{256} << 20);
  std::vector<Output> outputs;
  outputs.push_back({simulator, false, geo::create_raster(a.output, describe(a, simulator.band()), a.create)});
  if (!a.truth.empty()) {
    geo::CreateOptions create = a.create;
    create.creation.clear();  // what compresses the scene's type may not suit the truth's Float32
    outputs.push_back({simulator, true, geo::create_raster(a.truth, describe(a, simulator.truth_band()), create)});
  }
  write_scene(a, outputs);
  const BandModel band = simulator.band();
  std::printf("%s: %d x %d pixels, %d band%s of %s, %s%s\n", a.output.c_str(), a.scene.width, a.scene.height,
              a.scene.bands, a.scene.bands == 1 ? "" : "s", std::string(name(band.type)).c_str(),
              std::string(name(band.quantity)).c_str(), a.truth.empty() ? "" : (", truth in " + a.truth).c_str());
}

}  // namespace

void add_simulate(CLI::App& root, std::function<void()>& chosen) {
  CLI::App& app = *root.add_subcommand("simulate", "make a SAR scene with known truth");
  auto arguments = std::make_shared<SimulateArguments>();
  SimulateArguments& a = *arguments;
  app.add_option("OUTPUT", a.output, "raster to write")->required();
  add_list(app, "--size", a.size, 2, 2, "W,H in pixels");
  app.add_option("--bands", a.scene.bands, "1 to 4: VV, VH, HH, HV")->capture_default_str();
  app.add_option("--quantity", a.quantity, "amplitude, power, db or complex")->capture_default_str();
  app.add_option("--type", a.type,
                 "Byte, UInt16, Float32, CInt16, ...: GDAL's names; default: what suits the quantity");
  app.add_option("--looks", a.scene.looks, "independent looks averaged in power")->capture_default_str();
  app.add_option("--response", a.response, "system response: none, sinc or hamming")
      ->check(CLI::IsMember({"none", "sinc", "hamming"}))
      ->capture_default_str();
  app.add_option("--bandwidth", a.scene.bandwidth, "of the response, as a fraction of the sampling rate")
      ->capture_default_str();
  app.add_option("--homogeneous", a.scene.homogeneous, "no landscape: this reflectivity everywhere, in dB");
  app.add_option("--georeferencing", a.georeferencing, "none, affine, rotated or gcps")
      ->check(CLI::IsMember({"none", "affine", "rotated", "gcps"}))
      ->capture_default_str();
  app.add_option("--crs", a.crs, "coordinate reference system")->capture_default_str();
  add_list(app, "--resolution", a.resolution, 2, 2, "X,Y of a pixel, in the CRS's units");
  app.add_flag("--nodata-wedge", a.scene.nodata_wedge, "nodata left and right of a slanted swath");
  app.add_option("--nodata", a.scene.nodata, "nodata value");
  app.add_option("--zero-border", a.scene.zero_border, "pixels along every edge that are zero, without a tag")
      ->capture_default_str();
  app.add_option("--truth", a.truth, "write the scene without speckle here");
  app.add_option("--seed", a.scene.seed, "same seed, same bytes")->capture_default_str();
  app.add_option("--of", a.create.format, "GDAL format; default: by the output's extension, else GTiff");
  app.add_option("--co", a.create.creation, "creation option of the format, NAME=VALUE; may be repeated");
  app.add_flag("--overwrite", a.create.overwrite, "replace existing outputs");
  app.add_flag("--quiet,-q", a.quiet, "no progress");
  app.callback([&chosen, arguments] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace sarinr::cli
