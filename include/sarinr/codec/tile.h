#pragma once

#include <cstdint>
#include <vector>

#include "sarinr/base/bytes.h"
#include "sarinr/base/result.h"
#include "sarinr/codec/latent.h"
#include "sarinr/codec/sample_bound.h"
#include "sarinr/codec/weights.h"
#include "sarinr/field/latent.h"
#include "sarinr/field/spec.h"
#include "sarinr/radiometry/band.h"
#include "sarinr/tiling/grid.h"

namespace sarinr {

/// What one output channel of a tile is, beside the network's value for it.
struct ChannelModel {
  enum class Kind : std::uint8_t {
    empty = 0,     ///< no valid pixel: nothing is known
    constant = 1,  ///< all valid pixels hold `offset`
    network = 2    ///< offset + scale * network output
  };
  Kind kind = Kind::empty;
  double offset = 0;  ///< fit domain; exact for a constant, a float for a network
  float scale = 1;    ///< fit domain units per unit of network output; a bfloat16
};

/// Everything that a tile record holds.
struct TileContent {
  enum class Kind : std::uint8_t {
    field = 0,     ///< channels, and a network if one of them asks for it
    lossless = 1,  ///< the core's samples of every band, exactly
    sampled = 2    ///< the core's samples of every band, as near as `bound` says
  };
  Kind kind = Kind::field;
  /// Classes of the core's pixels, per band (categorical bands: empty), row by row. An empty vector: all valid.
  std::vector<std::vector<PixelClass>> masks;
  std::vector<ChannelModel> channels;  ///< kind field
  /// Kind field; no tensors where no channel asks for a network, and in a latent field, whose networks are the file's.
  QuantisedWeights weights;
  /// Kind field of a latent field: grids over nodes_within(core), those of channels that ask for no network all zero;
  /// none where no channel asks for one.
  LatentGrids latents;
  /// Exact samples of the core in the source type, little-endian, row by row: of categorical bands, and of all bands in
  /// a lossless or sampled tile. Empty for other bands.
  std::vector<Bytes> exact;
  /// Kind sampled, for coding: how near the samples that a decoder gives must be. A decoder does not know it.
  SampleBound bound;
};

/// What a decoder must know from the file header to read a record.
struct TileContext {
  const std::vector<BandModel>* bands = nullptr;
  const FieldSpec* spec = nullptr;
  const QuantisedWeights* shared = nullptr;  ///< nullptr or no tensors: the file has no shared weights
  Extent core;
  const LatentCoder* latents = nullptr;  ///< of a latent spec: made from the shared weights
};

/// Which channels of a tile have latent grids, as LatentCoder takes it.
std::vector<bool> coded_channels(const std::vector<ChannelModel>& channels);

/// The record's payload (docs/format.md, "Tile record"), without length and checksum.
Bytes encode_tile(const TileContent& content, const TileContext& context);
/// Its inverse. Never throws, never takes more memory than the context's core and spec explain.
Result<TileContent> decode_tile(ByteView payload, const TileContext& context);

}  // namespace sarinr
