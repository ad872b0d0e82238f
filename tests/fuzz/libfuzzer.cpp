#include <cstdint>
#include <cstdlib>
#include <string>

#include "fuzz/targets.h"

namespace {

const sarinr::fuzz::Target& chosen_target() {
  for (const sarinr::fuzz::Target& target : sarinr::fuzz::targets()) {
    if (target.name == std::string(SARINR_FUZZ_TARGET)) return target;
  }
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const sarinr::fuzz::Target& target = chosen_target();
  target.run(sarinr::ByteView(data, size));
  return 0;
}
