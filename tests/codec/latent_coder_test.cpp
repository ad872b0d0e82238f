#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "codec/latent_grids.h"
#include "sarinr/base/error.h"
#include "sarinr/codec/latent.h"
#include "sarinr/field/instructions.h"

namespace sarinr {
namespace {

using testing_support::constant_networks;
using testing_support::laplace_grids;
using testing_support::random_networks;

LatentShape shape_of(int channels, int levels, int neighbours, int entropy_width) {
  LatentShape shape;
  shape.channels = channels;
  shape.levels = levels;
  shape.neighbours = neighbours;
  shape.entropy_width = entropy_width;
  return shape;
}

LatentCoder coder_of(const LatentShape& shape, const QuantisedWeights& networks,
                     const std::string& instructions = "auto") {
  return LatentCoder::make(latent_spec(shape), networks, instructions).value_or_throw("networks");
}

std::vector<bool> all_coded(const LatentShape& shape) {
  return std::vector<bool>(static_cast<std::size_t>(shape.channels), true);
}

struct Case {
  int channels;
  int levels;
  int neighbours;
  int entropy_width;
  Extent core;
};

class LatentRoundTrip : public testing::TestWithParam<Case> {};

TEST_P(LatentRoundTrip, GivesBackEverySymbol) {
  const Case& c = GetParam();
  const LatentShape shape = shape_of(c.channels, c.levels, c.neighbours, c.entropy_width);
  const QuantisedWeights networks = random_networks(latent_spec(shape), 7);
  const LatentCoder coder = coder_of(shape, networks);
  for (const double scale : {0.3, 2.0, 400.0}) {
    const LatentGrids grids = laplace_grids(shape, c.core, scale, 11);
    const Bytes stream = coder.encode(grids, c.core, all_coded(shape));
    const Result<LatentGrids> back = coder.decode(stream, c.core, all_coded(shape));
    ASSERT_TRUE(back) << back.failure().message;
    EXPECT_EQ(back->symbols, grids.symbols) << "scale " << scale;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, LatentRoundTrip,
                         testing::Values(Case{1, 7, 12, 8, {0, 0, 64, 64}}, Case{1, 7, 24, 16, {0, 0, 70, 50}},
                                         Case{3, 4, 12, 5, {33, 17, 41, 37}}, Case{2, 7, 24, 11, {7, 9, 31, 77}},
                                         Case{2, 7, 12, 16, {1, 2, 1, 90}}, Case{1, 7, 24, 4, {5, 3, 90, 1}},
                                         Case{2, 3, 24, 8, {4, 6, 2, 3}}, Case{1, 1, 12, 8, {3, 5, 20, 20}},
                                         Case{1, 7, 12, 8, {9, 9, 1, 1}}, Case{1, 2, 12, 8, {100000, 3, 19, 300}}));

TEST(LatentCoder, EveryInstructionSetWritesTheSameBytes) {
  const Extent core{3, 5, 61, 83};
  for (const LatentShape& shape : {shape_of(2, 7, 12, 8), shape_of(2, 7, 24, 16)}) {
    // Large weights and symbols drive every clamp.
    for (const auto& [largest, scale] : {std::pair{20, 1.5}, std::pair{511, 3000.0}}) {
      const QuantisedWeights networks = random_networks(latent_spec(shape), 3, largest);
      const LatentGrids grids = laplace_grids(shape, core, scale, 4);
      const Bytes stream = coder_of(shape, networks, "portable").encode(grids, core, all_coded(shape));
      for (const std::string& instructions : instruction_sets()) {
        const LatentCoder coder = coder_of(shape, networks, instructions);
        EXPECT_EQ(coder.encode(grids, core, all_coded(shape)), stream) << instructions;
        EXPECT_EQ(coder.decode(stream, core, all_coded(shape))->symbols, grids.symbols) << instructions;
      }
    }
  }
}

TEST(LatentCoder, GridsWithoutSymbolsCostNextToNothing) {
  const LatentShape shape = shape_of(3, 7, 12, 8);
  const Extent core{0, 0, 256, 256};
  const LatentCoder coder = coder_of(shape, random_networks(latent_spec(shape), 1));
  LatentGrids grids = laplace_grids(shape, core, 1e-9, 1);
  EXPECT_LE(coder.encode(grids, core, all_coded(shape)).size(), 3U) << "21 grids at about a bit each";
  EXPECT_EQ(coder.encode(grids, core, {false, false, false}).size(), 0U);
  EXPECT_EQ(coder.decode({}, core, {false, false, false})->symbols, grids.symbols);
}

TEST(LatentCoder, ChannelsThatAreNotCodedCostNothingAndComeBackZero) {
  const LatentShape shape = shape_of(2, 5, 12, 8);
  const Extent core{0, 0, 40, 40};
  const LatentCoder coder = coder_of(shape, random_networks(latent_spec(shape), 1));
  LatentGrids grids = laplace_grids(shape, core, 2, 1);
  for (std::size_t i = 0; i < grids.symbols.size(); i += 2)
    std::fill(grids.symbols[i].begin(), grids.symbols[i].end(), 0);
  const Bytes stream = coder.encode(grids, core, {false, true});
  EXPECT_EQ(coder.decode(stream, core, {false, true})->symbols, grids.symbols);
  const std::vector<double> bits = coder.exact_cost(grids, core, {false, true});
  for (std::size_t i = 0; i < bits.size(); ++i) EXPECT_EQ(bits[i] > 0, i % 2 == 1) << "grid " << i;
}

TEST(LatentCoder, CarriesTheLargestSymbolsThroughTheNarrowestDistribution) {
  const LatentShape shape = shape_of(1, 3, 12, 8);
  const Extent core{0, 0, 16, 16};
  for (const int log_scale : {-100000, 0, 100000}) {
    for (const int centre : {-3000000, 0, 3000000}) {
      const LatentCoder coder = coder_of(shape, constant_networks(latent_spec(shape), centre, log_scale));
      LatentGrids grids = laplace_grids(shape, core, 1, 2);
      for (std::size_t i = 0; i < grids.symbols[0].size(); i += 3) grids.symbols[0][i] = i % 2 == 0 ? 32000 : -32000;
      const Bytes stream = coder.encode(grids, core, all_coded(shape));
      EXPECT_EQ(coder.decode(stream, core, all_coded(shape))->symbols, grids.symbols);
    }
  }
}

TEST(LatentCoder, CostsWhatTheDistributionSays) {
  const LatentShape shape = shape_of(1, 1, 12, 8);
  const Extent core{0, 0, 200, 200};
  // Centres of scale indices 13, 26 and 45.
  for (const int index : {13, 26, 45}) {
    const double scale = std::exp(-3.25 + index / 8.0 + 1.0 / 16);
    const LatentGrids grids = laplace_grids(shape, core, scale, 5);
    const LatentCoder coder = coder_of(shape, constant_networks(latent_spec(shape), 0, 8 * index - 208));
    double ideal = 0;
    for (const std::int16_t symbol : grids.symbols[0]) {
      const double distance = std::abs(symbol);
      const double zero = 1 - std::exp(-0.5 / scale);
      ideal -= std::log2(symbol == 0 ? zero : 0.5 * std::exp(-(distance - 0.5) / scale) * (1 - std::exp(-1 / scale)));
    }
    const double cost = coder.exact_cost(grids, core, all_coded(shape))[0];
    EXPECT_NEAR(cost, ideal, 0.01 * ideal) << "scale index " << index;
    const double bits = 8.0 * static_cast<double>(coder.encode(grids, core, all_coded(shape)).size());
    EXPECT_NEAR(bits, cost, 32) << "scale index " << index;
  }
}

TEST(LatentCoder, LearnsADistributionThatTheNetworksMiss) {
  const LatentShape shape = shape_of(1, 1, 12, 8);
  const Extent core{0, 0, 256, 256};
  const LatentGrids grids = laplace_grids(shape, core, 0.5, 5);
  const auto cost_at = [&](double scale) {
    const int log_scale = static_cast<int>(std::lround(64 * std::log(scale)));
    const LatentCoder coder = coder_of(shape, constant_networks(latent_spec(shape), 0, log_scale));
    return coder.exact_cost(grids, core, all_coded(shape))[0];
  };
  // At a scale of 2 the same symbols would cost 34 % more without learning.
  EXPECT_LT(cost_at(2), 1.03 * cost_at(0.5));
}

TEST(LatentCoder, DamagedStreamsGiveSomeSymbols) {
  const LatentShape shape = shape_of(2, 4, 24, 8);
  const Extent core{0, 0, 33, 29};
  const LatentCoder coder = coder_of(shape, random_networks(latent_spec(shape), 9));
  const Bytes sound = coder.encode(laplace_grids(shape, core, 3, 8), core, all_coded(shape));
  Random random(1);
  for (int trial = 0; trial < 200; ++trial) {
    Bytes stream = sound;
    for (int k = 0; k <= trial % 5; ++k) {
      stream[random.bits() % stream.size()] = trial % 2 == 0 ? 0xFF : static_cast<std::uint8_t>(random.bits());
    }
    stream.resize(random.bits() % (stream.size() + 1));
    const Result<LatentGrids> grids = coder.decode(stream, core, all_coded(shape));
    ASSERT_TRUE(grids);
    for (int i = 0; i < shape.inputs(); ++i) {
      const std::vector<std::int16_t>& symbols = grids->symbols[static_cast<std::size_t>(i)];
      ASSERT_EQ(symbols.size(), nodes_within(core, i / shape.channels).count());
      for (const int symbol : symbols) ASSERT_LE(std::abs(symbol), largest_latent);
    }
  }
}

// Guards the format: these bytes must decode to these symbols for ever.
TEST(LatentCoder, ReadsACommittedStream) {
  const LatentShape shape = shape_of(2, 4, 12, 8);
  const Extent core{10, 6, 11, 9};
  const LatentCoder coder = coder_of(shape, random_networks(latent_spec(shape), 2026, 5));
  LatentGrids grids;
  Random random(42);
  for (int i = 0; i < shape.inputs(); ++i) {
    std::vector<std::int16_t> symbols(nodes_within(core, i / shape.channels).count());
    for (std::int16_t& symbol : symbols) {
      const std::uint64_t bits = random.bits();
      symbol = static_cast<std::int16_t>(bits % 16 == 0 ? static_cast<int>((bits >> 8) % 201) - 100
                                                        : static_cast<int>((bits >> 8) % 5) - 2);
    }
    grids.symbols.push_back(std::move(symbols));
  }
  const std::string committed =
      "4df36ef148aeaf3d99f6942620e1c731440fea73574bffddffffffffc2c904343d887f9f14a89ce66d8678d779a088e2978d"
      "b1c357f721d5b1cc75d49283b72568da4ccb3a3f045501a654dba2914954fa4eee53416bd9821d53ef251ec0b98d0f9fe0b5"
      "09122931ec419de320568be518fefc78dcce5aa4724129180d36077830d71babef608df4ffba638820c2e44c4277298c98f3"
      "a5b9a937c790bef3e2b4";
  std::string written;
  for (const std::uint8_t byte : coder.encode(grids, core, all_coded(shape))) {
    for (const unsigned digit : {byte / 16U, byte % 16U}) written += "0123456789abcdef"[digit];
  }
  EXPECT_EQ(written, committed);
  Bytes stream;
  for (std::size_t i = 0; i < committed.size(); i += 2) {
    stream.push_back(static_cast<std::uint8_t>(std::stoi(committed.substr(i, 2), nullptr, 16)));
  }
  const Result<LatentGrids> back = coder.decode(stream, core, all_coded(shape));
  EXPECT_EQ(back->symbols, grids.symbols);
  ByteWriter symbols;
  for (const std::vector<std::int16_t>& grid : back->symbols) {
    for (const std::int16_t symbol : grid) symbols.u16(static_cast<std::uint16_t>(symbol));
  }
  EXPECT_EQ(crc32c(symbols.view()), 0x60C072D9U);
}

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::internal);
    return error.what();
  }
  return "nothing";
}

TEST(LatentCoder, RefusesGridsThatAreNotTheTiles) {
  const LatentShape shape = shape_of(2, 3, 12, 8);
  const Extent core{0, 0, 12, 12};
  const LatentCoder coder = coder_of(shape, random_networks(latent_spec(shape), 1));
  const LatentGrids grids = laplace_grids(shape, core, 1, 1);
  const auto encode = [&](LatentGrids changed, std::vector<bool> coded) {
    return refusal([&] { static_cast<void>(coder.encode(changed, core, coded)); });
  };
  const std::string start = "latent grids cannot be coded: ";
  EXPECT_EQ(encode(grids, {true}), start + "not one entry a channel says what is coded");
  EXPECT_EQ(encode(grids, {true, false}), start + "a channel that is not coded has symbols");
  LatentGrids changed = grids;
  changed.symbols.pop_back();
  EXPECT_EQ(encode(changed, {true, true}), start + "they are not one a level and channel");
  changed = grids;
  changed.symbols[3].pop_back();
  EXPECT_EQ(encode(changed, {true, true}), start + "one has not a symbol for each node");
  changed = grids;
  changed.symbols[0][5] = -32001;
  EXPECT_EQ(encode(changed, {true, true}), start + "a symbol is too large");
  EXPECT_EQ(refusal([&] { static_cast<void>(coder.decode({}, core, {true})); }),
            "latent grids cannot be decoded: not one entry a channel says what is coded");
}

TEST(LatentCoder, RefusesNetworksWithoutAFixedPointForm) {
  const LatentShape shape = shape_of(2, 3, 12, 8);
  const FieldSpec spec = latent_spec(shape);
  const auto failure = [&](latent_tensor::Entropy tensor, int exponent, std::int32_t symbol) {
    QuantisedWeights networks = random_networks(spec, 1);
    QuantisedTensor& changed = networks.tensors[static_cast<std::size_t>(latent_tensor::of_channel(1, tensor))];
    changed.exponent = static_cast<std::int8_t>(exponent);
    std::fill(changed.symbols.begin(), changed.symbols.end(), symbol);
    const Result<LatentCoder> coder = LatentCoder::make(spec, networks);
    return coder ? "none" : coder.failure().message;
  };
  const std::string start = "channel 2's entropy network: its ";
  EXPECT_EQ(failure(latent_tensor::entropy_first, -13, 1),
            start + "first matrix has the step exponent -13; it must be even and not below -20");
  EXPECT_EQ(failure(latent_tensor::entropy_second, -22, 1),
            start + "second matrix has the step exponent -22; it must be even and not below -20");
  EXPECT_EQ(failure(latent_tensor::entropy_out, -20, 4095), "none");
  EXPECT_EQ(failure(latent_tensor::entropy_out, -20, -4096), start + "last matrix has a weight of 4 or more");
  EXPECT_EQ(failure(latent_tensor::entropy_skip, 126, 1 << 20), start + "by-pass has a weight of 4 or more");
  EXPECT_EQ(failure(latent_tensor::entropy_skip, 126, 0), "none");
  EXPECT_EQ(failure(latent_tensor::entropy_first_bias, 3, 1),
            start + "first bias has the step exponent 3; it must be even");
  EXPECT_EQ(failure(latent_tensor::entropy_level_bias, -1, 1),
            start + "level bias has the step exponent -1; it must be even");
  for (const int exponent : {-128, 126}) {
    for (const std::int32_t symbol : {-(1 << 20), 1 << 20}) {
      EXPECT_EQ(failure(latent_tensor::entropy_second_bias, exponent, symbol), "none");
    }
  }
  QuantisedWeights networks = random_networks(spec, 1);
  networks.tensors.pop_back();
  EXPECT_EQ(LatentCoder::make(spec, networks).failure().message, "the networks are not those of its latent field");
  networks = random_networks(spec, 1);
  networks.tensors[2].symbols.pop_back();
  EXPECT_EQ(LatentCoder::make(spec, networks).failure().message, "the networks are not those of its latent field");
}

}  // namespace
}  // namespace sarinr
