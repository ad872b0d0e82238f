#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sarinr/benchmark/codec.h"
#include "sarinr/scene/jobs.h"

namespace sarinr::geo {

/// JPEG 2000 by GDAL's JP2OpenJPEG driver, LERC with ZSTD, and quantised values with ZSTD and DEFLATE in GeoTIFF. Files
/// lie in memory.
benchmark::Codecs gdal_codecs(int threads);

/// Which images to compare codecs on.
struct ImageRequest {
  std::vector<std::string> inputs;  ///< rasters, or folders that are searched for them with all that is below
  std::vector<int> bands;           ///< numbers from 1; empty: all
  std::vector<std::string> quantities;
  std::optional<Extent> window;
  int largest = 2048;  ///< pixels of a side: of more the middle is taken
  int least_width = 64;
  int least_height = 64;
  benchmark::CodingDomain domain = benchmark::CodingDomain::decibel;
};

/// One entry for each band of detected backscatter, to be read when its turn comes. In folders, what is no raster, a
/// picture format, smaller than asked for, constant or no backscatter is left out, the latter four with a message; of
/// an input that was named it is an Error. Throws an Error where nothing is left.
std::vector<std::function<benchmark::CodingImage()>> find_coding_images(const ImageRequest& request,
                                                                        JobListener& listener);

}  // namespace sarinr::geo
