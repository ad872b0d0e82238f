#pragma once

#include <vector>

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

}  // namespace sarinr
