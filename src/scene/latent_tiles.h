#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "sarinr/codec/latent.h"
#include "sarinr/field/latent_field.h"
#include "sarinr/fit/latent.h"
#include "sarinr/scene/latent.h"
#include "scene/prepare.h"
#include "scene/speckle_survey.h"

namespace sarinr {

/// A tile between reading and coding.
struct LatentTile {
  PreparedTile prepared;
  LatentTarget target;  ///< empty where no network is needed
  Extent core;          ///< the target's may reach over tiles that are yet to be fitted
};

/// The k-th of `looks` tiles that lie evenly spread over `count`.
inline int spread_tile(int k, int looks, int count) {
  return static_cast<int>((2 * std::int64_t{k} + 1) * count / (2 * looks));
}

/// The grids of the tiles fitted so far that later ones lie beside.
class FittedGrids {
 public:
  FittedGrids(const TileGrid& grid, int channels) : grid_(grid), channels_(channels) {}
  /// Tiles come in order; no latents: zeros. Forgets what lies more than two rows back.
  void keep(int tile, LatentGrids grids);
  /// Gives a field the grids of all tiles that it depends on.
  void fill(LatentField& field) const;
  bool has(int tile) const { return kept_.contains(tile); }
  /// Whether the tile's field answers for its pixels.
  bool has_field(int tile) const { return has(tile) && !kept_.at(tile).empty(); }
  /// The symbol of a node, or nullptr where its tile is not fitted yet.
  const std::int16_t* symbol(int level, int channel, int column, int row) const;

 private:
  const TileGrid& grid_;
  int channels_;
  std::map<int, LatentGrids> kept_;
};

/// A scene's tiles as latent fields want them: of one normalisation, with a border shared with tiles fitted before.
class LatentTiles {
 public:
  LatentTiles(RasterSource& source, int tile_size);

  /// Of a channel's values over a tile.
  struct Moments {
    double mean = 0;
    double variance = 0;
  };

  const TileGrid& grid() const { return grid_; }
  int channels() const { return channels_; }

  /// Finds means and deviations over some tiles of the scene, or over all where value ranges are wanted too. False
  /// where no channel varies anywhere.
  bool normalise(bool all);
  /// The squared error a pixel (those without a value have none), summed over channels in normalised units, that the
  /// job asks for: by its PSNR, by its root mean
  /// square error in dB (detected bands; others take the preset's PSNR), or by its preset.
  double squared_error(const LatentJob& job) const;

  LatentTile read(int tile, const FittedGrids* fitted) const;
  /// The first tile that needs a network.
  LatentTile first_with_network() const;
  /// Bytes of the whole file but grids, networks and metadata, if all tiles were like this one.
  double overhead(const LatentTile& tile) const;
  TileContext context(int tile, const FieldSpec& spec, const LatentCoder* coder) const;
  /// Errors over the core, each channel's; `values` of the field, [channel][row][column] of the core.
  static std::vector<ErrorStatistics> measure(const LatentTile& tile, const std::vector<float>& values);

  /// The core's source and field in the detected bands, in order; `values` as above.
  std::vector<SpecklePlane> speckle_planes(const LatentTile& tile, const std::vector<float>& values) const;

  /// The core's part of grids fitted over the target's.
  LatentGrids own_part(const LatentTile& tile, LatentGrids grids) const;

  /// The middle of a target, as a scene of its own.
  static LatentTarget middle(const LatentTarget& target, int size);
  /// Summed over valid pixels of `core` and channels, normalised.
  static double squared_error(const LatentFit& fit, const LatentTarget& target, const Extent& core);

 private:
  struct Sums {
    double count = 0;
    double sum = 0;
    double squares = 0;
    void add(const Moments& moments, double values);
    double mean() const { return count > 0 ? sum / count : 0; }
    double variance() const { return count > 0 ? std::max(0.0, squares / count - mean() * mean()) : 0; }
  };

  void set_models(const std::vector<Sums>& sums);
  void restrict_to_region(LatentTile& tile, const FittedGrids* fitted) const;
  void leave_out_unfitted(LatentTarget& target, const FittedGrids& fitted) const;

  RasterSource& source_;
  TileGrid grid_;
  TileGrid reading_;  ///< the same cores, with borders
  int channels_ = 0;
  std::vector<ChannelModel> models_;  ///< offset and scale of each channel over the scene
  std::vector<ErrorStatistics> values_;
  double looked_at_ = 0;  ///< pixels of which values_ tell
};

}  // namespace sarinr
