#pragma once

#include <map>
#include <optional>
#include <vector>

#include "sarinr/codec/latent.h"
#include "sarinr/container/part_file.h"
#include "sarinr/fit/latent.h"

namespace sarinr {

/// What all tiles of a scene are fitted with, once it is known.
struct LatentStart {
  LatentNetworks networks;
  /// Bits or squared errors that each tile is expected to take with them; none where a lambda was asked for.
  std::vector<double> expected;
};

/// Unfinished work on a scene of latent fields: the start, its overviews, then tiles in order. Without a part file
/// nothing is kept.
class LatentWork {
 public:
  /// Throws an Error where the part file holds what cannot be.
  explicit LatentWork(PartFile* part);

  const std::optional<LatentStart>& start() const { return start_; }
  void keep(const LatentStart& start);

  /// The file of a level's overview, where it was kept.
  std::optional<Bytes> overview(int level) const;
  void keep_overview(int level, ByteView file);

  bool has(int tile) const { return tiles_.contains(tile); }
  struct Tile {
    double spent = 0;   ///< of the scene's budget
    LatentGrids grids;  ///< none where it needed none
  };
  /// A tile that was kept.
  Tile tile(int tile, const LatentCoder& coder, const Extent& core, const std::vector<bool>& coded) const;
  /// `grids`: as the coder writes them, nothing where the tile needed none.
  void keep(int tile, double spent, ByteView grids);

 private:
  Bytes read(const PartFile::Entry& entry) const;
  PartFile* part_;
  std::optional<LatentStart> start_;
  std::map<int, PartFile::Entry> overviews_;
  std::map<int, PartFile::Entry> tiles_;
};

}  // namespace sarinr
