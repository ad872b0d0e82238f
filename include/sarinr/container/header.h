#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sarinr/base/bytes.h"
#include "sarinr/base/result.h"
#include "sarinr/field/spec.h"
#include "sarinr/radiometry/band.h"
#include "sarinr/tiling/grid.h"

namespace sarinr {

/// What stands at the head of a .sinr file.
struct FileHeader {
  int width = 0;
  int height = 0;
  int tile_size = 256;
  int overlap = 4;
  std::vector<BandModel> bands;
  FieldSpec spec;
  /// JSON kept for the user, in UTF-8: "raster" (georeferencing and metadata as geo wrote them), "fit" (options,
  /// engine, versions). Stored compressed; containers do not look inside.
  std::string metadata;

  TileGrid grid() const { return TileGrid(width, height, tile_size, overlap); }
  /// Outputs of the field over all bands.
  int channels() const;
};

/// How near the fields are to the source, measured at the fit with the quantised weights over tile cores; in fit-domain
/// units, per channel.
struct ChannelSummary {
  float mean_square_error = 0;
  float low = 0;  ///< least and greatest valid source value
  float high = 0;
};

/// Limits that a reader holds a header to before it takes memory.
inline constexpr int largest_dimension = 1 << 24;
inline constexpr int largest_tile_size = 4096;
inline constexpr int most_bands = 4096;
inline constexpr std::size_t largest_metadata = std::size_t{1} << 28;
/// Pixels of a tile's core times bands.
inline constexpr std::uint64_t most_tile_samples = std::uint64_t{1} << 28;

/// Bytes 0 to n of a file: magic, version, structure, compressed metadata, CRC-32C. Throws an Error that names the
/// first number beyond its limit.
Bytes encode_header(const FileHeader& header);

}  // namespace sarinr
