#pragma once

#include <cstddef>

#include "sarinr/base/bytes.h"
#include "sarinr/base/result.h"

namespace sarinr {

/// One Zstandard frame (RFC 8878) at level 19 that states its content's size; no bytes for no bytes.
Bytes compress(ByteView content);
/// Its inverse. Refuses frames that do not state their size, or state one beyond `most` or beyond what any frame of
/// that length can hold, before memory is taken.
Result<Bytes> decompress(ByteView frame, std::size_t most);

}  // namespace sarinr
