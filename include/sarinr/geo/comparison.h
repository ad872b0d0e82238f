#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sarinr/scene/raster.h"

namespace sarinr::geo {

/// What sets the georeferencing of two rasters of one size apart, as RasterInfo::metadata holds it: a clause such as
/// "its geotransform differs by 12.5 pixels"; empty where they agree to a hundredth of a pixel. Compared are the
/// coordinate systems, the geotransforms and the ground control points.
std::string georeferencing_difference(const RasterInfo& reference, const RasterInfo& test);

/// Bytes of the file of that name; empty where there is none, as for names of subdatasets.
std::optional<std::uint64_t> file_bytes(const std::string& path);

/// Names of the files in a folder, sorted. Throws an Error where it is no folder.
std::vector<std::string> files_in(const std::string& folder);

/// A PNG file of 8-bit pixels: width x height bytes are grey, three times as many red, green, blue.
std::string encode_png(int width, int height, const std::vector<std::uint8_t>& pixels);

}  // namespace sarinr::geo
