#pragma once

#include <vector>

#include "sarinr/codec/binary_coder.h"
#include "sarinr/radiometry/band.h"

namespace sarinr {

/// Codes a class map of width x height pixels, row by row, each pixel in the context of the four neighbours already
/// coded and of `guide` (the same map of an earlier band, or nullptr).
void encode_mask(const std::vector<PixelClass>& mask, int width, int height, const std::vector<PixelClass>* guide,
                 BinaryEncoder& encoder);
std::vector<PixelClass> decode_mask(int width, int height, const std::vector<PixelClass>* guide,
                                    BinaryDecoder& decoder);

}  // namespace sarinr
