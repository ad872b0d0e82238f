#include "sarinr/geo/render.h"

#include <oneapi/tbb/global_control.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <map>
#include <thread>

#include "commands.h"
#include "damage.h"
#include "list_option.h"
#include "progress.h"
#include "sarinr/base/error.h"
#include "sarinr/fit/evaluator.h"
#include "sarinr/geo/storage.h"

namespace sarinr::cli {

namespace {

struct RenderArguments {
  std::string input;
  std::string output;
  geo::RenderRequest request;
  std::vector<double> resolution;
  std::vector<int> size;
  std::vector<double> bbox;
  std::vector<int> bands;
  std::string quantity;
  geo::CreateOptions create;
  std::string type;
  std::string speckle;  ///< seed
  EngineOptions engine;
  bool ignore_damaged = false;
  bool quiet = false;
};

const std::map<std::string, Sampling> samplings = {
    {"point", Sampling::point}, {"average", Sampling::average}, {"integral", Sampling::integral}};
const std::map<std::string, Derivative> derivatives = {{"x", Derivative::x},
                                                       {"y", Derivative::y},
                                                       {"gradient", Derivative::gradient},
                                                       {"laplacian", Derivative::laplacian}};
const std::map<std::string, geo::GcpMethod> gcp_methods = {{"tps", geo::GcpMethod::thin_plate_spline},
                                                           {"1", geo::GcpMethod::order1},
                                                           {"2", geo::GcpMethod::order2},
                                                           {"3", geo::GcpMethod::order3}};

void complete(RenderArguments& a) {
  geo::GridRequest& grid = a.request.grid;
  if (!a.resolution.empty()) grid.resolution = {a.resolution.front(), a.resolution.back()};
  if (!a.size.empty()) grid.size = {a.size[0], a.size[1]};
  if (!a.bbox.empty()) grid.bbox = {a.bbox[0], a.bbox[1], a.bbox[2], a.bbox[3]};
  for (const int band : a.bands) a.request.target.bands.push_back(band - 1);
  if (!a.quantity.empty()) {
    a.request.target.quantity = quantity_from_name(a.quantity);
    if (!a.request.target.quantity) {
      throw Error("unknown --quantity '" + a.quantity + "': the quantities are " + quantity_names());
    }
  }
  if (!a.type.empty()) {
    a.create.type = pixel_type_from_name(a.type);
    if (!a.create.type) {
      throw Error(
          "unknown --ot '" + a.type +
          "': the types are Byte, UInt16, Int16, UInt32, Int32, UInt64, Int64, Float32, Float64, CInt16, CInt32, "
          "CFloat32 and CFloat64");
    }
  }
}

/// Says what a render left out, and fails for it.
void confess(const FieldFile& file, const std::string& output) {
  for (const Damage& damage : file.reader().damage()) spdlog::warn(damage.sentence);
  const std::map<int, std::string> left_out = file.left_out();
  if (left_out.empty()) return;
  constexpr std::size_t most_lines = 20;
  std::vector<int> tiles;
  for (const auto& [tile, reason] : left_out) {
    if (tiles.size() < most_lines) spdlog::warn(reason);
    tiles.push_back(tile);
  }
  throw Error(output + " is written, but without " + tile_list(tiles) + " of " +
              std::to_string(file.reader().grid().count()));
}

void run(RenderArguments& a) {
  complete(a);
  geo::start(std::size_t{256} << 20);
  constexpr std::size_t cached_tiles = 512;
  const std::shared_ptr<FieldFile> file = FieldFile::open(geo::open_source(a.input), a.input, cached_tiles,
                                                          a.ignore_damaged ? OnDamage::accept : OnDamage::refuse);
  if (!a.speckle.empty()) file->add_speckle(std::stoull(a.speckle));
  const std::shared_ptr<const FieldEvaluator> evaluator = make_evaluator(a.engine, file->header().spec);
  file->evaluate_by(evaluator);
  const int threads = a.engine.threads > 0 ? a.engine.threads : static_cast<int>(std::thread::hardware_concurrency());
  const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                          static_cast<std::size_t>(threads));
  ConsoleListener listener(a.quiet, "windows", 1);
  geo::render_raster(*file, a.output, a.request, a.create, listener);
  if (!a.quiet) spdlog::info("evaluation: {}", evaluator->description());
  confess(*file, a.output);
}

void declare_grid(CLI::App& app, RenderArguments& a) {
  geo::GridRequest& grid = a.request.grid;
  add_list(app, "--resolution", a.resolution, 1, 2,
           "X,Y or one number: size of an output pixel in units of the output's coordinate system");
  add_list(app, "--size", a.size, 2, 2, "W,H: output pixels");
  app.add_option("--scale", grid.scale, "output pixels per native pixel along each axis: 4 is finer, 0.25 coarser");
  add_list(app, "--bbox", a.bbox, 4, 4,
           "xmin,ymin,xmax,ymax in the output's coordinate system (pixels where it has none)");
  app.add_option("--dst-crs", grid.dst_crs, "coordinate system of the output: EPSG:n, WKT, PROJ string");
  app.add_option("--like", grid.like, "raster whose size, extent and coordinate system are taken");
  app.add_option("--gcp-method", grid.location.gcp_method,
                 "how ground control points are used: tps (thin plate spline, the default), or a polynomial of order "
                 "1, 2 or 3")
      ->transform(CLI::CheckedTransformer(gcp_methods));
  app.add_option("--dem", grid.location.dem, "raster of heights, for scenes located by RPC");
  app.add_option("--height", grid.location.height, "metres above the ellipsoid, for scenes located by RPC");
}

void declare_values(CLI::App& app, RenderArguments& a) {
  TargetOptions& target = a.request.target;
  add_list(app, "--bands", a.bands, 1, any_number, "numbers of the bands to render, from 1");
  app.add_option("--quantity", a.quantity, "what the output's numbers are: amplitude, power or db; default: as fitted");
  app.add_option("--sampling", target.sampling,
                 "point: the field at the pixel's centre; average (default): the mean over the pixel's footprint, of "
                 "power; integral: the field integrated over the footprint")
      ->transform(CLI::CheckedTransformer(samplings));
  app.add_option("--derivative", target.derivative,
                 "x, y, gradient or laplacian in place of the values, per metre where the grid is georeferenced")
      ->transform(CLI::CheckedTransformer(derivatives));
  app.add_flag(
         "--speckle{1}", a.speckle,
         "put speckle back: made anew, of this seed, as fit --keep-speckle measured it; the output's metadata say so")
      ->check([](const std::string& seed) {
        const bool number =
            !seed.empty() && seed.size() < 19 && seed.find_first_not_of("0123456789") == std::string::npos;
        return number ? std::string()
                      : "the seed is '" + seed + "'; it must be a whole number from 0 on, of 18 digits at most";
      });
  app.add_flag("--deramped", a.request.deramped, "complex TOPS data was deramped, so that it may be interpolated");
}

}  // namespace

void add_render(CLI::App& root, std::function<void()>& chosen) {
  CLI::App& app = *root.add_subcommand("render", "evaluate a .sinr on any grid and write a raster");
  auto arguments = std::make_shared<RenderArguments>();
  app.add_option("INPUT", arguments->input, "the .sinr; /vsi paths too")->required();
  app.add_option("OUTPUT", arguments->output, "raster to write")->required();
  declare_grid(app, *arguments);
  declare_values(app, *arguments);
  app.add_option("--of", arguments->create.format, "GDAL format; default: by the output's extension, else GTiff");
  app.add_option("--co", arguments->create.creation, "creation option of the format, NAME=VALUE; may be repeated");
  app.add_option("--ot", arguments->type, "type of the output's pixels; default: that of the source");
  app.add_option("--engine", arguments->engine.engine, "what evaluates the fields: auto, cpu, cuda")
      ->capture_default_str();
  app.add_option("--device", arguments->engine.device, "auto, cpu, cuda (all GPUs) or cuda:N")->capture_default_str();
  app.add_option("--threads", arguments->engine.threads, "0: as many as the machine has")->check(CLI::Range(0, 1024));
  app.add_flag(
      "--ignore-damaged", arguments->ignore_damaged,
      "leave out tiles that cannot be read: they become nodata, or 0 and masked; exit status 1 if there are any");
  app.add_flag("--overwrite", arguments->create.overwrite, "replace an existing output");
  app.add_flag("--quiet,-q", arguments->quiet, "no progress");
  app.callback([&chosen, arguments] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace sarinr::cli
