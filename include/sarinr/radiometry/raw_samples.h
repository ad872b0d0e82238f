#pragma once

#include <cstdint>

#include "sarinr/base/bytes.h"
#include "sarinr/radiometry/band.h"

namespace sarinr {

/// One pixel as it stands in a raster of the type: bytes_per_pixel(type) bytes, little-endian, I before Q.
Sample decode_sample(PixelType type, const std::uint8_t* bytes);

/// Appends a pixel that the type can hold; the inverse of decode_sample. Whole numbers of 64 bits pass through double,
/// exact to 2^53.
void encode_sample(PixelType type, Sample sample, ByteWriter& writer);

}  // namespace sarinr
