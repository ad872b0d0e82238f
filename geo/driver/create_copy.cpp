#include "create_copy.h"

#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "dataset.h"
#include "dataset_source.h"
#include "sarinr/base/error.h"
#include "sarinr/fit/latent.h"
#include "sarinr/geo/storage.h"
#include "sarinr/scene/jobs.h"
#include "sarinr/scene/latent.h"
#include "sarinr/scene/samples.h"

namespace sarinr::geo::driver {

namespace {

class GdalListener final : public JobListener {
 public:
  GdalListener(GDALProgressFunc function, void* data) : function_(function), data_(data) {}
  void message(const std::string& sentence) override { CPLDebug("SARINR", "%s", sentence.c_str()); }
  void warning(const std::string& sentence) override {
    CPLError(CE_Warning, CPLE_AppDefined, "SARINR: %s", sentence.c_str());
  }
  bool progress(double done, double total, std::optional<double>) override {
    return function_ == nullptr || function_(total > 0 ? done / total : 1, "", data_) != 0;
  }

 private:
  GDALProgressFunc function_;
  void* data_;
};

/// Creation options by name, with the limits that they have.
class Options {
 public:
  explicit Options(CSLConstList lines) : lines_(lines) {}
  std::string text(const char* name, const std::string& fallback) const {
    return CSLFetchNameValueDef(lines_, name, fallback.c_str());
  }
  bool flag(const char* name, bool fallback) const { return CPLFetchBool(lines_, name, fallback); }
  bool has(const char* name) const { return CSLFetchNameValue(lines_, name) != nullptr; }
  double number(const char* name, double fallback, double low, double high) const {
    if (!has(name)) return fallback;
    const std::string given = text(name, "");
    char* end = nullptr;
    const double value = CPLStrtod(given.c_str(), &end);
    if (end == given.c_str() || *end != '\0' || !(value >= low && value <= high)) {
      throw Error("the creation option " + std::string(name) + " is '" + given + "'; it must be a number from " +
                  CPLSPrintf("%.10g", low) + " to " + CPLSPrintf("%.10g", high));
    }
    return value;
  }
  int whole(const char* name, int fallback, int low, int high) const {
    const double value = number(name, fallback, low, high);
    if (value != std::floor(value)) {
      throw Error("the creation option " + std::string(name) + " is '" + text(name, "") +
                  "'; it must be a whole number");
    }
    return static_cast<int>(value);
  }

 private:
  CSLConstList lines_;
};

/// What only coordinate networks have.
constexpr const char* network_options[] = {"ARCH",        "WIDTH",         "DEPTH",           "OVERLAP",
                                           "EPOCHS",      "LEARNING_RATE", "TARGET_PSNR",     "TARGET_RMSE_DB",
                                           "WEIGHT_BITS", "INIT",          "SELF_ACTIVATION", "ACTIVATION_EPOCHS"};
/// What makes latent fields of the copy.
constexpr const char* goal_options[] = {"BPP", "PSNR", "RMSE_DB", "LAMBDA", "PRESET", "EFFORT"};

/// The first of the options that is given, or nullptr.
template <std::size_t count>
const char* first_given(const Options& options, const char* const (&names)[count]) {
  const auto found =
      std::find_if(std::begin(names), std::end(names), [&](const char* name) { return options.has(name); });
  return found == std::end(names) ? nullptr : *found;
}

std::uint64_t seed_of(const Options& options) {
  return static_cast<std::uint64_t>(options.number("SEED", 1, 0, 9007199254740992.0));
}

FitJob fit_job(const Options& options) {
  FitJob job;
  job.spec.architecture = options.text("ARCH", job.spec.architecture);
  job.spec.width = options.whole("WIDTH", job.spec.width, 1, 4096);
  job.spec.depth = options.whole("DEPTH", job.spec.depth, 0, 255);
  job.tile_size = options.whole("TILE_SIZE", job.tile_size, 8, largest_tile_size);
  job.overlap = options.whole("OVERLAP", job.overlap, 0, 256);
  job.epochs = options.whole("EPOCHS", job.epochs, 1, 10000000);
  job.learning_rate = options.number("LEARNING_RATE", 0, 0, 1e3);
  if (options.has("TARGET_PSNR")) job.target_psnr = options.number("TARGET_PSNR", 0, -1000, 1000);
  if (options.has("TARGET_RMSE_DB")) job.target_rmse_db = options.number("TARGET_RMSE_DB", 0, 1e-9, 1000);
  job.weight_bits = options.whole("WEIGHT_BITS", job.weight_bits, 0, 16);
  job.seed = seed_of(options);
  job.activation.epochs = options.whole("ACTIVATION_EPOCHS", job.activation.epochs, 0, 100000);
  std::optional<bool> self_activation;
  if (options.has("ACTIVATION_EPOCHS")) self_activation = job.activation.epochs > 0;
  if (options.has("SELF_ACTIVATION")) self_activation = options.flag("SELF_ACTIVATION", true);
  job.initialisation = options.text("INIT", "");
  choose_start(job, self_activation);
  job.activation.learning_rate = 0;
  job.overviews = options.flag("OVERVIEWS", job.overviews);
  complete(job, OptionStyle::gdal);
  return job;
}

/// The job where a promise on every pixel is asked for.
std::optional<SampleJob> sample_job(const Options& options) {
  const bool lossless = options.flag("LOSSLESS", false);
  const int asked = (lossless ? 1 : 0) + (options.has("MAX_ERROR") ? 1 : 0) + (options.has("MAX_ERROR_DB") ? 1 : 0);
  if (asked == 0) return std::nullopt;
  if (asked > 1) throw Error("give one of LOSSLESS, MAX_ERROR and MAX_ERROR_DB, not several");
  constexpr const char* either[] = {"SEED", "OVERVIEWS"};
  for (const char* field :
       {first_given(options, network_options), first_given(options, goal_options), first_given(options, either)}) {
    if (field == nullptr) continue;
    throw Error(std::string(field) +
                " is for fields, which cannot promise anything of a single pixel: leave it out, "
                "or LOSSLESS, MAX_ERROR and MAX_ERROR_DB");
  }
  SampleJob job;
  job.tile_size = options.whole("TILE_SIZE", job.tile_size, 8, largest_tile_size);
  if (options.has("MAX_ERROR")) job.bound = {SampleBound::Kind::absolute, options.number("MAX_ERROR", 0, 0, 1e300)};
  if (options.has("MAX_ERROR_DB")) job.bound = {SampleBound::Kind::decibel, options.number("MAX_ERROR_DB", 0, 0, 1e3)};
  return job;
}

/// The job where a rate or a quality is asked for.
std::optional<LatentJob> latent_job(const Options& options) {
  const char* goal = first_given(options, goal_options);
  if (goal == nullptr) return std::nullopt;
  if (const char* network = first_given(options, network_options)) {
    throw Error(std::string(network) + " is for coordinate networks, but " + goal +
                " asks for a latent field: leave one of them out");
  }
  LatentJob job;
  const auto number = [&](const char* name) {
    return options.has(name) ? std::optional<double>(options.number(name, 0, 1e-9, 1e9)) : std::nullopt;
  };
  job.bits = number("BPP");
  job.psnr = number("PSNR");
  job.rmse_db = number("RMSE_DB");
  job.lambda = number("LAMBDA");
  job.preset = options.text("PRESET", job.preset);
  job.effort = options.whole("EFFORT", job.effort, least_latent_effort, greatest_latent_effort);
  job.tile_size = options.whole("TILE_SIZE", job.tile_size, 8, largest_tile_size);
  job.seed = seed_of(options);
  job.overviews = options.flag("OVERVIEWS", job.overviews);
  if (options.has("PRESET") && (job.bits || job.psnr || job.rmse_db || job.lambda)) {
    throw Error("PRESET stands for a quality: leave it out, or BPP, PSNR, RMSE_DB and LAMBDA");
  }
  complete(job, OptionStyle::gdal);
  return job;
}

int fit_threads(const Options& options) {
  if (EQUAL(options.text("NUM_THREADS", "").c_str(), "ALL_CPUS")) return CPLGetNumCPUs();
  return options.whole("NUM_THREADS", allowed_threads(), 1, 1024);
}

std::unique_ptr<Engine> make_cpu_engine(const std::string& architecture, int threads) {
  EngineOptions options;
  options.engine = "cpu";
  options.threads = threads;
  try {
    return make_engine(options, architecture);
  } catch (const Error& error) {
    throw Error(std::string(error.what()) + ". Inside GDAL only the cpu engine fits: for others run sarinr fit INPUT " +
                "OUTPUT.sinr --arch " + architecture);
  }
}

/// Says, or with strict refuses, what a .sinr has no place for. (Masks of single bands are told of when the source is
/// read.)
void check_source(GDALDataset& source, bool strict) {
  for (int b = 1; b <= source.GetRasterCount(); ++b) {
    GDALRasterBand& band = *source.GetRasterBand(b);
    const std::string place = "band " + std::to_string(b);
    if (strict && band.GetMaskFlags() == 0) {
      throw Error(place + " has a mask of its own, which a .sinr cannot hold: copy without the strict mode (-strict)");
    }
    if (band.GetDefaultRAT() == nullptr) continue;
    const std::string sentence = place + "'s raster attribute table has no place in a .sinr";
    if (strict) throw Error(sentence + ": copy without the strict mode (-strict)");
    CPLError(CE_Warning, CPLE_NotSupported, "SARINR: %s and is left out", sentence.c_str());
  }
}

}  // namespace

const char* creation_options() {
  return "<CreationOptionList>"
         "<Option name='QUANTITY' type='string' description='what the numbers are: amplitude, power, db, complex, "
         "other "
         "or categorical, for all bands or BAND=quantity,BAND=quantity; default: found out'/>"
         "<Option name='ARCH' type='string' description='architecture of the fields' default='siren'/>"
         "<Option name='WIDTH' type='int' description='neurons of a hidden layer'/>"
         "<Option name='DEPTH' type='int' description='hidden-to-hidden layers'/>"
         "<Option name='TILE_SIZE' type='int' description='pixels a tile is wide and high, about'/>"
         "<Option name='OVERLAP' type='int' description='pixels that neighbouring tiles share and blend over; even'/>"
         "<Option name='EPOCHS' type='int' description='full-batch Adam steps; the most, where a target is given'/>"
         "<Option name='LEARNING_RATE' type='float' description='decaying to 0 by a cosine'/>"
         "<Option name='TARGET_PSNR' type='float' description='stop a tile that reaches this PSNR, in dB'/>"
         "<Option name='TARGET_RMSE_DB' type='float' description='stop a tile that reaches this root mean square "
         "error, "
         "in dB'/>"
         "<Option name='WEIGHT_BITS' type='int' description='bits of a stored weight, 2 to 16; 0: as few as keep the "
         "PSNR within 0.05 dB'/>"
         "<Option name='INIT' type='string' description='first weights: siren (the own of the architecture), "
         "wide-first or "
         "scaled; default: scaled for siren and incode from width 48 on'/>"
         "<Option name='SELF_ACTIVATION' type='boolean' description='learn contrast before the fit; default: for SIREN "
         "below width 48, and where ACTIVATION_EPOCHS is given'/>"
         "<Option name='ACTIVATION_EPOCHS' type='int' description='steps of the self-activation, even'/>"
         "<Option name='SEED' type='int' description='of the first weights'/>"
         "<Option name='OVERVIEWS' type='boolean' default='NO' description='also fit the scene reduced 8, 16, ... "
         "times'/>"
         "<Option name='BPP' type='float' description='latent fields: bits a pixel of the whole file, preserved "
         "metadata "
         "not counted'/>"
         "<Option name='PSNR' type='float' description='latent fields: PSNR to reach, dB'/>"
         "<Option name='RMSE_DB' type='float' description='latent fields: root mean square error to reach, dB'/>"
         "<Option name='LAMBDA' type='float' description='latent fields: squared deviations of the scene that a bit a "
         "pixel is worth'/>"
         "<Option name='PRESET' type='string-select' description='latent fields: what to aim at'><Value>archive</Value>"
         "<Value>analysis</Value><Value>preview</Value></Option>"
         "<Option name='EFFORT' type='int' min='1' max='9' default='5' description='latent fields: how long to fit'/>"
         "<Option name='LOSSLESS' type='boolean' default='NO' description='keep every valid pixel as it is'/>"
         "<Option name='MAX_ERROR' type='float' description='keep every valid pixel within this, in its own units'/>"
         "<Option name='MAX_ERROR_DB' type='float' description='keep every valid pixel within this, in dB'/>"
         "<Option name='NUM_THREADS' type='string' description='threads to fit with, or ALL_CPUS; default: "
         "GDAL_NUM_THREADS, else 1'/>"
         "</CreationOptionList>";
}

GDALDataset* create_copy(const char* path, GDALDataset* source, int strict, OptionLines lines,
                         GDALProgressFunc progress, void* progress_data) {
  const CPLErr result = guarded([&] {
    const Options options(lines);
    check_source(*source, strict != FALSE);
    OpenOptions open;
    const CPLStringList quantities(CSLTokenizeString2(options.text("QUANTITY", "").c_str(), ",", 0));
    for (int i = 0; i < quantities.size(); ++i) open.quantities.emplace_back(quantities[i]);
    const std::optional<SampleJob> samples = sample_job(options);
    const std::optional<LatentJob> latent = samples ? std::nullopt : latent_job(options);
    const FitJob job = samples || latent ? FitJob{} : fit_job(options);
    const int threads = fit_threads(options);
    const std::unique_ptr<RasterSource> raster = dataset_raster(*source, open);
    const std::unique_ptr<ByteSink> sink = create_sink(path, true);
    const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                            static_cast<std::size_t>(threads));
    GdalListener listener(progress, progress_data);
    if (samples) {
      check(*samples, raster->info(), OptionStyle::gdal);
      fit_samples(*raster, *sink, *samples, listener);
    } else if (latent) {
      fit_latent_raster(*raster, *sink, *latent, *make_latent_engine({.engine = "cpu"}), listener);
    } else {
      fit_raster(
          *raster, *sink, job, [&] { return make_cpu_engine(job.spec.architecture, threads); }, listener);
    }
    sink->commit();
  });
  if (result != CE_None) return nullptr;
  return GDALDataset::Open(path, GDAL_OF_RASTER | GDAL_OF_VERBOSE_ERROR);
}

}  // namespace sarinr::geo::driver
