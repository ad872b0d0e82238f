#pragma once

#include <vector>

#include "sarinr/scene/fit_work.h"
#include "sarinr/scene/jobs.h"

namespace sarinr {

/// The scene (factor 1) or one of its overviews, as part of a job.
struct FitLevel {
  int factor = 1;
  int width = 0;  ///< pixels
  int height = 0;
  int first = 0;  ///< number of its first tile among the job's
  int tiles = 0;
};

/// The scene and its overviews, finest first.
std::vector<FitLevel> fit_levels(const RasterInfo& info, const FitJob& job);

/// The K-th, from 0, of `parts` parts of `count` tiles, of about the same size; empty where there are fewer tiles.
TileRange part_of_tiles(int which, int parts, int count);

}  // namespace sarinr
