#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sarinr/base/recent_cache.h"
#include "sarinr/codec/tile.h"
#include "sarinr/render/renderer.h"

namespace sarinr {

/// The fields of a file's tiles, built when they are first asked for; those used last are kept. A latent field takes
/// symbols of its neighbours: their decoded records are kept too, as many as let a scene that is rendered row by row
/// decode each tile once. A tile that two threads want is decoded once. Thread-safe.
class TileFields final : public FieldSource {
 public:
  /// Gives a tile's decoded record, or throws an Error. Thread-safe.
  using Decode = std::function<TileContent(int tile)>;

  /// `shared` are the file's shared weights. Throws an Error that begins with `name` where latent fields overlap, and
  /// `field` where a tile needs their network but the file has none. `capacity` is the most fields kept, and the most
  /// records.
  TileFields(const TileGrid& grid, const FieldSpec& spec, const QuantisedWeights& shared, int overlap, Decode decode,
             const std::string& name, std::size_t capacity);

  std::shared_ptr<const TileField> field(int tile) const override;

 private:
  std::shared_ptr<const TileField> coordinate_field(int tile) const;
  std::shared_ptr<const TileField> latent_field(int tile) const;
  std::shared_ptr<const TileContent> record(int tile) const;
  void add_neighbours(int tile, LatentField& latent) const;

  TileGrid grid_;
  FieldSpec spec_;
  QuantisedWeights shared_;
  Decode decode_;
  std::string name_;
  std::shared_ptr<const LatentNetwork> network_;  ///< of latent files
  mutable RecentCache<int, TileField> fields_;
  mutable RecentCache<int, TileContent> records_;
};

}  // namespace sarinr
