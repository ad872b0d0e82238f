#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "sarinr/container/file.h"
#include "sarinr/scene/jobs.h"

namespace sarinr {

/// A raster reduced to width x height pixels that span it: every pixel the mean over its footprint, as
/// sarinr/render/target.h describes averages, in the source's type. Reads the source in strips of bounded size.
class AveragedRaster final : public RasterSource {
 public:
  AveragedRaster(RasterSource& source, int width, int height);
  const RasterInfo& info() const override { return info_; }
  RasterWindow read(const Extent& window) override;

 private:
  RasterSource& source_;
  RasterInfo info_;
};

/// By how much the scene is reduced in each overview that a job stores, finest first; none where it wants none.
std::vector<int> overview_factors(const RasterInfo& info, const FitJob& job);

/// Epochs of tiles that all overviews together take.
double overview_work(const RasterInfo& info, const FitJob& job);

/// Fits the overviews and appends them. `advance` takes the work done since its last call, false stops the job.
void fit_overviews(RasterSource& source, const FitJob& job, const std::function<std::unique_ptr<Engine>()>& make,
                   FileWriter& writer, const std::function<bool(double)>& advance);

}  // namespace sarinr
