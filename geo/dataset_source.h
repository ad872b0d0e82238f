#pragma once

#include <gdal_priv.h>

#include <memory>

#include "sarinr/geo/raster.h"

namespace sarinr::geo {

/// As open_raster, for a dataset that is open already and stays the caller's; it must outlive the source.
std::unique_ptr<RasterSource> dataset_raster(GDALDataset& dataset, const OpenOptions& options);

}  // namespace sarinr::geo
