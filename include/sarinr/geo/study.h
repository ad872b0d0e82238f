#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sarinr/study/study.h"

namespace sarinr::geo {

/// Which tiles of which rasters a study is given.
struct StudyImages {
  std::vector<std::string> inputs;      ///< rasters that GDAL reads
  std::vector<int> bands = {1};         ///< numbers from 1
  std::vector<std::string> quantities;  ///< as OpenOptions has them
  std::optional<Extent> window;         ///< of every raster
  int tile_size = 128;                  ///< of a larger raster or window the middle is taken
};

/// One image a raster and band, in this order, named by the file's stem and, where there are several bands, "band N".
std::vector<study::Image> read_study_images(const StudyImages& request);

/// GDAL's kernels on pixels that are areas, in double precision: a study's Upsample. Throws an Error where GDAL has no
/// kernel of that name.
std::vector<double> upsample(const std::string& kernel, const std::vector<double>& values, int width, int height,
                             int factor);

}  // namespace sarinr::geo
