#include "sarinr/base/memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace sarinr {

std::size_t machine_memory() {
  std::size_t bytes =
      static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  // Control groups of version 2 and 1; "max" is no number and leaves the limit alone.
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::size_t limit = 0;
    if (std::ifstream(path) >> limit) bytes = std::min(bytes, limit);
  }
  return bytes;
}

}  // namespace sarinr
