#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sarinr/radiometry/band.h"
#include "sarinr/tiling/grid.h"

namespace sarinr {

/// What a raster is, as the jobs see it.
struct RasterInfo {
  int width = 0;
  int height = 0;
  std::vector<BandModel> bands;
  std::vector<std::string> band_names;  ///< description, or "band N"
  std::vector<std::string>
      quantity_reasons;   ///< why each quantity was chosen, for the user: "asked for", "type is complex"
  bool has_mask = false;  ///< the raster has a mask band of its own, beside nodata values
  std::string metadata;   ///< JSON object with all that geo keeps; opaque here
};

/// A window of all bands: samples[band][row * width + column]. `mask` is empty or 1 where the raster's own mask says
/// valid.
struct RasterWindow {
  Extent extent;
  std::vector<std::vector<Sample>> samples;
  std::vector<std::uint8_t> mask;
};

/// A raster to fit or to compare. One thread reads at a time.
class RasterSource {
 public:
  virtual ~RasterSource() = default;
  virtual const RasterInfo& info() const = 0;
  /// Throws an Error naming the file and the place where reading fails.
  virtual RasterWindow read(const Extent& window) = 0;
  /// What unfinished work remembers of its input, to notice another: a JSON object with "options" (those it was opened
  /// with, by the names that the user knows) and "files" (name to "bytes" and time of "change"). Empty: unknown.
  virtual std::string identity() const { return "{}"; }
};

/// A raster being written. One thread writes, any window once, in any order; exists whole after commit or not at all.
class RasterSink {
 public:
  virtual ~RasterSink() = default;
  virtual void write(const RasterWindow& window) = 0;
  virtual void commit() = 0;
};

}  // namespace sarinr
