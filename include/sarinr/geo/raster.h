#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sarinr/scene/raster.h"

namespace sarinr::geo {

/// Registers GDAL's drivers and sends GDAL's messages to this program's log instead of stderr. `cache_bytes` bounds
/// GDAL's block cache. Call once, first.
void start(std::size_t cache_bytes);

struct OpenOptions {
  std::vector<int> bands;               ///< numbers from 1, in the order wanted; empty: all
  std::optional<Extent> window;         ///< part of the raster, in whole pixels; georeferencing is moved with it
  std::vector<std::string> quantities;  ///< "amplitude" for all bands, or "VV=amplitude", "2=other" per band
};

/// Opens any raster GDAL reads: files, /vsi paths, subdataset names. A raster that holds only subdatasets is refused
/// with their names listed. Errors: missing, unreadable, not a raster, no such band, window outside, unknown quantity.
std::unique_ptr<RasterSource> open_raster(const std::string& path, const OpenOptions& options = {});

struct CreateOptions {
  std::string format;                 ///< GDAL short name; empty: by the output's extension, else GTiff
  std::vector<std::string> creation;  ///< NAME=VALUE
  std::optional<PixelType> type;      ///< of the output; default: each band's own (the widest where they differ)
  bool overwrite = false;
};

/// Creates a raster that has `info`'s size, bands, georeferencing and metadata. Drivers that cannot be written to in
/// pieces (COG, JPEG, PNG) are copied from a temporary file on commit. The output appears under its name on commit
/// only.
std::unique_ptr<RasterSink> create_raster(const std::string& path, const RasterInfo& info,
                                          const CreateOptions& options);

/// The seed of the speckle that was put back into a raster (its metadata item SARINR_SPECKLE); nothing in others.
std::optional<std::string> speckle_seed(const RasterInfo& info);

/// Longitude and latitude (WGS 84, degrees) to source pixels (corners at whole numbers) for the georeferencing kept in
/// `info.metadata`: geotransform, else GCPs (thin plate spline), else RPC. Throws an Error where there is none.
class PixelLocator {
 public:
  explicit PixelLocator(const std::string& metadata);
  ~PixelLocator();
  PixelLocator(PixelLocator&&) noexcept;
  PixelLocator& operator=(PixelLocator&&) noexcept;
  struct Pixel {
    double x;
    double y;
  };
  Pixel pixel(double longitude, double latitude) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sarinr::geo
