#include "sarinr/scene/ranks.h"

#include <dlfcn.h>

#include <array>
#include <cstdlib>

#include "sarinr/base/error.h"
#include "sarinr/base/module.h"

namespace sarinr {

namespace {

using ModuleEntry = Ranks* (*)();

/// The first of these variables that is set to a number; nothing where none is.
template <std::size_t Count>
std::optional<int> number_in_environment(const std::array<const char*, Count>& names) {
  for (const char* name : names) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return std::atoi(value);
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<Ranks> open_ranks() {
  // Open MPI, then PMIx and PMI as MPICH, Intel MPI and Slurm set them.
  const auto rank = number_in_environment(std::array{"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"});
  const auto count = number_in_environment(std::array{"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"});
  if (!rank || (count && *count <= 1)) return nullptr;
  const std::string path = module_path("mpi.so");
  // Global: Open MPI opens plugins that look for its symbols.
  void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (module == nullptr) {
    const char* reason = dlerror();
    throw Error("this is one of several processes of an MPI job, but the MPI module cannot be opened (" +
                std::string(reason != nullptr ? reason : "unknown reason") +
                "): build sarinr with SARINR_MPI=ON, or use --tiles and sarinr merge");
  }
  void* symbol = dlsym(module, "sarinr_open_ranks");
  if (symbol == nullptr) throw Error(path + " is not a module of this version", ErrorKind::internal);
  return std::unique_ptr<Ranks>(reinterpret_cast<ModuleEntry>(symbol)());
}

int local_rank() {
  return number_in_environment(std::array{"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"})
      .value_or(0);
}

}  // namespace sarinr
