#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sarinr/container/file.h"
#include "sarinr/container/part_file.h"
#include "sarinr/quality/metrics.h"

namespace sarinr {

/// Kinds of a part file's entries. A level is a reduced scene, 0 the scene itself; tiles are numbered through all
/// levels, coarser ones behind.
namespace entry_kind {
inline constexpr std::uint8_t level = 1;            ///< number: the level; LevelEntry
inline constexpr std::uint8_t start = 2;            ///< number: the level; StartEntry
inline constexpr std::uint8_t tile = 3;             ///< number: the tile; TileEntry, or a latent tile's grids
inline constexpr std::uint8_t latent_start = 4;     ///< number 0; what a scene's latent tiles are fitted with
inline constexpr std::uint8_t latent_overview = 5;  ///< number: the level; the whole file of a latent overview
}  // namespace entry_kind

/// A level's header as it will be, but for the engine, which is "none" until a tile needs one.
struct LevelEntry {
  int factor = 1;
  Bytes header;  ///< encode_header
};

/// What every fit of a level starts from; written before the level's first tile with a network.
struct StartEntry {
  std::string engine;   ///< its description
  bool shared = false;  ///< the start is stored once in the file, and tiles may be differences from it
  QuantisedWeights weights;
};

/// Sums over a channel's valid pixels of tile cores, fit domain.
struct ChannelTotals {
  std::uint64_t count = 0;
  double squares = 0;  ///< of errors
  double low = 0;      ///< of the source
  double high = 0;
  void add(const ErrorStatistics& errors);
  void add(const ChannelTotals& other);
  ChannelSummary summary() const;
};

struct TileEntry {
  bool has_network = false;
  std::uint64_t epochs = 0;
  std::vector<ChannelTotals> totals;  ///< one a channel
  Bytes payload;                      ///< encode_tile
};

Bytes encode(const LevelEntry& entry);
Bytes encode(const StartEntry& entry);
Bytes encode(const TileEntry& entry);
Result<LevelEntry> decode_level_entry(ByteView bytes);
Result<StartEntry> decode_start_entry(ByteView bytes, const FieldSpec& spec);
Result<TileEntry> decode_tile_entry(ByteView bytes, int channels);

}  // namespace sarinr
