#pragma once

#include <cstddef>

#include "sarinr/base/bytes.h"
#include "sarinr/base/result.h"

namespace sarinr {

/// One Zstandard frame (RFC 8878) at level 19 that states its content's size; no bytes for no bytes. `dictionary`: what
/// both sides are taken to have seen before the content.
Bytes compress(ByteView content, ByteView dictionary = {});
/// Its inverse, for the same dictionary; frames made without one are read with any. Refuses frames that do not state
/// their size, or state one beyond `most` or beyond what any frame of that length can hold, before memory is taken.
Result<Bytes> decompress(ByteView frame, std::size_t most, ByteView dictionary = {});

}  // namespace sarinr
