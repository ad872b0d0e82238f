#pragma once

#include <string>
#include <vector>

namespace sarinr {

/// Instruction sets that this build has kernels for and this machine runs, the fastest first.
std::vector<std::string> instruction_sets();

}  // namespace sarinr
