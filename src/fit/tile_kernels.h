#pragma once

#include <string>

#include "fit/pair_kernels.h"

namespace sarinr {

/// The kernels of an instruction set that multiplies pairs by tiles; nullptr for the others. Each product runs over
/// tiles of 16 x 16 sums, 16 cells at a time (12 of pixel pairs); rounding and pairing are the vector kernels'.
const PairKernels* tile_kernels(const std::string& instructions);

}  // namespace sarinr
