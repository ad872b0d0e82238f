#pragma once

#include <vector>

#include "block_cache.h"
#include "gdal_version.h"
#include "level.h"

namespace sarinr::geo::driver {

/// What a RasterIO call wants to have read.
struct Request {
  int level = 0;
  /// In the level's pixels; as whole numbers, and as they are meant.
  Extent window;
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  std::vector<int> bands;  ///< from 0
  bool mask = false;       ///< the raster's mask, in place of the bands
  /// The caller's buffer.
  int columns = 0;
  int rows = 0;
  GByte* data = nullptr;
  GDALDataType type = GDT_Unknown;
  GSpacing pixel_space = 0;
  GSpacing line_space = 0;
  GSpacing band_space = 0;
  GDALRIOResampleAlg resampling = GRIORA_NearestNeighbour;
  GDALProgressFunc progress = nullptr;
  void* progress_data = nullptr;

  /// Whether the pixels asked for are just the level's own.
  bool is_native() const {
    return columns == window.width && rows == window.height && x == window.x && y == window.y &&
           width == window.width && height == window.height;
  }
};

/// The float window and the rest of GDAL's extra argument, which may be nullptr.
void take_extra(const GDALRasterIOExtraArg* extra, Request& request);

/// Threads that GDAL_NUM_THREADS allows; 1 where it is not set.
int allowed_threads();

/// Fills the buffer with the level's own pixels; of a native request.
void read_native(const Pyramid& pyramid, const std::vector<BandModel>& bands, const Request& request);

/// Fills the buffer with the fields' values on the request's grid: at pixel centres, or averages where pixels are
/// larger than native ones.
void read_resampled(const Pyramid& pyramid, const std::vector<BandModel>& bands, const Request& request);

}  // namespace sarinr::geo::driver
