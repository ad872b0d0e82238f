#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sarinr/scene/fit_work.h"

namespace sarinr::geo {

struct FitFileOptions {
  bool resume = false;     ///< go on with OUTPUT.part, where there is one
  bool overwrite = false;  ///< replace an output, and unfinished work that is not resumed
  std::string tiles;       ///< parse_tiles; empty: all
  Ranks* ranks = nullptr;
  Trace* trace = nullptr;
};

struct FitOutcome {
  /// Of the whole file; nothing where only a part was asked for, or on ranks that write nothing.
  std::optional<FitReport> report;
  std::optional<TileRange> tiles;  ///< the part that the output is, for `sarinr merge`
  int tile_count = 0;              ///< of the job
  bool was_finished = false;       ///< the output was there already, made by this job as far as can be seen
};

/// Fits a raster into the file `output`. Unfinished work lies in OUTPUT.part, where a local file can be; it stays there
/// when something fails, which the Error then says. Ranks but the first only help.
FitOutcome fit_file(RasterSource& source, const std::string& output, const FitJob& job,
                    const std::function<std::unique_ptr<Engine>()>& make, const FitFileOptions& options,
                    JobListener& listener);

/// The same of latent fields. Parts and ranks make a file that depends a little on how they cut the scene.
FitOutcome fit_latent_file(RasterSource& source, const std::string& output, const LatentJob& job,
                           const LatentEngine& engine, const FitFileOptions& options, JobListener& listener);

struct MergeOptions {
  /// The raster that latent fields were fitted to, opened as the parts say; empty for coordinate networks, which need
  /// none.
  std::string raster;
  bool overwrite = false;
};

/// Makes `output` of part files; throws an Error where they are not all of one job's, or the raster is missing.
FitReport merge_parts(const std::vector<std::string>& parts, const std::string& output, const MergeOptions& options,
                      JobListener& listener);

}  // namespace sarinr::geo
