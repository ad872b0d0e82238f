#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sarinr/radiometry/band.h"
#include "sarinr/render/target.h"

namespace sarinr::geo {

/// Metadata of a rendered raster: the `source`'s, with only the bands asked for, and without what no longer holds of
/// bands that were converted, derived or resampled (statistics, scale and offset, colour tables, units).
struct BandMetadata {
  std::vector<int> bands;          ///< from 0; one per target band
  std::vector<BandModel> sources;  ///< of all the source's bands
  std::vector<BandModel> targets;
  Derivative derivative = Derivative::none;
  bool per_metre = false;
};
std::string band_metadata(const std::string& source, const BandMetadata& change);

/// Metadata of a raster to which speckle was added: the `source`'s with SARINR_SPECKLE=seed among its main items.
std::string speckle_metadata(const std::string& source, std::uint64_t seed);

/// True for complex Sentinel-1 products in a TOPS mode (IW, EW), whose spectrum is not at baseband.
bool is_tops(const std::string& metadata);

}  // namespace sarinr::geo
