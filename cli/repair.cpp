#include "sarinr/container/repair.h"

#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "damage.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/raster.h"
#include "sarinr/geo/storage.h"

namespace sarinr::cli {

namespace {

struct RepairArguments {
  std::string input;
  std::string output;
  bool json = false;
  bool overwrite = false;
  bool quiet = false;
};

void run(const RepairArguments& a) {
  geo::start(std::size_t{64} << 20);
  std::shared_ptr<const ByteSource> source = geo::open_source(a.input);
  const std::unique_ptr<ByteSink> sink = geo::create_sink(a.output, a.overwrite);
  const RepairReport report = repair_file(std::move(source), *sink).value_or_throw(a.input);
  sink->commit();
  if (a.json) {
    const nlohmann::json out = {
        {"restored", report.restored}, {"lost", report.lost}, {"lost_tiles", report.lost_tiles}};
    std::printf("%s\n", out.dump().c_str());
  }
  if (!a.quiet) {
    for (const std::string& sentence : report.restored) spdlog::info("restored: {}", sentence);
  }
  for (const std::string& sentence : report.lost) spdlog::warn("lost: {}", sentence);
  if (!a.quiet && report.restored.empty() && report.lost.empty()) spdlog::info("{} was sound", a.input);
  if (!report.lost_tiles.empty()) {
    throw Error(a.output + " is written, but " + tile_list(report.lost_tiles) + " could not be saved");
  }
}

}  // namespace

void add_repair(CLI::App& root, std::function<void()>& chosen) {
  CLI::App& app = *root.add_subcommand("repair", "save what is left of a damaged .sinr");
  auto arguments = std::make_shared<RepairArguments>();
  app.add_option("INPUT", arguments->input, "the damaged .sinr; /vsi paths too")->required();
  app.add_option("OUTPUT", arguments->output, "the .sinr to write")->required();
  app.add_flag("--json", arguments->json, "print what was done as one JSON object");
  app.add_flag("--overwrite", arguments->overwrite, "replace an existing output");
  app.add_flag("--quiet,-q", arguments->quiet, "say only what is lost");
  app.callback([&chosen, arguments] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace sarinr::cli
