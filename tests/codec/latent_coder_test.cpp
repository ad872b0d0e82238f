#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

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

}  // namespace
}  // namespace sarinr
