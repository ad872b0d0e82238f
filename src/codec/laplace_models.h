#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sarinr/codec/binary_coder.h"
#include "sarinr/codec/latent.h"

namespace sarinr {

/// Scales of the Laplace distribution: index i stands for ln b = -3.25 + i / 8 + 1 / 16, b in symbols.
inline constexpr int scale_count = 64;
/// Centres are in sixteenths of a symbol, within +- this.
inline constexpr int largest_centre = 16 * largest_latent;

/// The probability that a bit is 0, which starts where the distribution puts it and follows the bits slowly.
class SlowBitModel {
 public:
  SlowBitModel() = default;
  /// In (0, 65536).
  explicit SlowBitModel(std::uint32_t probability_of_zero) : state_(probability_of_zero << 16) {}
  std::uint32_t probability_of_zero() const {
    const std::uint32_t probability = state_ >> 16;
    return probability < least ? least : probability > 65536 - least ? 65536 - least : probability;
  }
  void update(bool bit) {
    const std::uint32_t target = bit ? 0u : 0xFFFFFFFFu;
    state_ += bit ? 0u - (state_ >> rate) : (target - state_) >> rate;
  }

  static constexpr std::uint32_t least = 4;

 private:
  static constexpr int rate = 9;
  std::uint32_t state_ = 1u << 31;
};

/// Codes symbols of given Laplace distributions as binary decisions: is it the whole number m nearest to the centre; on
/// which side of m; one farther, and so on, each with a model for the scale and the centre's distance from m.
class LaplaceModels {
 public:
  LaplaceModels();

  /// Coder has encode_with(bit, probability_of_zero) and encode_raw(bits, count).
  template <class Coder>
  void encode(int symbol, int centre, int scale, Coder& coder) {
    const Place place = place_of(centre, scale);
    const int distance = place.mirrored ? place.nearest - symbol : symbol - place.nearest;
    code(distance != 0, place.models->apart, coder);
    if (distance == 0) return;
    code(distance < 0, place.models->behind, coder);
    const int beyond = (distance < 0 ? -distance : distance) - 1;
    for (int k = 0; k < longest_run; ++k) {
      code(k < beyond, farther_[static_cast<std::size_t>(scale)][std::min(k, run_models - 1)], coder);
      if (k == beyond) return;
    }
    encode_escape(static_cast<std::uint32_t>(beyond - longest_run), scale, coder);
  }

  /// Symbols beyond +-largest_latent, which no encoder writes, are clamped.
  int decode(int centre, int scale, BinaryDecoder& decoder) {
    const Place place = place_of(centre, scale);
    if (!decide(place.models->apart, decoder)) return place.nearest;
    const bool behind = decide(place.models->behind, decoder);
    int distance = 1;
    int k = 0;
    while (k < longest_run && decide(farther_[static_cast<std::size_t>(scale)][std::min(k, run_models - 1)], decoder)) {
      ++k;
    }
    distance += k;
    if (k == longest_run) distance += decode_escape(scale, decoder);
    const int symbol = behind != place.mirrored ? place.nearest - distance : place.nearest + distance;
    return std::clamp(symbol, -largest_latent, largest_latent);
  }

 private:
  struct CentreModels {
    SlowBitModel apart;   ///< the symbol is not m
    SlowBitModel behind;  ///< it lies on the side of m where the centre does not
  };
  struct Place {
    int nearest;    ///< m
    bool mirrored;  ///< the centre lies below m
    CentreModels* models;
  };
  static constexpr int run_models = 15;
  static constexpr int longest_run = 20;
  static constexpr int longest_escape = 17;

  Place place_of(int centre, int scale) {
    const int nearest = (centre + 8) >> 4;
    const int offset = centre - 16 * nearest;
    const std::size_t distance = static_cast<std::size_t>(offset < 0 ? -offset : offset);
    return {nearest, offset < 0, &near_[static_cast<std::size_t>(scale)][distance]};
  }

  template <class Coder>
  static void code(bool bit, SlowBitModel& model, Coder& coder) {
    coder.encode_with(bit, model.probability_of_zero());
    model.update(bit);
  }
  static bool decide(SlowBitModel& model, BinaryDecoder& decoder) {
    const bool bit = decoder.decode_with(model.probability_of_zero());
    model.update(bit);
    return bit;
  }

  /// The order of the Exp-Golomb code at which an escape from a scale is about as long as its digits.
  static int escape_order(int scale) { return scale < 32 ? 0 : (scale - 26) / 6; }
  template <class Coder>
  static void encode_escape(std::uint32_t value, int scale, Coder& coder) {
    const int order = escape_order(scale);
    const std::uint32_t shifted = value + (1u << order);
    const int longer = std::bit_width(shifted) - 1 - order;
    for (int i = 0; i < longer; ++i) coder.encode_raw(1, 1);
    if (longer < longest_escape) coder.encode_raw(0, 1);
    coder.encode_raw(shifted & ((1u << (order + longer)) - 1), order + longer);
  }
  static int decode_escape(int scale, BinaryDecoder& decoder);

  std::array<std::array<CentreModels, 9>, scale_count> near_;
  std::array<std::array<SlowBitModel, run_models>, scale_count> farther_;
};

}  // namespace sarinr
