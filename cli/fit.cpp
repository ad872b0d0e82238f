#include <oneapi/tbb/global_control.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "blas.h"
#include "commands.h"
#include "latent_options.h"
#include "list_option.h"
#include "progress.h"
#include "sarinr/base/error.h"
#include "sarinr/base/memory.h"
#include "sarinr/geo/fit_file.h"
#include "sarinr/geo/raster.h"
#include "sarinr/geo/storage.h"

namespace sarinr::cli {

namespace {

struct FitArguments {
  std::string input;
  std::string output;
  FitJob job;
  LatentOptions latent;
  std::optional<LatentJob> latent_job;  ///< where latent fields are wanted
  geo::OpenOptions open;
  std::vector<int> window;
  EngineOptions engine;
  double learning_rate = 0;
  bool self_activation = true;
  double activation_learning_rate = 0;
  std::map<std::string, double> parameters;
  geo::FitFileOptions place;
  std::string trace;
  bool quiet = false;
  bool json = false;
};

void declare_field(CLI::App& app, FitArguments& a) {
  std::string names;
  for (const std::string& known : architecture_names()) names += (names.empty() ? "" : ", ") + known;
  app.add_option("--arch", a.job.spec.architecture, "architecture of the fields: " + names)->capture_default_str();
  app.add_option("--width", a.job.spec.width, "neurons of a hidden layer")->capture_default_str();
  app.add_option("--depth", a.job.spec.depth, "hidden-to-hidden layers: 2-W-W-W-W-1 is depth 3")->capture_default_str();
  // Architectures may share a number; its help then names them all.
  std::map<std::string, std::string> takers;
  for (const std::string& name : architecture_names()) {
    for (const ParameterInfo& parameter : architecture(name).parameters()) {
      std::string& list = takers[parameter.name];
      list += (list.empty() ? "" : ", ") + name;
    }
  }
  for (const std::string& name : architecture_names()) {
    for (const ParameterInfo& parameter : architecture(name).parameters()) {
      if (!a.parameters.emplace(parameter.name, parameter.value).second) continue;
      app.add_option("--" + parameter.name, a.parameters[parameter.name],
                     takers[parameter.name] + ": " + parameter.help)
          ->capture_default_str();
    }
  }
  app.add_option("--tile-size", a.job.tile_size, "pixels a tile is wide and high, about")
      ->check(CLI::Range(8, largest_tile_size))
      ->capture_default_str();
  app.add_option("--overlap", a.job.overlap, "pixels that neighbouring tiles share and blend over; even")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  app.add_option("--weight-bits", a.job.weight_bits,
                 "bits of a stored weight, 2 to 16; 0: as few as keep the PSNR within 0.05 dB")
      ->check(CLI::Range(0, 16))
      ->capture_default_str();
}

void declare_fitting(CLI::App& app, FitArguments& a) {
  app.add_option("--epochs", a.job.epochs, "full-batch Adam steps; the most, where a target is given")
      ->check(CLI::Range(1, 10000000))
      ->capture_default_str();
  app.add_option("--lr", a.learning_rate,
                 "learning rate, decaying to 0 by a cosine; default 2e-3 (gauss 5e-3, pemlp 8e-3)")
      ->check(CLI::PositiveNumber);
  app.add_option("--target-psnr", a.job.target_psnr, "stop a tile that reaches this PSNR, in dB");
  app.add_option("--target-rmse-db", a.job.target_rmse_db,
                 "stop a tile that reaches this root mean square error, in dB")
      ->check(CLI::PositiveNumber);
  app.add_flag("--self-activation,!--no-self-activation", a.self_activation,
               "learn contrast from the network's own output before the fit (default: on for siren)");
  app.add_option("--activation-epochs", a.job.activation.epochs, "steps of the self-activation, even")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  app.add_option("--activation-lr", a.activation_learning_rate,
                 "its learning rate; default 2e-3, 1e-3 from width 192 on")
      ->check(CLI::PositiveNumber);
  app.add_option("--activation-lambda", a.job.activation.lambda, "weight of its two losses")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seed", a.job.seed, "of the first weights")->capture_default_str();
  app.add_option("--engine", a.engine.engine, "what fits: auto, cpu, torch")->capture_default_str();
  app.add_option("--device", a.engine.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option(
         "--instructions", a.engine.instructions,
         "instruction set of the cpu engine: auto, or one of this machine's, as sarinr bench engines lists them")
      ->capture_default_str();
  app.add_option("--precision", a.engine.precision,
                 "of the cpu engine's products between hidden layers: auto, float32, bfloat16")
      ->capture_default_str();
  app.add_option("--threads", a.engine.threads, "0: as many as the machine has")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
}

void declare_input(CLI::App& app, FitArguments& a) {
  app.add_option("INPUT", a.input, "raster that GDAL reads; /vsi paths too")->required();
  app.add_option("OUTPUT", a.output, "the .sinr to write")->required();
  app.add_flag("--overviews", a.job.overviews,
               "also fit the scene reduced 8, 16, ... times: zooming out then costs little, for 2 % more bytes");
  add_list(app, "--bands", a.open.bands, 1, any_number, "numbers of the bands to take, from 1");
  add_list(app, "--quantity", a.open.quantities, 1, any_number,
           "what the numbers are: amplitude, power, db, complex, other or categorical, for all bands or BAND=quantity");
  add_list(app, "--window", a.window, 4, 4, "x,y,width,height: part of the raster, in pixels");
  app.add_option("--tiles", a.place.tiles,
                 "A-B: only these tiles, or K/N: the K-th of N parts; sarinr merge makes the .sinr of all parts");
  app.add_flag("--resume", a.place.resume, "go on with OUTPUT.part, which an unfinished fit left");
  app.add_flag("--overwrite", a.place.overwrite, "replace an existing output, and unfinished work");
  app.add_option("--memory", a.job.memory, "of batches and GDAL's cache, about: 512MB, 2GB")
      ->transform(CLI::AsSizeValue(false))
      ->default_str("a quarter of the machine's, at most 1GB");
  app.add_option("--trace", a.trace, "a timeline of all threads to write, for chrome://tracing or Perfetto");
  app.add_flag("--quiet,-q", a.quiet, "no progress");
  app.add_flag("--json", a.json, "print the outcome as one JSON object");
}

void complete(FitArguments& a) {
  if (!a.window.empty()) a.open.window = Extent{a.window[0], a.window[1], a.window[2], a.window[3]};
  for (const ParameterInfo& parameter : architecture(a.job.spec.architecture).parameters()) {
    a.job.spec.parameters.push_back(static_cast<float>(a.parameters.at(parameter.name)));
  }
  a.job.learning_rate = a.learning_rate;
  a.job.activation.learning_rate = a.activation_learning_rate;
  complete(a.job, OptionStyle::command_line);
  if (!a.self_activation) a.job.activation.epochs = 0;
}

void print_quantities(const RasterInfo& info) {
  for (std::size_t b = 0; b < info.bands.size(); ++b) {
    std::fprintf(stderr, "%s: %s (%s)\n", info.band_names[b].c_str(), std::string(name(info.bands[b].quantity)).c_str(),
                 info.quantity_reasons[b].c_str());
  }
}

void print_outcome(const FitArguments& a, const RasterInfo& info, const FitReport& report, double seconds) {
  const double pixels = static_cast<double>(info.width) * info.height;
  const double bits = 8 * static_cast<double>(report.sizes.file) / pixels;
  if (a.json) {
    nlohmann::json out = {{"output", a.output},
                          {"bytes", report.sizes.file},
                          {"metadata_bytes", report.sizes.metadata},
                          {"bits_per_pixel", bits},
                          {"tiles", report.tiles},
                          {"network_tiles", report.network_tiles},
                          {"tile_epochs", report.tile_epochs},
                          {"engine", report.engine},
                          {"seconds", seconds},
                          {"psnr", nlohmann::json::array()},
                          {"rmse", nlohmann::json::array()}};
    for (const ChannelSummary& channel : report.channels) {
      const std::optional<double> value = psnr(channel);
      out["psnr"].push_back(value ? nlohmann::json(*value) : nlohmann::json());
      out["rmse"].push_back(std::sqrt(static_cast<double>(channel.mean_square_error)));
    }
    std::printf("%s\n", out.dump().c_str());
    return;
  }
  const std::optional<double> value = report.psnr();
  std::printf("%s: %d x %d pixels, %d tiles (%d with a network), %llu bytes, %.3f bits per pixel%s, %.1f s\n",
              a.output.c_str(), info.width, info.height, report.tiles, report.network_tiles,
              static_cast<unsigned long long>(report.sizes.file), bits,
              value ? (", PSNR " + std::to_string(*value).substr(0, 5) + " dB").c_str() : "", seconds);
}

void run_latent(const FitArguments& a, RasterSource& source, std::chrono::steady_clock::time_point begin) {
  const std::unique_ptr<ByteSink> sink = geo::create_sink(a.output, a.place.overwrite);
  ConsoleListener listener(a.quiet, "tiles", latent_steps_of(*a.latent_job));
  const FitReport report = fit_latent_raster(source, *sink, *a.latent_job, listener);
  sink->commit();
  print_outcome(a, source.info(), report,
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}

/// GDAL's share: blocks of a row of tiles, not more than it can use.
std::size_t block_cache(std::size_t memory) { return std::min(memory / 4, std::size_t{256} << 20); }

void print(const FitArguments& a, const RasterInfo& info, const geo::FitOutcome& outcome, double seconds) {
  if (outcome.report) {
    print_outcome(a, info, *outcome.report, seconds);
  } else if (a.json) {
    nlohmann::json out = {{"output", a.output}, {"finished_before", outcome.was_finished}, {"seconds", seconds}};
    if (outcome.tiles) out["part"] = {outcome.tiles->first, outcome.tiles->last};
    std::printf("%s\n", out.dump().c_str());
  } else if (outcome.tiles) {
    std::printf("%s: tiles %d to %d of %d, for sarinr merge, %.1f s\n", a.output.c_str(), outcome.tiles->first,
                outcome.tiles->last, outcome.tile_count, seconds);
  } else {
    std::printf("%s is finished: nothing is left to resume\n", a.output.c_str());
  }
}

/// Processes of one job on one machine take a GPU each, where there are several and nobody has chosen.
void choose_gpu() {
  int count = 0;
  while (std::filesystem::exists("/dev/nvidia" + std::to_string(count))) ++count;
  if (count > 1) setenv("CUDA_VISIBLE_DEVICES", std::to_string(local_rank() % count).c_str(), 0);
}

/// The fit of one process, which is all of it or a rank's share.
void run_rank(FitArguments& a, const Ranks* ranks) {
  const bool helper = ranks != nullptr && ranks->rank() > 0;
  a.quiet = a.quiet || helper;
  complete(a);
  geo::start(block_cache(a.job.memory));
  const auto begin = std::chrono::steady_clock::now();
  const std::unique_ptr<RasterSource> source = geo::open_raster(a.input, a.open);
  if (!a.quiet) print_quantities(source->info());
  const int threads = a.engine.threads > 0 ? a.engine.threads : static_cast<int>(std::thread::hardware_concurrency());
  const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                          static_cast<std::size_t>(threads));
  if (a.latent_job) return run_latent(a, *source, begin);
  const std::string own_trace = helper ? a.trace + "." + std::to_string(ranks->rank()) : a.trace;
  const std::unique_ptr<Trace> trace = a.trace.empty() ? nullptr : std::make_unique<Trace>(own_trace);
  a.place.trace = trace.get();
  ConsoleListener listener(a.quiet, "tiles", a.job.epochs);
  const geo::FitOutcome outcome = geo::fit_file(
      *source, a.output, a.job, [&] { return make_engine(a.engine, a.job.spec.architecture); }, a.place, listener);
  if (helper) return;
  print(a, source->info(), outcome, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}

void run(FitArguments& a) {
  const std::unique_ptr<Ranks> ranks = open_ranks();
  a.place.ranks = ranks.get();
  if (ranks) choose_gpu();
  try {
    run_rank(a, ranks.get());
  } catch (const Error&) {
    // What fails on all ranks is for the first to say: the launcher ends the others when it has.
    if (ranks && ranks->rank() > 0) {
      std::signal(SIGTERM, SIG_DFL);
      std::this_thread::sleep_for(std::chrono::seconds(2));
    }
    throw;
  }
}

}  // namespace

void add_fit(CLI::App& root, std::function<void()>& chosen) {
  CLI::App& app = *root.add_subcommand("fit", "fit fields to a raster and write them as a .sinr");
  auto arguments = std::make_shared<FitArguments>();
  arguments->job.memory = std::min(machine_memory() / 4, std::size_t{1} << 30);
  declare_input(app, *arguments);
  declare_field(app, *arguments);
  declare_fitting(app, *arguments);
  arguments->latent.declare(app);
  app.callback([&app, &chosen, arguments] {
    if (arguments->latent.wanted(app)) {
      arguments->latent_job =
          arguments->latent.complete_job(app, arguments->job.tile_size, arguments->job.epochs, arguments->job.seed);
      chosen = [arguments] { run(*arguments); };
      return;
    }
    if (app.count("--self-activation") == 0) {
      arguments->self_activation = fit_defaults(arguments->job.spec.architecture).self_activation;
    }
    if (may_use_torch(arguments->engine, arguments->job.spec.architecture)) prepare_blas();
    chosen = [arguments] { run(*arguments); };
  });
}

}  // namespace sarinr::cli
