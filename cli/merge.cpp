#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "progress.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/fit_file.h"
#include "sarinr/geo/raster.h"

namespace sarinr::cli {

namespace {

struct MergeArguments {
  std::vector<std::string> files;
  geo::MergeOptions options;
  bool quiet = false;
  bool json = false;
};

void run(const MergeArguments& a) {
  geo::start(std::size_t{64} << 20);
  const std::vector<std::string> parts(a.files.begin(), a.files.end() - 1);
  const std::string& output = a.files.back();
  // What is counted are steps, of which there are as many a tile as the parts took.
  ConsoleListener listener(a.quiet || a.options.raster.empty(), "steps", 1);
  const FitReport report = geo::merge_parts(parts, output, a.options, listener);
  if (a.json) {
    const nlohmann::json out = {{"output", output},
                                {"parts", parts.size()},
                                {"bytes", report.sizes.file},
                                {"tiles", report.tiles},
                                {"network_tiles", report.network_tiles}};
    std::printf("%s\n", out.dump().c_str());
    return;
  }
  std::printf("%s: %d tiles (%d with a network) of %zu parts, %llu bytes\n", output.c_str(), report.tiles,
              report.network_tiles, parts.size(), static_cast<unsigned long long>(report.sizes.file));
}

}  // namespace

void add_merge(CLI::App& root, std::function<void()>& chosen) {
  CLI::App& app = *root.add_subcommand("merge", "make a .sinr of the parts that sarinr fit --tiles wrote");
  auto arguments = std::make_shared<MergeArguments>();
  app.add_option("FILES", arguments->files, "the parts, in any order, and the .sinr to write")
      ->required()
      ->expected(2, -1);
  app.add_option("--raster", arguments->options.raster,
                 "the raster that was fitted: of latent fields, whose errors are measured when all tiles are there");
  app.add_flag("--quiet,-q", arguments->quiet, "no progress");
  app.add_flag("--overwrite", arguments->options.overwrite, "replace an existing output");
  app.add_flag("--json", arguments->json, "print the outcome as one JSON object");
  app.callback([&chosen, arguments] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace sarinr::cli
