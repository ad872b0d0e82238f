#include <oneapi/tbb/global_control.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "batch_listener.h"
#include "blas.h"
#include "commands.h"
#include "fit_outcome.h"
#include "latent_options.h"
#include "list_option.h"
#include "progress.h"
#include "sample_options.h"
#include "sarinr/base/error.h"
#include "sarinr/base/memory.h"
#include "sarinr/field/initialisation.h"
#include "sarinr/geo/fit_file.h"
#include "sarinr/geo/raster.h"
#include "sarinr/geo/raster_folder.h"
#include "sarinr/geo/storage.h"
#include "sarinr/scene/tournament.h"

namespace sarinr::cli {

namespace {

struct FitArguments {
  std::string input;
  std::string output;
  FitJob job;
  LatentOptions latent;
  std::optional<LatentJob> latent_job;  ///< where latent fields are wanted
  SampleOptions samples;
  std::optional<SampleJob> sample_job;  ///< where a promise is wanted
  geo::OpenOptions open;
  std::vector<int> window;
  EngineOptions engine;
  double learning_rate = 0;
  std::string schedule = "cosine";
  bool activation_flag = true;
  std::optional<bool> self_activation;  ///< none: what choose_start says
  double activation_learning_rate = 0;
  std::map<std::string, double> parameters;
  std::vector<std::string> given_parameters;  ///< those that the user gave
  geo::FitFileOptions place;
  std::string trace;
  std::string batch;
  bool quiet = false;
  bool json = false;
};

void declare_field(CLI::App& app, FitArguments& a) {
  std::string names;
  for (const std::string& known : architecture_names()) names += (names.empty() ? "" : ", ") + known;
  app.add_option(
         "--arch", a.job.spec.architecture,
         "architecture of the fields: " + names + "; auto: the best of a short tournament on tiles of the raster")
      ->capture_default_str();
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
  app.add_option("--lr", a.learning_rate, "learning rate of the first epoch; default by architecture (docs/fit.md)")
      ->check(CLI::PositiveNumber);
  app.add_option("--schedule", a.schedule,
                 "how it goes on: cosine (to 0), constant, or tenth (exponentially to a tenth)")
      ->check(CLI::IsMember({"cosine", "constant", "tenth"}))
      ->capture_default_str();
  app.add_option("--target-psnr", a.job.target_psnr, "stop a tile that reaches this PSNR, in dB");
  app.add_option("--target-rmse-db", a.job.target_rmse_db,
                 "stop a tile that reaches this root mean square error, in dB")
      ->check(CLI::PositiveNumber);
  app.add_flag(
      "--self-activation,!--no-self-activation", a.activation_flag,
      "learn contrast from the network's own output before the fit (default: on for siren below width 48; and where "
      "one of its numbers is given)");
  a.job.initialisation.clear();
  app.add_option("--init", a.job.initialisation,
                 "first weights: siren (the architecture's own); of siren, finer and incode also wide-first and scaled "
                 "(default: scaled for siren and incode from width 48 on without self-activation, else siren)");
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
  app.add_option("--engine", a.engine.engine, "what fits: auto, cpu, cuda, torch")->capture_default_str();
  app.add_option("--device", a.engine.device, "auto, cpu, cuda (all GPUs) or cuda:N")->capture_default_str();
  app.add_option(
         "--instructions", a.engine.instructions,
         "instruction set of the cpu engine: auto, or one of this machine's, as sarinr bench engines lists them")
      ->capture_default_str();
  app.add_option(
         "--precision", a.engine.precision,
         "of the products between hidden layers: auto, float32, bfloat16; of the torch engine on a GPU tf32 too")
      ->capture_default_str();
  app.add_option("--threads", a.engine.threads, "0: as many as the machine has")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
}

void declare_input(CLI::App& app, FitArguments& a) {
  app.add_option("INPUT", a.input, "raster that GDAL reads; /vsi paths too. With --batch, the folder to write to")
      ->required();
  app.add_option("OUTPUT", a.output, "the .sinr to write");
  app.add_option("--batch", a.batch, "fit every raster below this folder; failures are listed and the rest done");
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
      ->check([](const std::string& bytes) {
        return std::stoull(bytes) < (64ULL << 20) ? std::string("is less than 64MB") : std::string();
      })
      ->default_str("a quarter of the machine's, at most 1GB");
  app.add_option("--trace", a.trace, "a timeline of all threads to write, for chrome://tracing or Perfetto");
  app.add_flag("--quiet,-q", a.quiet, "no progress");
  app.add_flag("--json", a.json, "print the outcome as one JSON object");
}

/// Whether each raster's architecture is still to be chosen.
bool is_open(const FitArguments& a) { return a.job.spec.architecture == "auto"; }

void complete(FitArguments& a) {
  if (!a.window.empty()) a.open.window = Extent{a.window[0], a.window[1], a.window[2], a.window[3]};
  a.job.learning_rate = a.learning_rate;
  a.job.schedule = schedule_of(a.schedule);
  a.job.activation.learning_rate = a.activation_learning_rate;
  if (is_open(a)) return;
  for (const ParameterInfo& parameter : architecture(a.job.spec.architecture).parameters()) {
    a.job.spec.parameters.push_back(static_cast<float>(a.parameters.at(parameter.name)));
  }
  choose_start(a.job, a.self_activation);
  complete(a.job, OptionStyle::command_line);
}

void print_quantities(const RasterInfo& info) {
  for (std::size_t b = 0; b < info.bands.size(); ++b) {
    std::fprintf(stderr, "%s: %s (%s)\n", info.band_names[b].c_str(), std::string(name(info.bands[b].quantity)).c_str(),
                 info.quantity_reasons[b].c_str());
  }
}

/// GDAL's share: blocks of a row of tiles, not more than it can use.
std::size_t block_cache(std::size_t memory) { return std::min(memory / 4, std::size_t{256} << 20); }

/// Processes of one job on one machine take a GPU each, where there are several and nobody has chosen.
void choose_gpu() {
  int count = 0;
  while (std::filesystem::exists("/dev/nvidia" + std::to_string(count))) ++count;
  if (count > 1) setenv("CUDA_VISIBLE_DEVICES", std::to_string(local_rank() % count).c_str(), 0);
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// The job of the architecture that a tournament on the raster's tiles chose.
FitJob winner(const FitArguments& a, RasterSource& source, JobListener& listener) {
  TournamentRequest request{a.job, {}, a.self_activation};
  for (const std::string& name : a.given_parameters) request.parameters[name] = a.parameters.at(name);
  const auto make = [&](const std::string& name) { return make_engine(a.engine, name); };
  const std::vector<Candidate> candidates = hold_tournament(source, request, make, listener);
  FitJob job = candidates.front().job;
  job.options_json = describe(candidates);
  return job;
}

/// Steps or epochs of a tile.
double work_per_tile(const FitArguments& a) {
  if (a.sample_job) return 1;
  return a.latent_job ? latent_steps_of(*a.latent_job) : a.job.epochs;
}

/// Refuses what only fits of fields can do.
void refuse_parts(const FitArguments& a) {
  const char* in_parts = a.place.resume             ? "--resume"
                         : !a.place.tiles.empty()   ? "--tiles"
                         : a.place.ranks != nullptr ? "mpirun"
                                                    : nullptr;
  if (in_parts == nullptr) return;
  throw Error(std::string(in_parts) +
              " is for fields: samples are coded in one go, in less time than reading parts again takes");
}

/// Samples that keep a promise are written in one go, by one process.
geo::FitOutcome fit_sample_file(const FitArguments& a, RasterSource& source, JobListener& listener) {
  refuse_parts(a);
  check(*a.sample_job, source.info(), OptionStyle::command_line);
  const std::unique_ptr<ByteSink> sink = geo::create_sink(a.output, a.place.overwrite);
  geo::FitOutcome outcome;
  outcome.report = fit_samples(source, *sink, *a.sample_job, listener);
  outcome.tile_count = outcome.report->tiles;
  sink->commit();
  return outcome;
}

geo::FitOutcome fit_latent_file(const FitArguments& a, RasterSource& source, JobListener& listener) {
  return geo::fit_latent_file(source, a.output, *a.latent_job, *make_latent_engine(a.engine), a.place, listener);
}

/// One raster; prints the outcome where `print` says so.
nlohmann::json fit_one(FitArguments& a, RasterSource& source, JobListener& listener, bool print) {
  const auto begin = std::chrono::steady_clock::now();
  const FitJob job = is_open(a) ? winner(a, source, listener) : a.job;
  const auto make = [&] { return make_engine(a.engine, job.spec); };
  const geo::FitOutcome outcome = a.sample_job   ? fit_sample_file(a, source, listener)
                                  : a.latent_job ? fit_latent_file(a, source, listener)
                                                 : geo::fit_file(source, a.output, job, make, a.place, listener);
  const double seconds = seconds_since(begin);
  if (print && !a.json) std::printf("%s\n", outcome_line(a.output, source.info(), outcome, seconds).c_str());
  return outcome_json(a.output, source.info(), outcome, seconds);
}

void fit_single(FitArguments& a, const Ranks* ranks) {
  const bool helper = ranks != nullptr && ranks->rank() > 0;
  a.quiet = a.quiet || helper;
  const std::unique_ptr<RasterSource> source = geo::open_raster(a.input, a.open);
  if (!a.quiet) print_quantities(source->info());
  ConsoleListener listener(a.quiet, "tiles", work_per_tile(a));
  const nlohmann::json outcome = fit_one(a, *source, listener, !helper);
  if (a.json && !helper) std::printf("%s\n", outcome.dump().c_str());
}

/// Every raster of a folder; those that fail are named and the others done.
void fit_archive(FitArguments& a) {
  if (a.place.ranks != nullptr || !a.place.tiles.empty()) {
    throw Error("--batch fits whole rasters in one process: leave out --tiles and mpirun, or fit them one by one");
  }
  const std::vector<geo::ArchiveItem> items = geo::list_archive(a.batch, a.input);
  const auto open = [&](const geo::ArchiveItem& item) { return geo::open_raster(item.input, a.open); };
  const auto work = [&](const geo::ArchiveItem& item) {
    return static_cast<double>(tile_count(open(item)->info(), a.job)) * work_per_tile(a);
  };
  BatchListener listener(a.quiet, work_per_tile(a));
  for (const geo::ArchiveItem& item : items) listener.plan(item.input, [&] { return work(item); });
  nlohmann::json done = nlohmann::json::array();
  for (const geo::ArchiveItem& item : items) {
    a.output = item.output;
    listener.attempt(item.input, [&] {
      geo::make_folder_of(item.output);
      done.push_back(fit_one(a, *open(item), listener, true));
      done.back()["input"] = item.input;
    });
  }
  if (a.json) {
    nlohmann::json failed = nlohmann::json::array();
    for (const auto& [input, reason] : listener.failures()) failed.push_back({{"input", input}, {"reason", reason}});
    std::printf("%s\n", nlohmann::json{{"done", done}, {"failed", failed}}.dump().c_str());
  }
  listener.throw_if_any_failed();
}

/// The fit of one process, which is all of it or a rank's share.
void run_rank(FitArguments& a, const Ranks* ranks) {
  complete(a);
  geo::start(block_cache(a.job.memory));
  const int threads = a.engine.threads > 0 ? a.engine.threads : static_cast<int>(std::thread::hardware_concurrency());
  const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                          static_cast<std::size_t>(threads));
  const bool helper = ranks != nullptr && ranks->rank() > 0;
  const std::string own_trace = helper ? a.trace + "." + std::to_string(ranks->rank()) : a.trace;
  const std::unique_ptr<Trace> trace = a.trace.empty() ? nullptr : std::make_unique<Trace>(own_trace);
  a.place.trace = trace.get();
  if (a.batch.empty()) {
    fit_single(a, ranks);
  } else {
    fit_archive(a);
  }
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
  arguments->samples.declare(app);
  app.callback([&app, &chosen, arguments] {
    if (arguments->batch.empty() == arguments->output.empty()) {
      throw CLI::ValidationError(arguments->batch.empty()
                                     ? "OUTPUT is required: fit INPUT OUTPUT"
                                     : "--batch takes one folder to write to: fit --batch DIR FOLDER");
    }
    arguments->sample_job = arguments->samples.wanted(app, arguments->job.tile_size);
    if (arguments->sample_job) {
      arguments->job.tile_size = arguments->sample_job->tile_size;
      chosen = [arguments] { run(*arguments); };
      return;
    }
    if (arguments->latent.wanted(app)) {
      arguments->latent_job =
          arguments->latent.complete_job(app, arguments->job.tile_size, arguments->job.epochs, arguments->job.seed);
      arguments->latent_job->overviews = arguments->job.overviews;
      arguments->job.tile_size = arguments->latent_job->tile_size;
      chosen = [arguments] { run(*arguments); };
      return;
    }
    for (const char* number : {"--activation-epochs", "--activation-lr", "--activation-lambda"}) {
      if (app.count(number) > 0) arguments->self_activation = arguments->job.activation.epochs > 0;
    }
    if (app.count("--self-activation") > 0) arguments->self_activation = arguments->activation_flag;
    for (const auto& [name, value] : arguments->parameters) {
      if (app.count("--" + name) > 0) arguments->given_parameters.push_back(name);
    }
    const std::string fitted = is_open(*arguments) ? "siren" : arguments->job.spec.architecture;
    if (may_use_torch(arguments->engine, fitted)) prepare_blas();
    chosen = [arguments] { run(*arguments); };
  });
}

}  // namespace sarinr::cli
