#pragma once

#include <memory>
#include <vector>

#include "sarinr/codec/latent.h"
#include "sarinr/codec/tile.h"
#include "sarinr/container/header.h"

namespace sarinr::fuzz {

/// What a reader of records knows from a header. The first byte of an input chooses one.
struct Context {
  FileHeader header;
  QuantisedWeights shared;  ///< no tensors: the file has none
  TileContext tile() const { return {&header.bands, &header.spec, &shared, header.grid().core(0)}; }
};

/// One per sort of band and architecture, with and without shared weights; tiles of some 60 pixels.
const std::vector<Context>& contexts();

/// A latent field's shape, and a coder of made-up networks.
struct LatentCase {
  LatentShape shape;
  LatentCoder coder;
};

/// Both sizes of the neighbours' window, one channel and several.
const std::vector<LatentCase>& latent_cases();

/// Made-up weights of a field.
QuantisedWeights made_weights(const FieldSpec& spec, std::uint64_t seed, bool difference);
/// Made-up tiles of a context: fields with and without masks, constants, lossless samples.
std::vector<TileContent> made_tiles(const Context& context);

}  // namespace sarinr::fuzz
