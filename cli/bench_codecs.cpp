#include <oneapi/tbb/global_control.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <thread>

#include "bench.h"
#include "blas.h"
#include "list_option.h"
#include "progress.h"
#include "sarinr/base/error.h"
#include "sarinr/benchmark/comparison.h"
#include "sarinr/geo/benchmark.h"
#include "sarinr/geo/raster.h"
#include "text_output.h"

namespace sarinr::cli {

namespace {

struct CodecsArguments {
  geo::ImageRequest images;
  std::vector<int> window;
  std::vector<int> least_size = {64, 64};
  std::string domain = "db";
  std::vector<std::string> codecs;
  std::vector<std::string> anchors = {"openjpeg"};
  benchmark::RateRequest rates;
  EngineOptions engine;
  std::string csv;
  std::string html;
  bool json = false;
  bool list = false;
  bool overwrite = false;
  bool quiet = false;
};

/// Every codec there is, in the order of the table.
benchmark::Codecs all_codecs(const CodecsArguments& a, int threads) {
  benchmark::Codecs codecs = benchmark::program_codecs(threads);
  const auto append = [&codecs](benchmark::Codecs more) {
    std::move(more.begin(), more.end(), std::back_inserter(codecs));
  };
  append(geo::gdal_codecs(threads));
  benchmark::FieldCodecOptions fields;
  fields.engine = a.engine;
  fields.go_on = [] { return !interrupted(); };
  append(benchmark::field_codecs(fields));
  return codecs;
}

const benchmark::Codec& codec_named(const benchmark::Codecs& codecs, const std::string& name) {
  std::string names;
  for (const auto& codec : codecs) {
    if (codec->name() == name) return *codec;
    names += (names.empty() ? "" : ", ") + codec->name();
  }
  throw Error("unknown codec '" + name + "': the codecs are " + names);
}

void print_list(const benchmark::Codecs& codecs) {
  for (const auto& codec : codecs) {
    const std::string missing = codec->missing();
    std::printf("%-18s %s%s\n", codec->name().c_str(), codec->description().c_str(),
                missing.empty() ? "" : (" [" + missing + "]").c_str());
  }
}

/// The codecs that were picked, or all; and the anchors, which every table needs.
std::vector<const benchmark::Codec*> picked(const CodecsArguments& a, const benchmark::Codecs& codecs) {
  std::vector<std::string> names = a.anchors;
  for (const std::string& name : a.codecs) names.push_back(name);
  for (const std::string& name : names) codec_named(codecs, name);
  std::vector<const benchmark::Codec*> chosen;
  for (const auto& codec : codecs) {
    const bool named = std::find(names.begin(), names.end(), codec->name()) != names.end();
    if (a.codecs.empty() || named) chosen.push_back(codec.get());
  }
  return chosen;
}

void complete(CodecsArguments& a) {
  a.images.domain = benchmark::domain_from_name(a.domain);
  a.images.least_width = a.least_size.at(0);
  a.images.least_height = a.least_size.at(1);
  if (!a.window.empty()) a.images.window = Extent{a.window[0], a.window[1], a.window[2], a.window[3]};
  for (const double rate : a.rates.bits_per_pixel) {
    if (rate <= 0 || rate > 16) throw Error("--rates takes bits a pixel above 0 and up to 16");
  }
}

void run(CodecsArguments& a) {
  complete(a);
  geo::start(std::size_t{256} << 20);
  const int threads = a.engine.threads > 0 ? a.engine.threads : static_cast<int>(std::thread::hardware_concurrency());
  const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                          static_cast<std::size_t>(threads));
  const benchmark::Codecs codecs = all_codecs(a, threads);
  if (a.list) {
    print_list(codecs);
    return;
  }
  benchmark::ComparisonJob job;
  job.codecs = picked(a, codecs);
  if (a.images.inputs.empty()) throw Error("name rasters, or folders that hold them, to compare codecs on");
  TextOutput csv(a.csv, a.overwrite);
  TextOutput html(a.html, a.overwrite);
  ConsoleListener listener(a.quiet, "codings", 1);
  job.images = geo::find_coding_images(a.images, listener);
  job.anchors = a.anchors;
  job.rates = a.rates;
  job.domain = a.images.domain;
  job.threads = threads;
  const benchmark::Comparison comparison = compare_codecs(job, listener);
  if (csv) csv.finish(comparison_csv(comparison));
  if (html) html.finish(comparison_html(comparison));
  std::fputs((a.json ? comparison_json(comparison) : comparison_text(comparison)).c_str(), stdout);
}

void declare_images(CLI::App& app, CodecsArguments& a) {
  app.add_option("INPUT", a.images.inputs, "rasters that GDAL reads, and folders that are searched for them");
  add_list(app, "--bands", a.images.bands, 1, any_number, "numbers of the bands to take, from 1");
  add_list(app, "--quantity", a.images.quantities, 1, any_number,
           "what the numbers are: amplitude, power or db, for all bands or BAND=quantity");
  add_list(app, "--window", a.window, 4, 4, "x,y,width,height: part of every raster, in pixels");
  app.add_option("--max-size", a.images.largest, "pixels of a side; of more the middle is taken")
      ->check(CLI::Range(64, 16384))
      ->capture_default_str();
  add_list(app, "--min-size", a.least_size, 2, 2, "W,H: smaller rasters are left out");
  app.add_option("--domain", a.domain, "what is coded: db, sqrt-amplitude or amplitude")->capture_default_str();
}

}  // namespace

void add_bench_codecs(CLI::App& bench, std::function<void()>& chosen) {
  CLI::App& app = *bench.add_subcommand("codecs", "compare codecs on images at matched rates");
  auto arguments = std::make_shared<CodecsArguments>();
  CodecsArguments& a = *arguments;
  declare_images(app, a);
  add_list(app, "--codecs", a.codecs, 1, any_number, "names from --list; default: all");
  add_list(app, "--anchor", a.anchors, 1, any_number, "codecs that BD-rates are told against");
  add_list(app, "--rates", a.rates.bits_per_pixel, 1, any_number, "bits a pixel to come near");
  app.add_option("--tolerance", a.rates.tolerance, "of ln(rate), that ends the search for a rate")
      ->check(CLI::Range(0.001, 1.0))
      ->capture_default_str();
  app.add_option("--trials", a.rates.trials, "codings that the search for a rate may take")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--engine", a.engine.engine, "what fits sarinr's fields: auto, cpu, cuda, torch")
      ->capture_default_str();
  app.add_option("--device", a.engine.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--threads", a.engine.threads, "of every codec; 0: as many as the machine has")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_flag("--list", a.list, "name the codecs, and what is not installed, and stop");
  app.add_flag("--json", a.json, "print one JSON object instead of the tables");
  app.add_option("--csv", a.csv, "write the table here, one row a line");
  app.add_option("--html", a.html, "write a page with rate curves here that needs no other file");
  app.add_flag("--overwrite", a.overwrite, "replace existing outputs");
  app.add_flag("--quiet,-q", a.quiet, "no progress");
  app.callback([&chosen, arguments] {
    if (may_use_torch(arguments->engine, FieldSpec().architecture)) prepare_blas();
    chosen = [arguments] { run(*arguments); };
  });
}

}  // namespace sarinr::cli
