#pragma once

#include <vector>

#include "sarinr/base/bytes.h"

namespace sarinr::fuzz {

/// A reader of bytes that may be hostile. `run` must neither crash nor throw, whatever the input; it throws where what
/// was read breaks a promise. `seeds` are sound inputs, from which others are made.
struct Target {
  const char* name;
  void (*run)(ByteView input);
  std::vector<Bytes> (*seeds)();
};

/// header, index, record, masks, weights, latents, file.
const std::vector<Target>& targets();

}  // namespace sarinr::fuzz
