#include "sarinr/study/study.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "blas.h"
#include "commands.h"
#include "list_option.h"
#include "progress.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/comparison.h"
#include "sarinr/geo/raster.h"
#include "sarinr/geo/study.h"

namespace sarinr::cli {

namespace {

struct StudyArguments {
  study::Request request;
  geo::StudyImages images;
  std::vector<int> window;
  bool smoke = false;
  bool quick = false;
  bool list = false;
  bool json = false;
  bool quiet = false;
};

void print_list() {
  for (const auto& [name, summary] : study::studies()) std::printf("%-18s %s\n", name.c_str(), summary.c_str());
}

void run(StudyArguments& a) {
  if (a.list) {
    print_list();
    return;
  }
  study::Request& request = a.request;
  if (request.name.empty()) throw Error("name a study: sarinr study --list names them");
  if (request.folder.empty()) throw Error("say with -o in which folder the study goes");
  request.size = a.smoke ? study::Size::smoke : a.quick ? study::Size::quick : study::Size::full;
  if (!a.window.empty()) a.images.window = Extent{a.window[0], a.window[1], a.window[2], a.window[3]};
  geo::start(std::size_t{64} << 20);
  request.images = geo::read_study_images(a.images);
  request.encode = geo::encode_png;
  request.upsample = geo::upsample;
  ConsoleListener listener(a.quiet, "cells", 1);
  const study::Outcome outcome = study::run(request, listener);
  std::fputs((a.json ? outcome.json : outcome.text).c_str(), stdout);
}

}  // namespace

void add_study(CLI::App& root, std::function<void()>& chosen) {
  CLI::App& app = *root.add_subcommand("study", "repeat and extend the papers' experiments");
  auto arguments = std::make_shared<StudyArguments>();
  StudyArguments& a = *arguments;
  app.add_option("NAME", a.request.name, "the study; --list names them");
  app.add_option("IMAGES", a.images.inputs, "rasters that GDAL reads; none: simulated ones");
  app.add_option("--output,-o", a.request.folder, "folder for study.json, study.csv, index.html and finished cells");
  CLI::Option* smoke = app.add_flag("--smoke", a.smoke, "seconds: a test of the study, not its result");
  app.add_flag("--quick", a.quick, "minutes: fewer cells")->excludes(smoke);
  app.add_option("--seeds", a.request.seeds, "first weights that a cell is repeated with; 0: the study's own number")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  add_list(app, "--bands", a.images.bands, 1, any_number, "numbers of the bands to take of every raster, from 1");
  add_list(app, "--quantity", a.images.quantities, 1, any_number, "what the numbers are, as sarinr fit takes it");
  add_list(app, "--window", a.window, 4, 4, "x,y,width,height: part of every raster, in pixels");
  app.add_option("--tile-size", a.images.tile_size, "pixels of a side; of more the middle is taken")
      ->check(CLI::Range(16, 4096))
      ->capture_default_str();
  app.add_option("--engine", a.request.engine.engine, "what fits: cpu, auto, cuda, torch")->capture_default_str();
  app.add_option("--device", a.request.engine.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--threads", a.request.engine.threads, "0: as many as the machine has")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_flag("--list", a.list, "name the studies and stop");
  app.add_flag("--json", a.json, "print study.json instead of the tables");
  app.add_flag("--overwrite", a.request.overwrite, "begin anew, where finished cells would be taken up");
  app.add_flag("--quiet,-q", a.quiet, "no progress");
  app.callback([&chosen, arguments] {
    if (may_use_torch(arguments->request.engine, FieldSpec().architecture)) prepare_blas();
    chosen = [arguments] { run(*arguments); };
  });
}

}  // namespace sarinr::cli
