#pragma once

#include <functional>
#include <map>
#include <vector>

#include "sarinr/container/file.h"
#include "sarinr/scene/fit_work.h"
#include "scene/fit_levels.h"
#include "scene/latent_work.h"

namespace sarinr {

/// The scene and its overviews, finest first.
std::vector<FitLevel> latent_levels(const RasterInfo& info, const LatentJob& job);

/// The reduced scenes of a file of latent fields: whole files of their own, with networks of their own, of the scene's
/// lambda in deviations of their own values.
class LatentOverviews {
 public:
  LatentOverviews(RasterSource& scene, const LatentJob& job, const LatentEngine& engine);

  /// Steps that `fit` and the fit of the scene's networks and tiles take for those of `tiles`.
  double steps(const TileRange& tiles) const;

  /// Fits those whose first tile is one of `tiles`, or takes them from `work`. `advance` is told of the steps taken;
  /// false stops the fit, which then throws an Error of kind interrupted.
  void fit(const TileRange& tiles, double lambda, LatentWork& work, const std::function<bool(double)>& advance,
           JobListener& listener);

  bool any() const { return levels_.size() > 1; }
  /// Of all files; those that are not fitted take their pixels' share of `goal`, bits of the scene and them together.
  double bits(double goal) const;
  /// Behind the last tile.
  void write(FileWriter& writer) const;

 private:
  Bytes fit_level(const FitLevel& level, double lambda, const std::function<bool(double)>& advance,
                  JobListener& listener);
  RasterSource& scene_;
  const LatentJob& job_;
  const LatentEngine& engine_;
  std::vector<FitLevel> levels_;
  std::map<std::size_t, Bytes> files_;  ///< by their level
};

}  // namespace sarinr
