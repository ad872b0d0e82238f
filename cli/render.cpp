#include <CLI/CLI.hpp>

#include "commands.h"
#include "progress.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/raster.h"
#include "sarinr/geo/storage.h"

namespace sarinr::cli {

namespace {

struct RenderArguments {
  std::string input;
  std::string output;
  geo::CreateOptions create;
  std::string type;
  bool quiet = false;
};

void run(RenderArguments& a) {
  if (!a.type.empty()) {
    a.create.type = pixel_type_from_name(a.type);
    if (!a.create.type) {
      throw Error(
          "unknown --ot '" + a.type +
          "': the types are Byte, UInt16, Int16, UInt32, Int32, UInt64, Int64, Float32, Float64, CInt16, CInt32, "
          "CFloat32 and CFloat64");
    }
  }
  geo::start(std::size_t{256} << 20);
  const std::shared_ptr<FieldFile> file = FieldFile::open(geo::open_source(a.input), a.input);
  const std::unique_ptr<RasterSink> sink = geo::create_raster(a.output, native_info(*file), a.create);
  ConsoleListener listener(a.quiet, "tiles", 1);
  render_native(*file, *sink, listener);
  sink->commit();
}

}  // namespace

void add_render(CLI::App& root, std::function<void()>& chosen) {
  CLI::App& app = *root.add_subcommand("render", "evaluate a .sinr on its own grid and write a raster");
  auto arguments = std::make_shared<RenderArguments>();
  app.add_option("INPUT", arguments->input, "the .sinr; /vsi paths too")->required();
  app.add_option("OUTPUT", arguments->output, "raster to write")->required();
  app.add_option("--of", arguments->create.format, "GDAL format; default: by the output's extension, else GTiff");
  app.add_option("--co", arguments->create.creation, "creation option of the format, NAME=VALUE; may be repeated");
  app.add_option("--ot", arguments->type, "type of the output's pixels; default: that of the source");
  app.add_flag("--overwrite", arguments->create.overwrite, "replace an existing output");
  app.add_flag("--quiet,-q", arguments->quiet, "no progress");
  app.callback([&chosen, arguments] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace sarinr::cli
