#pragma once

#include <gdal_priv.h>

#include <string>
#include <vector>

#include "sarinr/radiometry/band.h"
#include "sarinr/radiometry/pixel_type.h"

namespace sarinr::geo {

/// The driver for a format's short name or, where that is empty, for the path's extension, else GTiff. Throws an Error
/// where the format is not known or cannot be written.
GDALDriver& output_driver(const std::string& format, const std::string& path);

/// True where the driver takes windows in any order; else it copies a finished raster.
bool takes_windows(GDALDriver& driver);

/// Throws an Error that lists the types that the driver can write, where `type` is none of them.
void check_type(GDALDriver& driver, PixelType type);

/// Creation options for the driver: `asked`, and what suits the pixels where the user asks for nothing. GTiff and COG
/// become BigTIFF where a compressed file might pass 4 GB, which GDAL alone does not foresee. Overviews of COG hold
/// means that suit the quantities: of power for amplitude, of the numbers for the others; GDAL's cubic default
/// rejects complex pixels. Throws an Error where an option is not NAME=VALUE.
CPLStringList creation_options(GDALDriver& driver, const std::vector<std::string>& asked,
                               const std::vector<BandModel>& bands, PixelType type);

/// Of the tiled GTiff that a driver without Create copies from: fast to write, of the smallest size that costs no time.
CPLStringList scratch_options(GDALDriver& tiff, PixelType type, std::size_t bands);

}  // namespace sarinr::geo
