#include "sarinr/tiling/grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

namespace sarinr {
namespace {

class GridTest : public testing::TestWithParam<std::tuple<int, int, int>> {};

TEST_P(GridTest, CoresPartitionTheAxisAndDifferByOnePixel) {
  const auto [length, tile_size, overlap] = GetParam();
  const TileAxis axis(length, tile_size, overlap);
  EXPECT_EQ(axis.border(0), 0);
  EXPECT_EQ(axis.border(axis.count()), length);
  int shortest = length;
  int longest = 0;
  for (int i = 0; i < axis.count(); ++i) {
    const int size = axis.border(i + 1) - axis.border(i);
    shortest = std::min(shortest, size);
    longest = std::max(longest, size);
  }
  EXPECT_GE(shortest, 1);
  EXPECT_LE(longest - shortest, 1);
  if (length >= tile_size) {
    EXPECT_GE(shortest, tile_size * 2 / 3) << "the last tile must not be degenerate";
    EXPECT_LE(longest, tile_size * 3 / 2);
  }
}

TEST_P(GridTest, SharesSumToOneAreContinuousAndStayInTheSupport) {
  const auto [length, tile_size, overlap] = GetParam();
  const TileAxis axis(length, tile_size, overlap);
  double last_weight = 1;
  int last_cell = 0;
  const double step = 1.0 / 16;
  for (double x = 0; x <= length; x += step) {
    const TileAxis::Shares shares = axis.shares(x);
    double sum = 0;
    double weight_of_last = 0;
    for (int i = 0; i < shares.count; ++i) {
      const TileAxis::Share share = shares.share[i];
      EXPECT_GE(x, axis.support_begin(share.cell));
      EXPECT_LE(x, axis.support_end(share.cell));
      EXPECT_GE(share.weight, 0);
      sum += share.weight;
      if (share.cell == last_cell) weight_of_last = share.weight;
    }
    EXPECT_DOUBLE_EQ(sum, 1);
    if (overlap > 0 && x > 0) {
      EXPECT_NEAR(weight_of_last, last_weight, step / overlap + 1e-12) << "at " << x;
    }
    last_cell = shares.share[0].cell;
    last_weight = shares.share[0].weight;
  }
}

TEST_P(GridTest, CellHoldsItsCoordinate) {
  const auto [length, tile_size, overlap] = GetParam();
  const TileAxis axis(length, tile_size, overlap);
  for (int x = 0; x < length; ++x) {
    const int cell = axis.cell(x);
    EXPECT_LE(axis.border(cell), x);
    EXPECT_GT(axis.border(cell + 1), x);
  }
  EXPECT_EQ(axis.cell(-3), 0);
  EXPECT_EQ(axis.cell(length + 3), axis.count() - 1);
}

INSTANTIATE_TEST_SUITE_P(Sizes, GridTest,
                         testing::Values(std::tuple{1, 256, 4}, std::tuple{255, 256, 4}, std::tuple{268, 256, 4},
                                         std::tuple{673, 256, 4}, std::tuple{837, 256, 0}, std::tuple{1000, 64, 16},
                                         std::tuple{384, 256, 4}, std::tuple{513, 128, 8}));

TEST(TileGrid, SupportsOverlapByTheOverlapAndStayInside) {
  const TileGrid grid(600, 300, 256, 4);
  ASSERT_EQ(grid.count(), 2);
  EXPECT_EQ(grid.core(0), (Extent{0, 0, 300, 300}));
  EXPECT_EQ(grid.support(0), (Extent{0, 0, 302, 300}));
  EXPECT_EQ(grid.support(1), (Extent{298, 0, 302, 300}));
  EXPECT_EQ(intersection(grid.support(0), grid.support(1)).width, 4);
  EXPECT_EQ(grid.columns().largest_support(), 302);
}

}  // namespace
}  // namespace sarinr
