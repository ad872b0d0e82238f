#include "sarinr/geo/raster_folder.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "gdal_support.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/storage.h"

namespace sarinr::geo {

namespace {

/// Files that belong to other rasters, or are what an archive is turned into.
bool is_companion(const std::string& name) {
  static const std::set<std::string> extensions = {"ovr", "msk", "xml", "sinr", "part", "new"};
  return extensions.contains(CPLGetExtension(name.c_str()));
}

bool is_raster(const std::string& path) {
  const MessageScope scope;
  VSIStatBufL status;
  if (VSIStatL(path.c_str(), &status) != 0 || VSI_ISDIR(status.st_mode)) return false;
  return GDALIdentifyDriverEx(path.c_str(), GDAL_OF_RASTER, nullptr, nullptr) != nullptr;
}

std::string joined(const std::string& folder, const std::string& name) {
  return CPLFormFilename(folder.c_str(), name.c_str(), nullptr);
}

std::string without_extension(const std::string& name) {
  const std::string extension = CPLGetExtension(name.c_str());
  return extension.empty() ? name : name.substr(0, name.size() - extension.size() - 1);
}

}  // namespace

std::vector<ArchiveItem> list_archive(const std::string& folder, const std::string& output_folder) {
  VSIStatBufL status;
  if (VSIStatL(folder.c_str(), &status) != 0 || !VSI_ISDIR(status.st_mode)) {
    throw Error(folder + " is not a folder: --batch takes the folder of an archive");
  }
  const CPLStringList found(VSIReadDirRecursive(folder.c_str()));
  std::vector<std::string> names;
  for (int i = 0; i < found.size(); ++i) {
    const std::string name = found[i];
    if (!is_companion(name) && is_raster(joined(folder, name))) names.push_back(name);
  }
  if (names.empty()) throw Error(folder + " holds no raster that GDAL reads");
  std::sort(names.begin(), names.end());
  std::map<std::string, int> takers;
  for (const std::string& name : names) ++takers[without_extension(name)];
  std::vector<ArchiveItem> items;
  for (const std::string& name : names) {
    const std::string stem = takers[without_extension(name)] > 1 ? name : without_extension(name);
    items.push_back({joined(folder, name), joined(output_folder, stem + ".sinr")});
  }
  return items;
}

void make_folder_of(const std::string& path) {
  const std::string folder = CPLGetPath(path.c_str());
  if (folder.empty() || path_exists(folder)) return;
  // GDAL's own does not make relative folders.
  std::error_code failed;
  if (is_local(path)) {
    std::filesystem::create_directories(folder, failed);
    if (failed) throw Error(folder + " cannot be created: " + failed.message());
  } else if (VSIMkdirRecursive(folder.c_str(), 0777) != 0) {
    throw Error(folder + " cannot be created: may you write there?");
  }
}

}  // namespace sarinr::geo
