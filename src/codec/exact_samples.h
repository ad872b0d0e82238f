#pragma once

#include "sarinr/base/bytes.h"
#include "sarinr/base/result.h"

namespace sarinr {

/// Samples as compressed byte planes: first the lowest byte of every pixel, then the next, and so on; neighbouring
/// pixels differ mostly in their low bytes. `samples` holds whole pixels.
Bytes compress_samples(const Bytes& samples, std::size_t bytes_per_pixel);
/// Exactly `pixels` pixels, or a failure.
Result<Bytes> decompress_samples(ByteView frame, std::size_t pixels, std::size_t bytes_per_pixel);

}  // namespace sarinr
