#include <oneapi/tbb/global_control.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "progress.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/comparison.h"
#include "sarinr/geo/raster.h"
#include "sarinr/geo/storage.h"
#include "sarinr/scene/report_output.h"
#include "text_output.h"

namespace sarinr::cli {

namespace {

struct ReportArguments {
  std::string reference;
  std::string test;
  std::string json;
  std::string csv;
  std::string html;
  std::string maps;
  std::vector<std::string> limits;
  geo::OpenOptions open;
  std::vector<int> window;
  int tile_size = 256;
  int enl_window = 25;
  int threads = 0;
  bool batch = false;
  bool ignore_georeferencing = false;
  bool allow_speckle = false;
  bool overwrite = false;
  bool quiet = false;
};

std::string now() {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc));
}

/// The test raster: a .sinr, or what GDAL reads.
struct Test {
  std::shared_ptr<FieldFile> file;
  std::unique_ptr<RasterSource> raster;
};

bool is_sinr(const std::string& path) {
  // Names that are no files, as those of subdatasets, are GDAL's to open.
  return geo::file_bytes(path) && is_field_file(*geo::open_source(path));
}

Test open_test(const std::string& path, const geo::OpenOptions& reference_options) {
  Test test;
  if (is_sinr(path)) {
    test.file = FieldFile::open(geo::open_source(path), path);
    test.raster = field_raster(test.file);
  } else {
    geo::OpenOptions options;
    options.quantities = reference_options.quantities;
    test.raster = geo::open_raster(path, options);
  }
  return test;
}

/// The reference; where nobody says what its numbers are and the test is a .sinr, they are what they were for the fit.
std::unique_ptr<RasterSource> open_reference(const std::string& path, geo::OpenOptions options, const RasterInfo& test,
                                             bool test_knows) {
  std::unique_ptr<RasterSource> reference = geo::open_raster(path, options);
  const std::vector<BandModel>& bands = reference->info().bands;
  const auto same = [](const BandModel& x, const BandModel& y) { return x.quantity == y.quantity; };
  if (!test_knows || !options.quantities.empty() || bands.size() != test.bands.size() ||
      std::equal(bands.begin(), bands.end(), test.bands.begin(), same)) {
    return reference;
  }
  for (std::size_t b = 0; b < bands.size(); ++b) {
    const int number = options.bands.empty() ? static_cast<int>(b) + 1 : options.bands[b];
    options.quantities.push_back(std::to_string(number) + "=" + std::string(name(test.bands[b].quantity)));
  }
  return geo::open_raster(path, options);
}

nlohmann::json provenance(const ReportArguments& a, const RasterInfo& info, const FieldFile* file) {
  nlohmann::json options = {{"tile_size", a.tile_size}, {"enl_window", a.enl_window}, {"quantity", a.open.quantities}};
  if (!a.open.bands.empty()) options["bands"] = a.open.bands;
  if (!a.window.empty()) options["window"] = a.window;
  nlohmann::json out = {
      {"created", now()}, {"options", std::move(options)}, {"quantity_reasons", info.quantity_reasons}};
  if (a.allow_speckle) out["options"]["allow_speckle"] = true;
  if (file == nullptr) return out;
  const nlohmann::json metadata = nlohmann::json::parse(file->header().metadata, nullptr, false);
  if (metadata.is_object() && metadata.contains("fit")) out["fit"] = metadata["fit"];
  out["field"] = {{"architecture", file->header().spec.architecture},
                  {"width", file->header().spec.width},
                  {"depth", file->header().spec.depth},
                  {"tile_size", file->header().tile_size},
                  {"overlap", file->header().overlap}};
  return out;
}

Report compare(const ReportArguments& a, const std::string& reference_path, const std::string& test_path) {
  Test test = open_test(test_path, a.open);
  const std::unique_ptr<RasterSource> reference =
      open_reference(reference_path, a.open, test.raster->info(), test.file != nullptr);
  const std::optional<std::string> seed = geo::speckle_seed(test.raster->info());
  if (seed && !a.allow_speckle) {
    throw Error(test_path + " has speckle that was made anew (SARINR_SPECKLE=" + *seed +
                " in its metadata), which no pixel of the reference has: its errors mean nothing; give --allow-speckle "
                "to judge its statistics all the same, or report the .sinr itself");
  }
  ReportJob job;
  job.reference = {reference_path, geo::file_bytes(reference_path)};
  job.test = {test_path, geo::file_bytes(test_path)};
  job.window_size = a.enl_window;
  job.tiles.emplace(reference->info().width, reference->info().height, a.tile_size, 0);
  if (test.file) {
    const FileReader& reader = test.file->reader();
    job.tiles = reader.grid();
    for (int tile = 0; tile < reader.grid().count(); ++tile) job.tile_bytes.push_back(reader.record_size(tile));
  }
  job.provenance = provenance(a, reference->info(), test.file.get()).dump();
  ConsoleListener listener(a.quiet, "rows", 1);
  check_pair(reference->info(), test.raster->info(), job);
  const std::string difference = geo::georeferencing_difference(reference->info(), test.raster->info());
  if (!difference.empty() && !a.ignore_georeferencing) {
    throw Error(test_path + " is not on the grid of " + reference_path + ": " + difference +
                "; give --ignore-georeferencing to compare pixel by pixel all the same");
  }
  return compare_rasters(*reference, *test.raster, job, listener);
}

std::string stem(const std::string& name) { return name.substr(0, name.find_last_of('.')); }

/// The file of a folder that has the stem of a .sinr.
std::string partner(const std::vector<std::string>& files, const std::string& sinr, const std::string& folder) {
  std::vector<std::string> found;
  for (const std::string& file : files) {
    const bool side_file = file.ends_with(".sinr") || file.ends_with(".xml") || file.ends_with(".json") ||
                           file.ends_with(".html") || file.ends_with(".csv");
    if (!side_file && stem(file) == stem(sinr)) found.push_back(file);
  }
  if (found.size() == 1) return folder + "/" + found.front();
  throw Error(folder + " holds " + (found.empty() ? "no raster" : "more than one raster") + " named " + stem(sinr) +
              ": --batch needs one for each .sinr");
}

std::vector<Report> compare_all(const ReportArguments& a) {
  if (!a.batch) return {compare(a, a.reference, a.test)};
  const std::vector<std::string> references = geo::files_in(a.reference);
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& file : geo::files_in(a.test)) {
    if (file.ends_with(".sinr")) pairs.emplace_back(partner(references, file, a.reference), a.test + "/" + file);
  }
  if (pairs.empty()) throw Error(a.test + " holds no .sinr");
  std::vector<Report> reports;
  for (const auto& [reference, test] : pairs) reports.push_back(compare(a, reference, test));
  return reports;
}

void run(const ReportArguments& arguments) {
  ReportArguments a = arguments;
  if (!a.window.empty()) a.open.window = Extent{a.window[0], a.window[1], a.window[2], a.window[3]};
  if (a.batch && !a.maps.empty()) throw Error("--maps is for one pair: leave out --batch");
  std::vector<Limit> limits;
  for (const std::string& limit : a.limits) limits.emplace_back(limit);
  geo::start(std::size_t{256} << 20);
  std::optional<oneapi::tbb::global_control> threads;
  if (a.threads > 0) {
    threads.emplace(oneapi::tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(a.threads));
  }
  TextOutput json(a.json, a.overwrite);
  TextOutput csv(a.csv, a.overwrite);
  TextOutput html(a.html, a.overwrite);
  const std::vector<Report> reports = compare_all(a);
  const auto json_text = [&] { return a.batch ? reports_json(reports) : report_json(reports.front()); };
  if (json) json.finish(json_text());
  if (csv) csv.finish(reports_csv(reports));
  if (html) html.finish(a.batch ? reports_html(reports) : report_html(reports.front(), geo::encode_png));
  if (!a.maps.empty()) {
    geo::CreateOptions create;
    create.overwrite = a.overwrite;
    const auto sink = geo::create_raster(a.maps, report_map_info(reports.front()), create);
    write_report_maps(reports.front(), *sink);
    sink->commit();
  }
  const bool asked = json || csv || html || !a.maps.empty() || !limits.empty();
  if (a.json == "-") std::fputs(json_text().c_str(), stdout);
  if (a.json != "-" && (!asked || a.batch)) {
    std::fputs((a.batch ? reports_text(reports) : report_text(reports.front())).c_str(), stdout);
  }
  for (const Report& report : reports) {
    for (const Limit& limit : limits) {
      if (const std::string violation = limit.violation(report); !violation.empty()) throw Error(violation);
    }
  }
}

}  // namespace

void add_report(CLI::App& root, std::function<void()>& chosen) {
  CLI::App& app = *root.add_subcommand("report", "say how faithful a .sinr or a raster is to a reference");
  auto arguments = std::make_shared<ReportArguments>();
  ReportArguments& a = *arguments;
  app.add_option("REFERENCE", a.reference, "raster that GDAL reads; with --batch a folder")->required();
  app.add_option("TEST", a.test, "a .sinr or a raster on the same grid; with --batch a folder of .sinr")->required();
  app.add_option("--json", a.json, "write JSON here; - or nothing: on stdout")->expected(0, 1)->default_str("-");
  app.add_option("--csv", a.csv, "write every figure here, one a line");
  app.add_option("--html", a.html, "write a page here that needs no other file");
  app.add_option("--maps", a.maps, "write a raster of every tile's figures here");
  app.add_option("--fail-if", a.limits, "exit with status 1 where a figure is so, as enl_ratio<0.95; may be repeated")
      ->take_all()
      ->expected(1);
  app.add_option("--quantity", a.open.quantities,
                 "of both: amplitude, power, db, complex, other, categorical, or NAME=..")
      ->delimiter(',');
  app.add_option("--bands", a.open.bands, "bands of the reference to compare, from 1")->delimiter(',');
  app.add_option("--window", a.window, "x,y,width,height: part of the reference to compare, in pixels")
      ->delimiter(',')
      ->expected(4);
  app.add_option("--tile-size", a.tile_size, "pixels a tile of the tables is wide and high; a .sinr has its own")
      ->check(CLI::Range(16, 1 << 20))
      ->capture_default_str();
  app.add_option("--enl-window", a.enl_window, "pixels a window for ENL is wide and high, a multiple of 5")
      ->check(CLI::Range(10, 1000))
      ->capture_default_str();
  app.add_option("--threads", a.threads, "0: as many as the machine has")->check(CLI::Range(0, 1024));
  app.add_flag("--batch", a.batch, "compare every .sinr of a folder with the raster of the same name in the other");
  app.add_flag("--ignore-georeferencing", a.ignore_georeferencing, "compare pixel by pixel, wherever they lie");
  app.add_flag("--allow-speckle", a.allow_speckle,
               "take a TEST that sarinr render --speckle made: for its statistics, since its errors mean nothing");
  app.add_flag("--overwrite", a.overwrite, "replace existing outputs");
  app.add_flag("--quiet,-q", a.quiet, "no progress");
  app.callback([&chosen, arguments] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace sarinr::cli
