#pragma once

#include <memory>

#include "level.h"
#include "sarinr/base/bytes.h"
#include "sarinr/base/recent_cache.h"

namespace sarinr::geo::driver {

/// Width and height of the blocks that GDAL reads, on every level.
inline constexpr int block_size = 256;

/// A block of a level: all bands and the mask, for they are evaluated together.
struct Block {
  std::vector<Bytes> bands;  ///< in the bands' types, block_size columns a row; zeros beyond the level
  Bytes mask;                ///< 255 or 0
};

/// Evaluates blocks when they are first needed and keeps those used last, so that bands that are read one after the
/// other cost one evaluation. A block that two threads want is evaluated once. Thread-safe.
class BlockCache {
 public:
  /// `bands` are those of the source.
  BlockCache(const Pyramid& pyramid, std::vector<BandModel> bands);
  /// Throws an Error where a tile is damaged or cannot be read.
  std::shared_ptr<const Block> block(int level, int column, int row);

 private:
  struct Key {
    int level, row, column;
    auto operator<=>(const Key&) const = default;
  };
  std::shared_ptr<const Block> evaluate(const Key& key) const;

  const Pyramid& pyramid_;
  std::vector<BandModel> bands_;
  RecentCache<Key, Block> blocks_;
};

}  // namespace sarinr::geo::driver
