#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sarinr/base/storage.h"
#include "sarinr/quality/report.h"
#include "sarinr/scene/field_file.h"
#include "sarinr/scene/jobs.h"
#include "sarinr/scene/raster.h"
#include "sarinr/tiling/grid.h"

namespace sarinr {

/// One of the two rasters that a report compares.
struct ReportSide {
  std::string path;
  std::optional<std::uint64_t> bytes;  ///< of its file; empty where that is not known
};

struct ReportJob {
  ReportSide reference;
  ReportSide test;
  int window_size = 25;                       ///< of the windows in which looks are counted, a multiple of 5
  std::optional<TileGrid> tiles;              ///< what tables and maps are made for; default: about 256 pixels
  std::vector<std::uint64_t> tile_bytes;      ///< of the test's tiles, in order; empty where they are not known
  std::string provenance = "{}";              ///< JSON kept in the report: options, what is known of the test's making
  std::size_t memory = std::size_t{1} << 27;  ///< for the rows that are held at a time
};

/// How faithful a test raster is to a reference.
struct Report {
  ReportSide reference;
  ReportSide test;
  int width = 0;
  int height = 0;
  std::string provenance;
  std::string metadata;  ///< of the reference, as RasterInfo has it
  Figures file;          ///< of the whole file: sizes and times
  Figures whole;         ///< of all bands: mean_figures, without units that bands do not share
  std::vector<BandReport> bands;
};

/// True where the bytes begin as those of a .sinr do.
bool is_field_file(const ByteSource& source);

/// A .sinr as a raster of its own grid. Tiles are evaluated in parallel.
std::unique_ptr<RasterSource> field_raster(std::shared_ptr<const FieldFile> file);

/// Throws an Error that names both files where sizes, numbers of bands, or real and complex types differ.
void check_pair(const RasterInfo& reference, const RasterInfo& test, const ReportJob& job);

/// Compares two rasters of one grid, band by band, in two passes: the first over the reference alone. Both are read in
/// strips of whole rows, so that memory does not grow with their height. The reference's quantities say what the
/// numbers are. Throws what check_pair throws. Georeferencing is not looked at.
Report compare_rasters(RasterSource& reference, RasterSource& test, const ReportJob& job, JobListener& listener);

}  // namespace sarinr
