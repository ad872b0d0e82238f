#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "commands.h"
#include "progress.h"
#include "sarinr/base/error.h"

namespace {

enum ExitStatus { done = 0, request_wrong = 1, usage_wrong = 2, internal_fault = 3, stopped = 130 };

int complain(const std::string& sentence, ExitStatus status) {
  std::fprintf(stderr, "sarinr: %s\n", sentence.c_str());
  return status;
}

int status_of(const sarinr::Error& error) {
  switch (error.kind()) {
    case sarinr::ErrorKind::request:
      return complain(error.what(), request_wrong);
    case sarinr::ErrorKind::interrupted:
      return complain(error.what(), stopped);
    case sarinr::ErrorKind::internal:
      break;
  }
  return complain(std::string("internal fault: ") + error.what(), internal_fault);
}

std::vector<std::string> subcommand_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* subcommand : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(subcommand->get_name());
  }
  return names;
}

/// The first word, where it is neither an option nor a subcommand; else nothing.
std::string unknown_subcommand(const CLI::App& app, int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  const std::vector<std::string> names = subcommand_names(app);
  const bool known =
      word.empty() || word.starts_with("-") || std::find(names.begin(), names.end(), word) != names.end();
  return known ? std::string() : word;
}

int run(int argc, char** argv) {
  CLI::App app{"Georeferenced SAR rasters as continuous functions: one neural field a tile, one compact file.",
               "sarinr"};
  app.set_version_flag("--version", std::string("sarinr ") + SARINR_VERSION);
  app.require_subcommand(1);
  std::string level = "info";
  app.add_option("--log-level", level, "what is logged on stderr: trace, debug, info, warn, error, off")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  std::function<void()> chosen;
  for (const auto add : sarinr::cli::all_commands) add(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    if (const std::string word = unknown_subcommand(app, argc, argv); !word.empty()) {
      return complain(
          "unknown subcommand '" + word + "': the subcommands are " + CLI::detail::join(subcommand_names(app), ", "),
          usage_wrong);
    }
    return complain(std::string(error.what()) + " (sarinr --help tells the usage)", usage_wrong);
  }
  spdlog::set_level(spdlog::level::from_str(level));
  sarinr::cli::catch_interrupts();
  chosen();
  return done;
}

}  // namespace

int main(int argc, char** argv) {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("sarinr"));
  spdlog::set_pattern("sarinr: %l: %v");
  try {
    return run(argc, argv);
  } catch (const sarinr::Error& error) {
    return status_of(error);
  } catch (const std::bad_alloc&) {
    return complain("there is not enough memory for this job", request_wrong);
  } catch (const std::exception& error) {
    return complain(std::string("internal fault: ") + error.what(), internal_fault);
  }
}
