#include "sample_options.h"

#include <string>
#include <vector>

#include "sarinr/base/error.h"

namespace sarinr::cli {

namespace {

constexpr const char* group = "Promises on every pixel";
/// Options of fields; a file that keeps a promise holds the samples themselves.
constexpr const char* field_options[] = {"--arch",
                                         "--width",
                                         "--depth",
                                         "--overlap",
                                         "--weight-bits",
                                         "--lr",
                                         "--schedule",
                                         "--epochs",
                                         "--target-psnr",
                                         "--target-rmse-db",
                                         "--self-activation",
                                         "--seed",
                                         "--engine",
                                         "--activation-lr",
                                         "--activation-lambda",
                                         "--activation-epochs",
                                         "--device",
                                         "--precision",
                                         "--overviews",
                                         "--field",
                                         "--bpp",
                                         "--psnr",
                                         "--rmse-db",
                                         "--lambda",
                                         "--preset",
                                         "--effort",
                                         "--keep-speckle",
                                         "--levels",
                                         "--neighbours",
                                         "--entropy-width",
                                         "--synthesis-width"};

}  // namespace

void SampleOptions::declare(CLI::App& app) {
  app.add_option("--max-error-db", max_error_db_,
                 "dB that no valid pixel may be off on the raster's own grid; for amplitude, power and dB bands")
      ->group(group);
  app.add_option("--max-error", max_error_, "the same in the source's units")->group(group);
  app.add_flag("--lossless", lossless_, "every valid pixel as it is")->group(group);
}

std::optional<SampleJob> SampleOptions::wanted(const CLI::App& app, int tile_size) const {
  std::vector<std::string> asked;
  for (const char* option : {"--max-error-db", "--max-error", "--lossless"}) {
    if (app.get_option(option)->count() > 0) asked.emplace_back(option);
  }
  if (asked.empty()) return std::nullopt;
  if (asked.size() > 1) throw Error("give one of --max-error-db, --max-error and --lossless, not several");
  for (const char* option : field_options) {
    if (app.get_option(option)->count() == 0) continue;
    throw Error(std::string(option) + " is for fields, which cannot promise anything of a single pixel, but " +
                asked[0] + " asks for a promise: leave one of them out");
  }
  SampleJob job;
  if (app.get_option("--tile-size")->count() > 0) job.tile_size = tile_size;
  if (asked[0] == "--max-error-db") job.bound = {SampleBound::Kind::decibel, max_error_db_};
  if (asked[0] == "--max-error") job.bound = {SampleBound::Kind::absolute, max_error_};
  return job;
}

}  // namespace sarinr::cli
