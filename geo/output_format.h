#pragma once

#include <gdal_priv.h>

#include <string>
#include <vector>

#include "sarinr/radiometry/pixel_type.h"

namespace sarinr::geo {

/// The driver for a format's short name or, where that is empty, for the path's extension, else GTiff. Throws an Error
/// where the format is not known or cannot be written.
GDALDriver& output_driver(const std::string& format, const std::string& path);

/// True where the driver takes windows in any order; else it copies a finished raster.
bool takes_windows(GDALDriver& driver);

/// Throws an Error that lists the types that the driver can write, where `type` is none of them.
void check_type(GDALDriver& driver, PixelType type);

/// What is given to GTiff where the user asks for nothing: tiled, lossless compression that suits the type.
std::vector<std::string> default_creation_options(PixelType type, int bands);

}  // namespace sarinr::geo
