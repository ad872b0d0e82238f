#include "sarinr/base/module.h"

#include <unistd.h>

#include <array>
#include <climits>
#include <filesystem>

namespace sarinr {

std::string module_path(const std::string& file) {
  std::array<char, PATH_MAX> program{};
  const ssize_t length = readlink("/proc/self/exe", program.data(), program.size());
  std::filesystem::path beside;
  if (length > 0) {
    const std::filesystem::path folder = std::filesystem::path(std::string(program.data(), length)).parent_path();
    beside = folder.parent_path() / "lib" / "sarinr" / file;
    if (std::filesystem::exists(beside)) return beside.string();
  }
  const std::filesystem::path installed = std::filesystem::path(SARINR_MODULE_FOLDER) / file;
  return (std::filesystem::exists(installed) ? installed : beside).string();
}

}  // namespace sarinr
