#include "sarinr/fit/bench.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bench.h"
#include "blas.h"
#include "commands.h"
#include "sarinr/base/error.h"
#include "sarinr/field/instructions.h"

namespace sarinr::cli {

namespace {

using nlohmann::json;

struct BenchArguments {
  std::vector<std::string> engines = {"cpu"};
  std::vector<std::string> architectures = {"siren"};
  std::vector<std::string> instructions;
  std::vector<int> widths = {32, 64, 128};
  BenchRequest request;
  bool json = false;
};

FieldSpec spec_of(const BenchArguments& a, const std::string& architecture_name, int width) {
  FieldSpec spec = a.request.spec;
  spec.architecture = architecture_name;
  spec.width = width;
  for (const ParameterInfo& parameter : architecture(architecture_name).parameters()) {
    spec.parameters.push_back(static_cast<float>(parameter.value));
  }
  check(spec);
  return spec;
}

/// Measured again beside every row: whoever shares the core halves a peak as well as a rate.
void raise_peaks(const BenchArguments& a, json& peaks) {
  for (const std::string& set : a.instructions) peaks[set] = std::max(peaks.value(set, 0.0), multiply_add_peak(set));
}

/// One way to run an engine; no instruction set and no precision where it has no choice.
struct Variant {
  std::string engine;
  std::string instructions;
  std::string precision;
};

std::vector<Variant> variants_of(const BenchArguments& a) {
  std::vector<Variant> variants;
  for (const std::string& engine : a.engines) {
    if (engine != "cpu") {
      variants.push_back({engine, "", ""});
      continue;
    }
    for (const std::string& set : a.instructions) {
      // In floats amx is avx512.
      if (set != "amx") variants.push_back({engine, set, "float32"});
      if (has_bfloat16(set)) variants.push_back({engine, set, "bfloat16"});
    }
  }
  return variants;
}

json row_of(const BenchArguments& a, const Variant& variant, const FieldSpec& spec) {
  BenchRequest request = a.request;
  request.engine.engine = variant.engine;
  if (!variant.instructions.empty()) {
    request.engine.instructions = variant.instructions;
    request.engine.precision = variant.precision;
  }
  request.spec = spec;
  const EngineTiming timing = time_engine(request);
  const double rate = timing.multiply_adds / timing.processor_step;
  json row = {{"engine", timing.engine},
              {"architecture", spec.architecture},
              {"width", spec.width},
              {"depth", spec.depth},
              {"step_seconds_fastest", timing.fastest_step},
              {"step_seconds_median", timing.median_step},
              {"step_processor_seconds", timing.processor_step},
              {"multiply_adds_per_processor_second", rate}};
  if (variant.instructions.empty()) return row;
  row["instructions"] = variant.instructions;
  if (variant.precision == "float32") {
    if (const auto pixels = evaluation_rate(spec, variant.instructions, 20)) {
      row["evaluated_pixels_per_second"] = *pixels;
    }
  }
  return row;
}

std::string cell(const json& row, const char* key, double factor, int digits) {
  if (!row.contains(key)) return "-";
  char text[32];
  std::snprintf(text, sizeof(text), "%.*f", digits, factor * row[key].get<double>());
  return text;
}

void print_table(const json& peaks, const json& rows) {
  for (const auto& [set, peak] : peaks.items()) {
    std::printf("%s: %.1f billion multiply-adds a second on one thread\n", set.c_str(), peak.get<double>() / 1e9);
  }
  std::printf(
      "\n| engine | architecture | width | ms a step, fastest | median | processor ms | 10^9 multiply-adds/s | "
      "share of peak | evaluation, Mpixel/s |\n|---|---|---|---|---|---|---|---|---|\n");
  for (const json& row : rows) {
    std::printf("| %s | %s | %d | %s | %s | %s | %s | %s | %s |\n", row["engine"].get<std::string>().c_str(),
                row["architecture"].get<std::string>().c_str(), row["width"].get<int>(),
                cell(row, "step_seconds_fastest", 1e3, 2).c_str(), cell(row, "step_seconds_median", 1e3, 2).c_str(),
                cell(row, "step_processor_seconds", 1e3, 2).c_str(),
                cell(row, "multiply_adds_per_processor_second", 1e-9, 1).c_str(),
                cell(row, "share_of_peak", 1, 2).c_str(), cell(row, "evaluated_pixels_per_second", 1e-6, 1).c_str());
  }
}

void run(BenchArguments& a) {
  if (a.instructions.empty()) {
    for (const std::string& set : instruction_sets()) {
      if (set != "portable") a.instructions.push_back(set);
    }
  }
  json peaks = json::object();
  json rows = json::array();
  for (const std::string& name : a.architectures) {
    for (const int width : a.widths) {
      for (const Variant& variant : variants_of(a)) {
        raise_peaks(a, peaks);
        rows.push_back(row_of(a, variant, spec_of(a, name, width)));
      }
    }
  }
  raise_peaks(a, peaks);
  for (json& row : rows) {
    if (!row.contains("instructions")) continue;
    const double peak = peaks[row["instructions"].get<std::string>()].get<double>();
    row["share_of_peak"] = row["multiply_adds_per_processor_second"].get<double>() / peak;
  }
  if (a.json) {
    const json out = {{"threads", a.request.engine.threads},
                      {"tile_size", a.request.tile_size},
                      {"tiles", a.request.tiles},
                      {"multiply_add_peak", peaks},
                      {"rows", rows}};
    std::printf("%s\n", out.dump().c_str());
  } else {
    print_table(peaks, rows);
  }
}

void add_bench_engines(CLI::App& bench, std::function<void()>& chosen) {
  CLI::App& app = *bench.add_subcommand("engines", "time the engines on this machine");
  auto arguments = std::make_shared<BenchArguments>();
  BenchArguments& a = *arguments;
  a.request.engine = {"cpu", "cpu", 1};
  app.add_option("--engine", a.engines, "engines: cpu, cuda, torch")->delimiter(',')->capture_default_str();
  app.add_option("--device", a.request.engine.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--arch", a.architectures, "architectures")->delimiter(',')->capture_default_str();
  app.add_option("--width", a.widths, "neurons of a hidden layer")->delimiter(',')->capture_default_str();
  app.add_option("--depth", a.request.spec.depth, "hidden-to-hidden layers")->capture_default_str();
  app.add_option("--outputs", a.request.spec.outputs, "channels")->capture_default_str();
  app.add_option("--instructions", a.instructions, "instruction sets of the cpu engine; default: all but portable")
      ->delimiter(',');
  app.add_option("--tile-size", a.request.tile_size, "pixels a tile is wide and high")
      ->check(CLI::Range(8, 4096))
      ->capture_default_str();
  app.add_option("--tiles", a.request.tiles, "tiles fitted together")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--steps", a.request.steps, "Adam steps of a fit")
      ->check(CLI::Range(2, 100000))
      ->capture_default_str();
  app.add_option("--rounds", a.request.rounds, "fits; the fastest and the median are printed")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--threads", a.request.engine.threads, "threads of an engine; 0: as many as the machine has")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_flag("--json", a.json, "print one JSON object");
  app.callback([&chosen, arguments] {
    if (std::find(arguments->engines.begin(), arguments->engines.end(), "torch") != arguments->engines.end()) {
      prepare_blas();
    }
    chosen = [arguments] { run(*arguments); };
  });
}

std::vector<std::string> benchmark_names(const CLI::App& bench) {
  std::vector<std::string> names;
  for (const CLI::App* benchmark : bench.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(benchmark->get_name());
  }
  return names;
}

}  // namespace

void add_bench(CLI::App& root, std::function<void()>& chosen) {
  CLI::App& bench = *root.add_subcommand("bench", "time the engines, compare codecs");
  add_bench_engines(bench, chosen);
  add_bench_codecs(bench, chosen);
  // Takes the word that is no benchmark's name, to say so.
  auto unknown = std::make_shared<std::string>();
  bench.add_option("NAME", *unknown, "the benchmark, with options of its own");
  bench.callback([&bench, unknown] {
    if (!bench.get_subcommands().empty()) return;
    const std::string names = CLI::detail::join(benchmark_names(bench), ", ");
    if (unknown->empty()) throw CLI::RequiredError("NAME, one of " + names + ",");
    throw Error("unknown benchmark '" + *unknown + "': the benchmarks are " + names);
  });
}

}  // namespace sarinr::cli
