#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sarinr/base/bytes.h"
#include "sarinr/base/extent.h"
#include "sarinr/base/result.h"
#include "sarinr/codec/weights.h"
#include "sarinr/field/latent.h"
#include "sarinr/field/spec.h"

namespace sarinr {

/// Symbols of latent grids lie in [-largest_latent, largest_latent].
inline constexpr int largest_latent = 32000;

/// Codes a tile's latent grids with a file's entropy networks (docs/format.md, "Latent grids"): whole numbers
/// throughout, so that every machine and every instruction set writes and reads the same bytes. Immutable and
/// thread-safe.
class LatentCoder {
 public:
  /// The coder of a latent spec and its file's networks. Fails where an entropy network's numbers have no exact
  /// fixed-point form: odd step exponents, exponents of a matrix below -20, weights of 4 and more.
  /// `instructions` is one of instruction_sets() or "auto" for the fastest; another is an Error.
  static Result<LatentCoder> make(const FieldSpec& spec, const QuantisedWeights& networks,
                                  const std::string& instructions = "auto");

  /// The stream of a tile: `core` is in scene pixels, `coded` has one entry a channel. Grids must be
  /// [level * channels + channel] over nodes_within(core, level), those of channels that are not coded all zero, and
  /// symbols at most largest_latent in magnitude; anything else is an internal Error.
  Bytes encode(const LatentGrids& grids, const Extent& core, const std::vector<bool>& coded) const;
  /// Its inverse; grids of channels that are not coded come back zero. Damaged bytes give wrong symbols or a failure,
  /// and take no more memory or time than sound ones.
  Result<LatentGrids> decode(ByteView stream, const Extent& core, const std::vector<bool>& coded) const;
  /// Bits that encode() spends on each grid, in the grids' order, without the few bytes of rounding at the stream's
  /// end. Takes about as long as encode(); arguments are its own.
  std::vector<double> exact_cost(const LatentGrids& grids, const Extent& core, const std::vector<bool>& coded) const;

 private:
  struct Parts;
  explicit LatentCoder(std::shared_ptr<const Parts> parts);
  std::shared_ptr<const Parts> parts_;
};

}  // namespace sarinr
