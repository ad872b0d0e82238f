#include "sarinr/codec/speckle.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sarinr/base/random.h"

namespace sarinr {
namespace {

/// Three tiles by two, whose blocks do not divide them evenly.
const TileGrid grid(600, 333, 200, 0);

SpeckleModel made_model(int channels, double spread) {
  Random random(7);
  SpeckleModel model;
  const int blocks = SpeckleAxis(grid.columns()).count() * SpeckleAxis(grid.rows()).count();
  for (int c = 0; c < channels; ++c) {
    SpeckleChannel& channel = model.channels.emplace_back();
    channel.skewness = static_cast<std::uint8_t>(random.bits() % 200);
    for (std::int8_t& correlation : channel.correlations) correlation = static_cast<std::int8_t>(random.bits());
    for (int b = 0; b < blocks; ++b) {
      channel.levels.push_back(static_cast<std::int8_t>(std::lround(5 + spread * random.uniform(-1, 1))));
    }
    for (int d = 0; d < c; ++d) model.between.push_back(static_cast<std::int8_t>(random.bits()));
  }
  return model;
}

TEST(SpeckleModelBytes, GiveBackWhatTheyHold) {
  for (const int channels : {1, 2, 4}) {
    const SpeckleModel model = made_model(channels, 15);
    const Result<SpeckleModel> back = decode_speckle(encode_speckle(model, grid), channels, grid);
    ASSERT_TRUE(back) << back.failure().message;
    ASSERT_EQ(back->channels.size(), model.channels.size());
    for (std::size_t c = 0; c < model.channels.size(); ++c) {
      EXPECT_EQ(back->channels[c].skewness, model.channels[c].skewness);
      EXPECT_EQ(back->channels[c].correlations, model.channels[c].correlations);
      EXPECT_EQ(back->channels[c].levels, model.channels[c].levels);
    }
    EXPECT_EQ(back->between, model.between);
  }
}

TEST(SpeckleModelBytes, AreAboutAsManyAsExpected) {
  // Levels of +-1.5 dB, as scenes of mixed cover have them.
  const double bytes = static_cast<double>(encode_speckle(made_model(1, 4), grid).size());
  EXPECT_NEAR(bytes, expected_speckle_bytes(1, grid), 0.2 * bytes);
}

TEST(SpeckleModelBytes, EvenSpeckleTakesHardlyAny) { EXPECT_LT(encode_speckle(made_model(1, 0), grid).size(), 24u); }

TEST(SpeckleModelBytes, TooFewAreRefused) {
  const Bytes whole = encode_speckle(made_model(2, 3), grid);
  for (std::size_t size = 0; size < 27; ++size) {
    const Result<SpeckleModel> back = decode_speckle(ByteView(whole).first(size), 2, grid);
    ASSERT_FALSE(back) << size;
    EXPECT_EQ(back.failure().message, "its speckle record ends too early");
  }
}

TEST(SpeckleModelBytes, HostileOnesGiveLevelsWithinTheirLimits) {
  Random random(3);
  for (int attempt = 0; attempt < 200; ++attempt) {
    Bytes bytes(13 + random.bits() % 300);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.bits());
    const Result<SpeckleModel> back = decode_speckle(bytes, 1, grid);
    ASSERT_TRUE(back);
    for (const std::int8_t level : back->channels[0].levels) {
      ASSERT_GE(level, least_speckle_level);
      ASSERT_LE(level, greatest_speckle_level);
    }
  }
}

TEST(SpeckleAxis, CutsEveryCellIntoBlocksOfAboutThirtyTwoPixels) {
  for (const int length : {1, 20, 64, 333, 1000, 2049}) {
    const TileAxis cells(length, 200, 0);
    const SpeckleAxis axis(cells);
    EXPECT_EQ(axis.border(0), 0);
    EXPECT_EQ(axis.border(axis.count()), length);
    for (int cell = 0; cell < cells.count(); ++cell) {
      EXPECT_EQ(axis.border(axis.first(cell)), cells.border(cell));
      for (int block = axis.first(cell); block < axis.first(cell + 1); ++block) {
        const int size = axis.border(block + 1) - axis.border(block);
        if (length < 64) continue;
        EXPECT_GE(size, 29);
        EXPECT_LE(size, 35);
      }
    }
  }
}

TEST(SpeckleAxis, GoesLinearlyFromMiddleToMiddle) {
  const SpeckleAxis axis(TileAxis(500, 200, 0));
  double last = 0;
  for (double x = 0; x <= 500; x += 0.25) {
    const SpeckleAxis::Between between = axis.between(x);
    const double place = between.block + between.share;
    EXPECT_GE(place, last);
    EXPECT_LE(place, last + 0.25 / 29 + 1e-9) << x;  // continuous: no step is longer than a block's slope
    last = place;
  }
  EXPECT_EQ(axis.between(0).share, 0);
  EXPECT_EQ(axis.between(0).block, 0);
  EXPECT_EQ(last, axis.count() - 1);
  const SpeckleAxis::Between middle = axis.between(0.5 * (axis.border(3) + axis.border(4)));
  EXPECT_EQ(middle.block + middle.share, 3);
}

}  // namespace
}  // namespace sarinr
