#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sarinr/container/part_file.h"
#include "sarinr/fit/latent.h"
#include "sarinr/scene/jobs.h"

namespace sarinr {

/// Fits a raster with latent fields: one set of networks for the scene, grids for every tile.
struct LatentJob {
  int tile_size = 512;
  int steps = 0;          ///< of each tile; 0: as the effort has it
  int effort = 5;         ///< 1 (a draft) to 9
  int levels = 6;         ///< grids of 1, 2, 4, ... pixels' spacing
  int neighbours = 0;     ///< of the entropy network, 12 or 24; 0: as the scene's bits suggest
  int entropy_width = 0;  ///< neurons of its layers; 0: as the scene's bits suggest
  int width = 0;          ///< neurons of the synthesis network's layers; 0: as the scene's bits suggest
  std::uint64_t seed = 1;
  /// What the fit aims at; one of them, or none: the preset's errors.
  std::optional<double> lambda;   ///< squared deviations of the scene's values a bit and pixel
  std::optional<double> bits;     ///< whole file less preserved metadata, bits a pixel
  std::optional<double> psnr;     ///< dB over the raster's value range
  std::optional<double> rmse_db;  ///< root mean square error of detected bands, dB
  std::string preset = "analysis";
  bool overviews = false;     ///< as FitJob::overviews; each at the lambda of the scene's networks, counted in `bits`
  bool keep_speckle = false;  ///< measure what speckle the fields lack, for FieldFile::add_speckle
  std::string options_json = "{}";
};

/// Root mean square errors that the presets aim at, in dB for detected bands; other bands take the PSNR.
struct LatentPreset {
  const char* name;
  double rmse_db;
  double psnr;
  const char* meaning;
};
inline constexpr LatentPreset latent_presets[] = {
    {"archive", 0.5, 48, "errors far below single-look speckle"},
    {"analysis", 1.0, 42, "errors below those of four looks"},
    {"preview", 2.0, 36, "to look at"},
};

/// Throws an Error that lists the presets where there is none of that name.
const LatentPreset& latent_preset(const std::string& name);

/// Throws an Error where the job's numbers make no sense together; `style` is how the user knows them.
void complete(LatentJob& job, OptionStyle style);

/// Steps that each tile takes.
int latent_steps_of(const LatentJob& job);

/// As fit_raster. `part` (or nullptr) keeps the networks and tiles of a scene of several tiles, and those it has are
/// not fitted again. Throws an Error where speckle is to be kept of a raster without detected bands.
FitReport fit_latent_raster(RasterSource& source, ByteSink& sink, const LatentJob& job, const LatentEngine& engine,
                            JobListener& listener, PartFile* part = nullptr);

}  // namespace sarinr
