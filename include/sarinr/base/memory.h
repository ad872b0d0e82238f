#pragma once

#include <cstddef>

namespace sarinr {

/// Bytes of memory that this process may hope for: the machine's, or its control group's limit where that is lower.
std::size_t machine_memory();

}  // namespace sarinr
