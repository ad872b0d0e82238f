#include "sarinr/field/instructions.h"

#include "field/dispatch.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

struct InstructionSet {
  const char* name;
  std::int64_t target;
};

/// From the fastest to the slowest.
constexpr InstructionSet known_sets[] = {{"avx512", HWY_AVX3}, {"avx2", HWY_AVX2},       {"sse4", HWY_SSE4},
                                         {"neon", HWY_NEON},   {"portable", HWY_EMU128}, {"portable", HWY_SCALAR}};

bool usable(const InstructionSet& set) { return ((HWY_TARGETS & hwy::SupportedTargets()) & set.target) != 0; }

}  // namespace

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const InstructionSet& set : known_sets) {
    if (usable(set)) names.emplace_back(set.name);
  }
  return names;
}

std::int64_t instruction_target(const std::string& instructions) {
  for (const InstructionSet& set : known_sets) {
    if (usable(set) && (instructions == "auto" || instructions == set.name)) return set.target;
  }
  std::string names = "auto";
  for (const std::string& name : instruction_sets()) names += ", " + name;
  throw Error("unknown instruction set '" + instructions + "': this machine has " + names);
}

}  // namespace sarinr
