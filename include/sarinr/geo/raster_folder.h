#pragma once

#include <string>
#include <vector>

namespace sarinr::geo {

/// A raster of an archive and the .sinr to make of it.
struct ArchiveItem {
  std::string input;
  std::string output;
};

/// The files below a folder that GDAL takes for rasters, but overviews, masks and .sinr files, in alphabetical order;
/// outputs lie in `output_folder` at the same places, with .sinr for their extensions (behind them where two inputs
/// differ in nothing else). Throws an Error where the folder cannot be read or holds none.
std::vector<ArchiveItem> list_archive(const std::string& folder, const std::string& output_folder);

/// Makes the folder that a file is to lie in, and those above it.
void make_folder_of(const std::string& path);

}  // namespace sarinr::geo
