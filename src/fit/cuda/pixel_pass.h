#pragma once

#include "fit/cuda/activation.h"
#include "fit/cuda/arguments.h"

namespace sarinr::fused {

/// A warp's way forward and back over 16 pixels. Sums of a layer come as fragments of 16 pixels x 8 neurons; two of
/// them, rounded to bfloat16, are the left factor of the next product as they stand, so nothing moves between lanes.
/// Left in the stash: values and gradients of all layers (gradients without slope_factor: dL/du = slope_factor D, u = W
/// x + b), coordinates and the outputs' gradients as sums of two bfloat16 numbers.
template <class Unit, int padded>
class PixelPass {
 public:
  template <class T, int N>
  using PerLane = typename Unit::template PerLane<T, N>;
  using Sums = PerLane<float, 4>;
  using Words = PerLane<std::uint32_t, 4>;

  SARINR_DEVICE PixelPass(const Unit& unit, const Arguments& arguments, const TileView& tile, std::uint32_t* stash)
      : unit_(unit), arguments_(arguments), plan_(arguments.plan), tile_(tile), stash_(stash) {}

  /// Adds each lane's squared errors (numbers 0 and 1: channels 2 (lane % 4) and the next) and output gradients (2, 3).
  SARINR_DEVICE void run(int first_pixel, Sums& totals) {
    const Shape& shape = plan_.shape;
    Sums sums[columns];
    Words values[chunks];
    Words rests[chunks];
    for (int layer = 0; layer <= shape.depth; ++layer) {
      if (layer == 0) {
        first_layer(first_pixel, sums);
      } else {
        hidden_layer(layer, values, sums);
      }
      activate_layer(layer, sums, values, rests);
      unit_.converge();
    }
    Sums outputs;
    output_layer(values, rests, outputs);
    Words slopes;
    square_errors(first_pixel, outputs, slopes, totals);
    unit_.converge();
    output_gradients(slopes, sums);
    gate(shape.depth, 1, sums, values);
    const float ratio = shape.slope_factor[1] / shape.kernel_factor[1];
    for (int layer = shape.depth; layer > 0; --layer) {
      hidden_gradients(layer, values, sums);
      gate(layer - 1, ratio, sums, values);
    }
  }

 private:
  static constexpr int columns = padded / 8;
  static constexpr int chunks = padded / 16;

  /// In floats: coordinates of neighbouring pixels differ by less than bfloat16 can tell.
  SARINR_DEVICE void first_layer(int first_pixel, Sums (&sums)[columns]) {
    for (int slot = 0; slot < Unit::slots; ++slot) {
      const int lane = unit_.lane(slot);
      float x[2];
      float y[2];
      SARINR_UNROLL
      for (int r = 0; r < 2; ++r) {
        const int pixel = first_pixel + lane / 4 + 8 * r;
        const bool inside = pixel < tile_.pixels;
        x[r] = inside ? arguments_.x[pixel % tile_.width] : 0.0f;
        y[r] = inside ? arguments_.y[pixel / tile_.width] : 0.0f;
        stash_[plan_.coordinate_slot() + r * block_words + lane] = coordinate_word(lane % 4, x[r], y[r]);
      }
      SARINR_UNROLL
      for (int n = 0; n < columns; ++n) {
        const int place = plan_.first_layer() + n * 8 + 2 * (lane % 4);
        float by_x[2];
        float by_y[2];
        float biases[2];
        unit_.pair(tile_.small + place, by_x);
        unit_.pair(tile_.small + place + padded, by_y);
        unit_.pair(tile_.small + place + 2 * padded, biases);
        SARINR_UNROLL
        for (int e = 0; e < 4; ++e) sums[n][slot][e] = by_x[e % 2] * x[e / 2] + by_y[e % 2] * y[e / 2] + biases[e % 2];
      }
    }
  }

  /// Columns 0 to 4 are the two parts of x, of y, and one; the rest are zero.
  SARINR_DEVICE std::uint32_t coordinate_word(int pair, float x, float y) const {
    if (pair == 3) return 0;
    if (pair == 2) return unit_.pack(1, 0);
    const float value = pair == 0 ? x : y;
    return unit_.pack(value, value - unit_.low(unit_.pack(value, 0)));
  }

  SARINR_DEVICE void hidden_layer(int layer, const Words (&values)[chunks], Sums (&sums)[columns]) {
    const std::uint32_t* blocks = tile_.blocks + (layer - 1) * plan_.hidden_block_words();
    for (int slot = 0; slot < Unit::slots; ++slot) {
      const int place = plan_.hidden_biases() + (layer - 1) * padded + 2 * (unit_.lane(slot) % 4);
      SARINR_UNROLL
      for (int n = 0; n < columns; ++n) {
        float biases[2];
        unit_.pair(tile_.small + place + n * 8, biases);
        SARINR_UNROLL
        for (int e = 0; e < 4; ++e) sums[n][slot][e] = biases[e % 2];
      }
    }
    SARINR_UNROLL
    for (int k = 0; k < chunks; k += 2) {
      SARINR_UNROLL
      for (int n = 0; n < columns; ++n) {
        const int at = (n * columns + 2 * k) * block_words;
        Words matrix;
        unit_.template load<false>(matrix, blocks, {at, at + block_words, at + 2 * block_words, at + 3 * block_words},
                                   plan_.blocks_in_shared);
        unit_.template multiply<0>(sums[n], values[k], matrix);
        unit_.template multiply<2>(sums[n], values[k + 1], matrix);
      }
    }
  }

  SARINR_DEVICE void activate_layer(int layer, const Sums (&sums)[columns], Words (&values)[chunks],
                                    Words (&rests)[chunks]) {
    switch (plan_.shape.activation) {
      case Activation::sine:
        return activate_as<Activation::sine>(layer, sums, values, rests);
      case Activation::finer:
        return activate_as<Activation::finer>(layer, sums, values, rests);
      case Activation::gauss:
        return activate_as<Activation::gauss>(layer, sums, values, rests);
      case Activation::relu:
        return activate_as<Activation::relu>(layer, sums, values, rests);
    }
  }

  /// Of the last layer the bits that rounding takes from the values are kept too: the outputs are nearly exact sums.
  template <Activation activation>
  SARINR_DEVICE void activate_as(int layer, const Sums (&sums)[columns], Words (&values)[chunks],
                                 Words (&rests)[chunks]) {
    const float constant = plan_.shape.finer_constant[layer == 0 ? 0 : 1];
    std::uint32_t* value_slot = stash_ + plan_.value_slot(layer);
    std::uint32_t* slope_slot = stash_ + plan_.gradient_slot(layer);
    const bool last = layer == plan_.shape.depth;
    for (int slot = 0; slot < Unit::slots; ++slot) {
      const int lane = unit_.lane(slot);
      SARINR_UNROLL
      for (int n = 0; n < columns; ++n) {
        SARINR_UNROLL
        for (int r = 0; r < 2; ++r) {
          float value[2];
          float slope[2];
          SARINR_UNROLL
          for (int e = 0; e < 2; ++e) {
            activate<activation>(unit_, sums[n][slot][2 * r + e], constant, value[e], slope[e]);
          }
          const std::uint32_t word = unit_.pack(value[0], value[1]);
          values[n / 2][slot][2 * (n % 2) + r] = word;
          if (last) {
            rests[n / 2][slot][2 * (n % 2) + r] = unit_.pack(value[0] - unit_.low(word), value[1] - unit_.high(word));
          }
          value_slot[(2 * n + r) * block_words + lane] = word;
          slope_slot[(2 * n + r) * block_words + lane] = unit_.pack(slope[0], slope[1]);
        }
      }
    }
  }

  SARINR_DEVICE void output_layer(const Words (&values)[chunks], const Words (&rests)[chunks], Sums& outputs) {
    for (int slot = 0; slot < Unit::slots; ++slot) {
      const int place = plan_.output_biases() + 2 * (unit_.lane(slot) % 4);
      float biases[2];
      unit_.pair(tile_.small + place, biases);
      SARINR_UNROLL
      for (int e = 0; e < 4; ++e) outputs[slot][e] = biases[e % 2];
    }
    SARINR_UNROLL
    for (int k = 0; k < chunks; k += 2) {
      const int at = 2 * k * block_words;
      const int rest = at + plan_.output_block_words();
      Words matrix;
      Words rest_matrix;
      unit_.template load<false>(matrix, tile_.small,
                                 {at, at + block_words, at + 2 * block_words, at + 3 * block_words},
                                 plan_.small_in_shared);
      unit_.template load<false>(rest_matrix, tile_.small,
                                 {rest, rest + block_words, rest + 2 * block_words, rest + 3 * block_words},
                                 plan_.small_in_shared);
      unit_.template multiply<0>(outputs, values[k], matrix);
      unit_.template multiply<0>(outputs, rests[k], matrix);
      unit_.template multiply<0>(outputs, values[k], rest_matrix);
      unit_.template multiply<2>(outputs, values[k + 1], matrix);
      unit_.template multiply<2>(outputs, rests[k + 1], matrix);
      unit_.template multiply<2>(outputs, values[k + 1], rest_matrix);
    }
  }

  /// The loss's derivatives by the outputs as a left factor: columns 0 to 7 their leading bits, 8 to 15 the trailing
  /// ones.
  SARINR_DEVICE void square_errors(int first_pixel, const Sums& outputs, Words& slopes, Sums& totals) {
    const int channels = plan_.shape.outputs;
    const float factor = 2.0f / static_cast<float>(channels);
    for (int slot = 0; slot < Unit::slots; ++slot) {
      const int lane = unit_.lane(slot);
      SARINR_UNROLL
      for (int r = 0; r < 2; ++r) {
        const int pixel = first_pixel + lane / 4 + 8 * r;
        const int valid = pixel < tile_.pixels ? tile_.valid[pixel] : 0;
        float slope[2] = {0, 0};
        SARINR_UNROLL
        for (int e = 0; e < 2; ++e) {
          const int channel = 2 * (lane % 4) + e;
          if ((valid >> channel & 1) == 0) continue;
          const float error = outputs[slot][2 * r + e] - tile_.values[channel * arguments_.grid_pixels() + pixel];
          const float weighted = error * tile_.shares[channel];
          slope[e] = weighted * factor;
          totals[slot][e] += weighted * error;
          totals[slot][2 + e] += slope[e];
        }
        const std::uint32_t word = unit_.pack(slope[0], slope[1]);
        const std::uint32_t rest = unit_.pack(slope[0] - unit_.low(word), slope[1] - unit_.high(word));
        slopes[slot][r] = word;
        slopes[slot][2 + r] = rest;
        stash_[plan_.output_slot() + r * block_words + lane] = word;
        stash_[plan_.output_slot() + (2 + r) * block_words + lane] = rest;
      }
    }
  }

  SARINR_DEVICE static void clear(Sums (&sums)[columns]) {
    SARINR_UNROLL
    for (int n = 0; n < columns; ++n) {
      for (int slot = 0; slot < Unit::slots; ++slot) {
        SARINR_UNROLL
        for (int e = 0; e < 4; ++e) sums[n][slot][e] = 0;
      }
    }
  }

  SARINR_DEVICE void output_gradients(const Words& slopes, Sums (&sums)[columns]) {
    clear(sums);
    SARINR_UNROLL
    for (int n = 0; n < columns; n += 2) {
      const int at = n * block_words;
      Words matrix;
      unit_.template load<true>(matrix, tile_.small, {at, at, at + block_words, at + block_words},
                                plan_.small_in_shared);
      unit_.template multiply<0>(sums[n], slopes, matrix);
      unit_.template multiply<2>(sums[n + 1], slopes, matrix);
    }
  }

  SARINR_DEVICE void hidden_gradients(int layer, const Words (&gradients)[chunks], Sums (&sums)[columns]) {
    const std::uint32_t* blocks = tile_.blocks + (layer - 1) * plan_.hidden_block_words();
    clear(sums);
    SARINR_UNROLL
    for (int k = 0; k < chunks; ++k) {
      SARINR_UNROLL
      for (int n = 0; n < columns; n += 2) {
        const int upper = (2 * k * columns + n) * block_words;
        const int lower = upper + columns * block_words;
        Words matrix;
        unit_.template load<true>(matrix, blocks, {upper, lower, upper + block_words, lower + block_words},
                                  plan_.blocks_in_shared);
        unit_.template multiply<0>(sums[n], gradients[k], matrix);
        unit_.template multiply<2>(sums[n + 1], gradients[k], matrix);
      }
    }
  }

  /// Slopes times what came back: the gradients D of a layer, in the slopes' place and as a left factor.
  SARINR_DEVICE void gate(int layer, float ratio, const Sums (&sums)[columns], Words (&gradients)[chunks]) {
    std::uint32_t* slope_slot = stash_ + plan_.gradient_slot(layer);
    for (int slot = 0; slot < Unit::slots; ++slot) {
      const int lane = unit_.lane(slot);
      SARINR_UNROLL
      for (int n = 0; n < columns; ++n) {
        SARINR_UNROLL
        for (int r = 0; r < 2; ++r) {
          std::uint32_t& place = slope_slot[(2 * n + r) * block_words + lane];
          const std::uint32_t slope = place;
          place = unit_.pack(ratio * sums[n][slot][2 * r] * unit_.low(slope),
                             ratio * sums[n][slot][2 * r + 1] * unit_.high(slope));
          gradients[n / 2][slot][2 * (n % 2) + r] = place;
        }
      }
    }
  }

  const Unit& unit_;
  const Arguments& arguments_;
  const Plan& plan_;
  const TileView& tile_;
  std::uint32_t* stash_;
};

}  // namespace sarinr::fused
