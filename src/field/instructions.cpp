#include "sarinr/field/instructions.h"

#include "field/amx_tiles.h"
#include "field/dispatch.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

struct InstructionSet {
  const char* name;
  std::int64_t target;
  bool tiles = false;  ///< that, and AMX's tiles for the products of bfloat16
};

/// From the fastest to the slowest.
constexpr InstructionSet known_sets[] = {{amx_name, HWY_AVX3, true}, {"avx512", HWY_AVX3}, {"avx2", HWY_AVX2},
                                         {"sse4", HWY_SSE4},         {"neon", HWY_NEON},   {"portable", HWY_EMU128},
                                         {"portable", HWY_SCALAR}};

bool usable(const InstructionSet& set) {
  if (((HWY_TARGETS & hwy::SupportedTargets()) & set.target) == 0) return false;
  return !set.tiles || amx_obstacle().empty();
}

}  // namespace

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const InstructionSet& set : known_sets) {
    if (usable(set)) names.emplace_back(set.name);
  }
  return names;
}

bool uses_tiles(const std::string& instructions) {
  return instructions == amx_name || instructions == emulated_amx_name;
}

std::int64_t instruction_target(const std::string& instructions) {
  const bool any = instructions == "auto" || instructions == emulated_amx_name;
  for (const InstructionSet& set : known_sets) {
    if ((any ? !set.tiles : instructions == set.name) && usable(set)) return set.target;
  }
  std::string names = "auto";
  for (const std::string& name : instruction_sets()) names += ", " + name;
  if (instructions == amx_name) {
    const std::string reason = amx_obstacle().empty() ? "its processor has no AVX-512" : amx_obstacle();
    throw Error("this machine cannot use the instruction set 'amx' (" + reason + "): it has " + names);
  }
  throw Error("unknown instruction set '" + instructions + "': this machine has " + names);
}

}  // namespace sarinr
