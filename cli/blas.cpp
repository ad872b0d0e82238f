#include "blas.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace sarinr::cli {

namespace {

/// The OpenBLAS kernel set for this processor's widest vectors; nullptr where its own choice is as good.
const char* core_type() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    return "SkylakeX";
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
  return nullptr;
}

std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  std::string argument;
  while (std::getline(file, argument, '\0')) arguments.push_back(argument);
  return arguments;
}

}  // namespace

void prepare_blas() {
  const char* type = core_type();
  const bool threads_set = std::getenv("OPENBLAS_NUM_THREADS") != nullptr;
  const bool type_set = type == nullptr || std::getenv("OPENBLAS_CORETYPE") != nullptr;
  if (threads_set && type_set) return;
  setenv("OPENBLAS_NUM_THREADS", "1", 0);
  // LibTorch's threads would otherwise spin while they wait, which on a busy machine starves whoever they wait for.
  setenv("OMP_WAIT_POLICY", "PASSIVE", 0);
  if (type != nullptr) setenv("OPENBLAS_CORETYPE", type, 0);
  std::vector<std::string> arguments = own_arguments();
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  execv("/proc/self/exe", pointers.data());
  // Where that is not possible the fit is slower, not wrong.
}

}  // namespace sarinr::cli
