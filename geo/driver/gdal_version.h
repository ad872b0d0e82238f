#pragma once

// What differs between the GDAL versions that the plugin is built for (3.6 and later) stands here and nowhere else.

#include <gdal_pam.h>
#include <gdal_priv.h>

namespace sarinr::geo::driver {

/// The band list of GDALDataset::IRasterIO.
#ifdef BANDMAP_TYPE
using BandMap = BANDMAP_TYPE;
#else
using BandMap = int*;
#endif

/// What GetMetadata gives, and what drivers take options as.
#if GDAL_VERSION_NUM >= GDAL_COMPUTE_VERSION(3, 13, 0)
using MetadataLines = CSLConstList;
using OptionLines = CSLConstList;
#else
using MetadataLines = char**;
using OptionLines = char**;
#endif

/// A geotransform as GetGeoTransform fills it, and the whole signature but for the class.
#if GDAL_VERSION_NUM >= GDAL_COMPUTE_VERSION(3, 12, 0)
using GeoTransformOut = GDALGeoTransform&;
#define SARINR_CONST_SINCE_3_12 const
#else
using GeoTransformOut = double*;
#define SARINR_CONST_SINCE_3_12
#endif

}  // namespace sarinr::geo::driver
