#pragma once

// Which of the kernels that Highway compiles a file for are run: included by every such file, before foreach_target.

#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/targets.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace sarinr {

/// AVX-512 whose products of bfloat16 go through AMX's tiles.
inline constexpr const char* amx_name = "amx";
/// The same kernels on EmulatedTiles and the machine's fastest vectors: for tests, not among instruction_sets.
inline constexpr const char* emulated_amx_name = "amx-emulated";
bool uses_tiles(const std::string& instructions);

/// Highway's number of an instruction set of this machine, for "auto" of that with the fastest vectors; throws an
/// Error naming them.
std::int64_t instruction_target(const std::string& instructions);

/// The place of that instruction set's entry in the tables of HWY_EXPORT.
inline std::size_t dispatch_place(const std::string& instructions) {
  const std::int64_t target = instruction_target(instructions);
  if constexpr ((HWY_TARGETS & (HWY_TARGETS - 1)) == 0) return 0;
  hwy::ChosenTarget chosen;
  chosen.Update(target);
  return chosen.GetIndex();
}

}  // namespace sarinr
