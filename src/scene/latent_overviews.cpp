#include "scene/latent_overviews.h"

#include <algorithm>
#include <utility>

#include "sarinr/base/error.h"
#include "scene/bytes_sink.h"
#include "scene/overviews.h"

namespace sarinr {

namespace {

/// Passes on what an overview's fit says; its progress is a part of the scene's.
class OverviewListener final : public JobListener {
 public:
  OverviewListener(const std::function<bool(double)>& advance, JobListener& scene) : advance_(advance), scene_(scene) {}
  void message(const std::string& sentence) override { scene_.message(sentence); }
  void warning(const std::string& sentence) override { scene_.warning(sentence); }
  bool progress(double done, double, std::optional<double>) override {
    return advance_(done - std::exchange(done_, done));
  }

 private:
  const std::function<bool(double)>& advance_;
  JobListener& scene_;
  double done_ = 0;
};

/// What decides a job's levels.
FitJob layout_of(const LatentJob& job) {
  FitJob layout;
  layout.tile_size = job.tile_size;
  layout.overlap = 0;
  layout.overviews = job.overviews;
  return layout;
}

double pixels_of(const FitLevel& level) { return static_cast<double>(level.width) * level.height; }

/// Steps that so many tiles of a level take, and its networks. Those of a single tile come with its grids.
double steps_of(const FitLevel& level, int tiles, const LatentJob& job) {
  return static_cast<double>(tiles + (level.tiles > 1 ? 1 : 0)) * latent_steps_of(job);
}

/// An overview is fitted whole, by the part that has its first tile.
bool belongs(const FitLevel& level, const TileRange& tiles) {
  return level.first >= tiles.first && level.first <= tiles.last;
}

}  // namespace

int tile_count(const RasterInfo& info, const LatentJob& job) { return tile_count(info, layout_of(job)); }

std::vector<FitLevel> latent_levels(const RasterInfo& info, const LatentJob& job) {
  return fit_levels(info, layout_of(job));
}

LatentOverviews::LatentOverviews(RasterSource& scene, const LatentJob& job, const LatentEngine& engine)
    : scene_(scene), job_(job), engine_(engine), levels_(latent_levels(scene.info(), job)) {}

double LatentOverviews::steps(const TileRange& tiles) const {
  const FitLevel& scene = levels_.front();
  double steps = steps_of(scene, std::max(0, std::min(tiles.last, scene.tiles - 1) - tiles.first + 1), job_);
  for (std::size_t l = 1; l < levels_.size(); ++l) {
    if (belongs(levels_[l], tiles)) steps += steps_of(levels_[l], levels_[l].tiles, job_);
  }
  return steps;
}

void LatentOverviews::fit(const TileRange& tiles, double lambda, LatentWork& work,
                          const std::function<bool(double)>& advance, JobListener& listener) {
  for (std::size_t l = 1; l < levels_.size(); ++l) {
    const FitLevel& level = levels_[l];
    if (!belongs(level, tiles)) continue;
    const int number = static_cast<int>(l);
    std::optional<Bytes> file = work.overview(number);
    if (file) {
      if (!advance(steps_of(level, level.tiles, job_))) throw Error("interrupted", ErrorKind::interrupted);
    } else {
      file = fit_level(level, lambda, advance, listener);
      work.keep_overview(number, *file);
    }
    files_[l] = std::move(*file);
  }
}

Bytes LatentOverviews::fit_level(const FitLevel& level, double lambda, const std::function<bool(double)>& advance,
                                 JobListener& listener) {
  LatentJob own = job_;
  own.lambda = lambda;
  own.bits = own.psnr = own.rmse_db = std::nullopt;
  own.overviews = false;
  own.keep_speckle = false;
  own.options_json = "{}";
  AveragedRaster reduced(scene_, level.width, level.height);
  OverviewListener progress(advance, listener);
  BytesSink sink;
  fit_latent_raster(reduced, sink, own, engine_, progress);
  return std::move(sink.bytes);
}

double LatentOverviews::bits(double goal) const {
  double all = 0;
  for (const FitLevel& level : levels_) all += pixels_of(level);
  double bits = 0;
  for (std::size_t l = 1; l < levels_.size(); ++l) {
    const auto known = files_.find(l);
    bits += known != files_.end() ? 8 * static_cast<double>(known->second.size()) : goal * pixels_of(levels_[l]) / all;
  }
  return bits;
}

void LatentOverviews::write(FileWriter& writer) const {
  for (const auto& [level, file] : files_) writer.append_overview(levels_[level].factor, file);
}

}  // namespace sarinr
