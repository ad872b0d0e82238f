// The entropy networks and the coding order written a second time, position by position and as plainly as
// docs/format.md says it: both must write the same bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "codec/laplace_models.h"
#include "codec/latent_grids.h"

namespace sarinr {
namespace {

using testing_support::laplace_grids;
using testing_support::random_networks;

struct Reference {
  LatentShape shape;
  QuantisedWeights networks;
  Extent core;
  LatentGrids grids;

  int symbol(int level, int channel, int row, int column) const {
    const NodeRange range = nodes_within(core, level);
    if (row < 0 || column < 0 || row >= range.rows || column >= range.columns) return 0;
    return grids.symbols[static_cast<std::size_t>(level * shape.channels + channel)]
                        [static_cast<std::size_t>(row * range.columns + column)];
  }

  int interpolated(int level, int channel, int row, int column) const {
    if (level + 1 == shape.levels) return 0;
    const NodeRange fine = nodes_within(core, level);
    const NodeRange coarse = nodes_within(core, level + 1);
    if (coarse.count() == 0) return 0;
    const int i = fine.column + column;
    const int j = fine.row + row;
    const int columns[2] = {i >> 1, (i & 1) != 0 ? (i >> 1) + 1 : (i >> 1) - 1};
    const int rows[2] = {j >> 1, (j & 1) != 0 ? (j >> 1) + 1 : (j >> 1) - 1};
    int sum = 0;
    for (int a = 0; a < 2; ++a) {
      for (int b = 0; b < 2; ++b) {
        const int r = std::clamp(rows[a] - coarse.row, 0, coarse.rows - 1);
        const int c = std::clamp(columns[b] - coarse.column, 0, coarse.columns - 1);
        sum += (a == 0 ? 3 : 1) * (b == 0 ? 3 : 1) * symbol(level + 1, channel, r, c);
      }
    }
    return sum;
  }

  std::vector<std::int64_t> inputs(int level, int channel, int row, int column) const {
    std::vector<std::int64_t> x;
    const int reach = shape.reach();
    for (int r = row - reach; r <= row; ++r) {
      for (int c = column - reach; c <= (r < row ? column + reach : column - 1); ++c) {
        x.push_back(16 * symbol(level, channel, r, c));
      }
    }
    for (int r = row - 1; r <= row + 1; ++r) {
      for (int c = column - 1; c <= column + 1; ++c) x.push_back(interpolated(level, channel, r, c));
    }
    for (int r = row - 1; channel > 0 && r <= row + 1; ++r) {
      for (int c = column - 1; c <= column + 1; ++c) x.push_back(16 * symbol(level, channel - 1, r, c));
    }
    for (std::int64_t& value : x) value = std::clamp<std::int64_t>(value, -2047, 2047);
    return x;
  }

  std::int64_t weight(int channel, latent_tensor::Entropy tensor, std::size_t i, int fraction_bits) const {
    const QuantisedTensor& t = networks.tensors[static_cast<std::size_t>(latent_tensor::of_channel(channel, tensor))];
    return std::llround(std::ldexp(static_cast<double>(t.symbols[i]), fraction_bits + t.exponent / 2));
  }

  /// Centre in sixteenths and scale index.
  std::pair<int, int> distribution(int level, int channel, int row, int column) const {
    using namespace latent_tensor;
    const std::vector<std::int64_t> x = inputs(level, channel, row, column);
    const std::size_t width = static_cast<std::size_t>(shape.entropy_width);
    std::vector<std::int64_t> first(width);
    std::vector<std::int64_t> second(width);
    for (std::size_t k = 0; k < width; ++k) {
      std::int64_t sum = weight(channel, entropy_first_bias, k, 14);
      for (std::size_t i = 0; i < x.size(); ++i) sum += weight(channel, entropy_first, k * x.size() + i, 10) * x[i];
      first[k] = std::clamp<std::int64_t>((sum + 128) >> 8, 0, 16383);
    }
    for (std::size_t k = 0; k < width; ++k) {
      std::int64_t sum = weight(channel, entropy_second_bias, k, 16);
      for (std::size_t i = 0; i < width; ++i) sum += weight(channel, entropy_second, k * width + i, 10) * first[i];
      second[k] = std::min<std::int64_t>(16383, first[k] + std::clamp<std::int64_t>((sum + 512) >> 10, 0, 16383));
    }
    std::int64_t out[2];
    for (std::size_t k = 0; k < 2; ++k) {
      std::int64_t hidden = 512;
      std::int64_t skip = 128;
      for (std::size_t i = 0; i < width; ++i) hidden += weight(channel, entropy_out, k * width + i, 10) * second[i];
      for (std::size_t i = 0; i < x.size(); ++i) skip += weight(channel, entropy_skip, k * x.size() + i, 10) * x[i];
      out[k] = (hidden >> 10) + (skip >> 8) +
               weight(channel, entropy_level_bias, static_cast<std::size_t>(2 * level) + k, 6);
    }
    return {static_cast<int>(std::clamp<std::int64_t>((out[0] + 2) >> 2, -512000, 512000)),
            static_cast<int>(std::clamp<std::int64_t>((out[1] + 208) >> 3, 0, 63))};
  }

  void encode_grid(int level, int channel, LaplaceModels& models, BinaryEncoder& encoder) const {
    const NodeRange range = nodes_within(core, level);
    const int slope = shape.reach() + 1;
    for (int time = 0; time < range.columns + slope * range.rows; ++time) {
      for (int row = 0; row < range.rows; ++row) {
        const int column = time - slope * row;
        if (column < 0 || column >= range.columns) continue;
        const auto [centre, scale] = distribution(level, channel, row, column);
        models.encode(symbol(level, channel, row, column), centre, scale, encoder);
      }
    }
  }

  Bytes encode() const {
    LaplaceModels models;
    SlowBitModel empty(1U << 15);
    BinaryEncoder encoder;
    for (int level = shape.levels - 1; level >= 0; --level) {
      for (int channel = 0; channel < shape.channels; ++channel) {
        if (nodes_within(core, level).count() == 0) continue;
        const auto& symbols = grids.symbols[static_cast<std::size_t>(level * shape.channels + channel)];
        const bool is_empty = std::all_of(symbols.begin(), symbols.end(), [](int s) { return s == 0; });
        encoder.encode_with(is_empty, empty.probability_of_zero());
        empty.update(is_empty);
        if (!is_empty) encode_grid(level, channel, models, encoder);
      }
    }
    return encoder.finish();
  }
};

struct Case {
  int channels;
  int neighbours;
  int width;
  int largest_weight;
  double scale;
  Extent core;
};

class LatentReference : public testing::TestWithParam<Case> {};

TEST_P(LatentReference, WritesTheSameBytes) {
  const Case& c = GetParam();
  LatentShape shape;
  shape.channels = c.channels;
  shape.levels = 5;
  shape.neighbours = c.neighbours;
  shape.entropy_width = c.width;
  const FieldSpec spec = latent_spec(shape);
  const Reference reference{shape, random_networks(spec, 17, c.largest_weight), c.core,
                            laplace_grids(shape, c.core, c.scale, 18)};
  const LatentCoder coder = LatentCoder::make(spec, reference.networks).value_or_throw("networks");
  const std::vector<bool> coded(static_cast<std::size_t>(c.channels), true);
  EXPECT_EQ(coder.encode(reference.grids, c.core, coded), reference.encode());
}

INSTANTIATE_TEST_SUITE_P(Shapes, LatentReference,
                         testing::Values(Case{1, 12, 8, 20, 1, {0, 0, 32, 32}}, Case{2, 24, 16, 20, 2, {5, 7, 29, 43}},
                                         Case{3, 12, 5, 20, 1, {64, 33, 2, 17}},
                                         Case{2, 24, 11, 511, 400, {1, 1, 37, 9}},
                                         Case{1, 24, 16, 511, 9000, {0, 16, 16, 16}}));

/// Adds up the cost of the decisions on one symbol.
struct Cost {
  double bits = 0;
  void encode_with(bool bit, std::uint32_t probability_of_zero) {
    bits -= std::log2((bit ? 65536 - probability_of_zero : probability_of_zero) / 65536.0);
  }
  void encode_raw(std::uint32_t, int count) { bits += count; }
};

// Probabilities are multiples of 1/65536: a decision of probability p costs at most 1.5 / (65536 p) bits more or less.
TEST(LaplaceModels, StartWithTheMassesOfTheDistribution) {
  for (const int scale : {16, 20, 26, 33, 50, 63}) {
    const double b = std::exp(-3.25 + scale / 8.0 + 1.0 / 16);
    const auto below = [b](double x) { return x < 0 ? 0.5 * std::exp(x / b) : 1 - 0.5 * std::exp(-x / b); };
    for (const int centre : {-37, -24, -8, -1, 0, 5, 8, 21}) {
      for (int symbol = -6; symbol <= 6; ++symbol) {
        const double from_centre = symbol - centre / 16.0;
        const double mass = below(from_centre + 0.5) - below(from_centre - 0.5);
        if (mass < 0.002) continue;
        Cost cost;
        LaplaceModels().encode(symbol, centre, scale, cost);
        EXPECT_NEAR(cost.bits, -std::log2(mass), 0.02) << "scale " << scale << ", centre " << centre << ", " << symbol;
      }
    }
  }
}

/// The probabilities of the decisions on one symbol.
struct Decisions {
  std::vector<std::uint32_t> probabilities;
  void encode_with(bool, std::uint32_t probability_of_zero) { probabilities.push_back(probability_of_zero); }
  void encode_raw(std::uint32_t, int) {}
};

// docs/format.md states this sum, so that other decoders can check their tables.
TEST(LaplaceModels, StartWithTheTablesOfTheFormat) {
  ByteWriter table;
  for (int scale = 0; scale < scale_count; ++scale) {
    Decisions last;
    for (int distance = 0; distance <= 8; ++distance) {
      last = {};
      LaplaceModels().encode(5, distance, scale, last);
      table.u16(static_cast<std::uint16_t>(last.probabilities[0]));
      table.u16(static_cast<std::uint16_t>(last.probabilities[1]));
    }
    table.u16(static_cast<std::uint16_t>(last.probabilities[2]));
  }
  EXPECT_EQ(crc32c(table.view()), 0xB5B218D7U);
}

}  // namespace
}  // namespace sarinr
