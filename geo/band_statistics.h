#pragma once

#include <gdal_priv.h>

#include <cstddef>
#include <optional>

#include "sarinr/tiling/grid.h"

namespace sarinr::geo {

/// Of the samples of a band that are neither `nodata`, NaN, infinite nor zero.
struct BandStatistics {
  std::size_t count = 0;
  double low = 0;
  double high = 0;
  double negative_share = 0;  ///< 0 to 1
  double high_quantile = 0;   ///< 99.9 % of the samples are not above it
};

/// Statistics over at most 25 windows of 64x64 pixels spread evenly over `window`. Windows that cannot be read are left
/// out: the real reading reports them.
BandStatistics sample_statistics(GDALRasterBand& band, std::optional<double> nodata, const Extent& window);

}  // namespace sarinr::geo
