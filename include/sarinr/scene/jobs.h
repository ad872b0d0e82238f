#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sarinr/base/storage.h"
#include "sarinr/container/file.h"
#include "sarinr/fit/engine.h"
#include "sarinr/render/target.h"
#include "sarinr/scene/field_file.h"
#include "sarinr/scene/raster.h"

namespace sarinr {

/// What the user sees of a running job. Calls come from one thread at a time.
class JobListener {
 public:
  virtual ~JobListener() = default;
  virtual void message(const std::string& sentence) = 0;  ///< worth knowing
  virtual void warning(const std::string& sentence) = 0;  ///< worth a second look
  /// `done` of `total` units of work; `psnr` of what is finished, or nothing yet. False asks the job to stop.
  virtual bool progress(double done, double total, std::optional<double> psnr) = 0;
};

/// How messages name the options of a job: as the command line does, --tile-size, or as GDAL does, TILE_SIZE.
enum class OptionStyle { command_line, gdal };

struct FitJob {
  FieldSpec spec;  ///< outputs are set from the bands
  int tile_size = 256;
  int overlap = 4;
  std::uint64_t seed = 1;
  std::string initialisation = "siren";  ///< sarinr/field/initialisation.h
  ActivationOptions activation;
  int epochs = 200;
  double learning_rate = 2e-3;
  Schedule schedule = Schedule::cosine;
  std::optional<double> target_psnr;  ///< stop a tile when all its channels reach it; dB over the raster's value range
  std::optional<double>
      target_rmse_db;   ///< the same as a root mean square error in dB; for amplitude, power and db bands
  int weight_bits = 0;  ///< 2 to 16 for every tensor; 0: as few as keep PSNR within 0.05 dB
  /// Fit fields to the reduced scene too, at 1/8, 1/16 and so on down to 256 pixels, so that a zoom costs what its
  /// pixels cost; as many levels as stay below some 2.5 % of the tiles.
  bool overviews = false;
  std::size_t memory = std::size_t{1} << 30;  ///< bytes that the job may take, about; sizes its batches
  std::string options_json = "{}";            ///< kept in the file beside the job's own numbers, as "options"
};

/// Decides how fits begin where the user left it open: `self_activation` as the user said it, or nothing; an empty
/// initialisation stands for none said. A start that was named is left alone, without self-activation unless that was
/// asked for too; and self-activation goes with the architecture's own first weights unless others were named. Switches
/// the activation off by its epochs. Before complete.
void choose_start(FitJob& job, std::optional<bool> self_activation);

/// Fills in what the architecture decides, where the job does not say it: the architecture's own parameters and, where
/// they are 0, the learning rate and that of the self-activation (2e-3; 1e-3 from width 192 on). Throws an Error where
/// the job's numbers make no sense together; `style` is how the user knows them ("--overlap", "OVERLAP").
void complete(FitJob& job, OptionStyle style);

/// What a fit did, beside the file itself.
struct FitReport {
  FileSizes sizes;
  int tiles = 0;
  int network_tiles = 0;
  std::size_t tile_epochs = 0;  ///< sum of the steps taken
  std::vector<ChannelSummary> channels;
  std::uint64_t valid_values = 0;  ///< over all channels
  std::string engine;

  /// Over all channels that have values: 10 log10(range^2 / mean square error), averaged as the mean of the PSNRs.
  std::optional<double> psnr() const;
};

std::optional<double> psnr(const ChannelSummary& channel);

/// Fits every tile of the raster and writes the file, but does not commit the sink. The engine is made when the first
/// tile needs one. Same bytes for any thread count and batch size.
FitReport fit_raster(RasterSource& source, ByteSink& sink, const FitJob& job,
                     const std::function<std::unique_ptr<Engine>()>& make, JobListener& listener);

/// What a rendered raster of the file's own grid will be: for create_raster.
RasterInfo native_info(const FieldFile& file);

/// Renders the file on its own grid into the sink, which it does not commit.
void render_native(const FieldFile& file, RasterSink& sink, JobListener& listener);

/// Renders a target of that size into the sink, which it does not commit. `has_mask`: the sink has a mask band.
void render_target(const TargetRenderer& renderer, int width, int height, bool has_mask, RasterSink& sink,
                   JobListener& listener);

}  // namespace sarinr
