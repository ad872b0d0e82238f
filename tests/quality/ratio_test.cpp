#include "sarinr/quality/ratio.h"

#include <gtest/gtest.h>

#include <cmath>

#include "quality/pair_rows.h"
#include "sarinr/base/random.h"

namespace sarinr {
namespace {

using test::ImagePair;

double exponential(int x, int y) {
  Random random(static_cast<std::uint64_t>(y) * 100000 + static_cast<std::uint64_t>(x));
  return -std::log(1 - random.uniform());
}

TEST(RatioImage, OfADespeckledTestIsSpeckle) {
  const ImagePair pair(
      500, 400, [](int x, int y) { return 7 * exponential(x, y); }, [](int, int) { return 7.0; });
  RatioImage ratio;
  pair.feed(ratio);
  EXPECT_NEAR(*ratio.moments().mean(), 1, 0.01);
  EXPECT_NEAR(*ratio.moments().variance(), 1, 0.03);
  EXPECT_NEAR(*ratio.correlation().along_rows()[0], 0, 0.01);
  const double found = *ratio.cooccurrence().homogeneity();
  EXPECT_NEAR(found, *ratio.cooccurrence().shuffled_homogeneity(), 0.005 * found) << "speckle is as good as shuffled";
}

TEST(RatioImage, WithStructureIsMoreHomogeneousThanShuffled) {
  const auto blocks = [](int x, int y) { return (x / 8 + y / 8) % 2 == 0 ? 0.5 : 2.0; };
  const ImagePair pair(128, 128, blocks, [](int, int) { return 1.0; });
  RatioImage ratio;
  pair.feed(ratio);
  // Levels 5 and 10, as many pixels each: shuffled (1 + 1/26) / 2.
  EXPECT_NEAR(*ratio.cooccurrence().shuffled_homogeneity(), (1 + 1.0 / 26) / 2, 1e-3);
  // Of 127 neighbours along a line 15 cross a border of blocks.
  EXPECT_NEAR(*ratio.cooccurrence().homogeneity(), 1 - 15.0 / 127 * 25 / 26, 1e-12);
}

TEST(RatioImage, LeavesOutGapsAndNegativeLevels) {
  const ImagePair pair(
      3, 1, [](int x, int) { return x == 0 ? no_value : 2.0 * x - 3; },
      [](int x, int) { return x == 0 ? no_value : 1.0; });
  RatioImage ratio;
  pair.feed(ratio);
  EXPECT_EQ(ratio.moments().count(), 2u);
  EXPECT_EQ(*ratio.moments().mean(), 0) << "-1 and 1";
  EXPECT_EQ(ratio.cooccurrence().homogeneity(), std::nullopt);
  EXPECT_EQ(ratio.cooccurrence().shuffled_homogeneity(), std::nullopt);
}

}  // namespace
}  // namespace sarinr
