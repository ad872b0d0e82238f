#include "sarinr/quality/similarity.h"

#include <gtest/gtest.h>

#include <cmath>

#include "quality/pair_rows.h"
#include "sarinr/base/random.h"

namespace sarinr {
namespace {

using test::ImagePair;

double noise(int x, int y) { return Random(static_cast<std::uint64_t>(y * 1000 + x)).normal(); }

TEST(StructuralSimilarity, OfARasterWithItselfIsOne) {
  const ImagePair pair(200, 190, noise, noise);
  StructuralSimilarity similarity(200, 8);
  pair.feed(similarity);
  EXPECT_NEAR(*similarity.ssim(), 1, 1e-12);
  EXPECT_NEAR(*similarity.ms_ssim(), 1, 1e-12);
}

TEST(StructuralSimilarity, OfTwoConstantsIsTheLuminanceTerm) {
  const ImagePair pair(
      40, 30, [](int, int) { return 2.0; }, [](int, int) { return 4.0; });
  StructuralSimilarity similarity(40, 10);
  pair.feed(similarity);
  // c1 = (0.01 * 10)^2.
  EXPECT_NEAR(*similarity.ssim(), (2 * 2 * 4 + 0.01) / (4 + 16 + 0.01), 1e-9);
  EXPECT_EQ(similarity.ms_ssim(), std::nullopt) << "too small for five scales";
}

TEST(StructuralSimilarity, DoesNotChangeWhenBothAreTransposed) {
  const auto blurred = [](int x, int y) { return (noise(x, y) + noise(x + 1, y)) / 2; };
  const ImagePair pair(60, 50, noise, blurred);
  const ImagePair turned(
      50, 60, [](int x, int y) { return noise(y, x); }, [&](int x, int y) { return blurred(y, x); });
  StructuralSimilarity a(60, 8);
  StructuralSimilarity b(50, 8);
  pair.feed(a);
  turned.feed(b);
  EXPECT_NEAR(*a.ssim(), *b.ssim(), 1e-12);
  EXPECT_LT(*a.ssim(), 0.95);
}

TEST(StructuralSimilarity, LeavesOutWindowsWithGaps) {
  // Garbage right of column 30, behind a gap: only windows left of it count.
  const auto reference = [](int x, int y) { return x == 30 ? no_value : noise(x, y); };
  const auto test = [](int x, int y) { return x == 30 ? no_value : x > 30 ? no_value : noise(x, y); };
  const ImagePair pair(60, 40, reference, test);
  StructuralSimilarity similarity(60, 8);
  double windows = 0;
  for (int y = 0; y < 40; ++y) {
    similarity.add(pair.row(y), [&](int row, std::span<const double> values) {
      EXPECT_EQ(row, y - 5);
      for (const double value : values) windows += std::isfinite(value) ? 1 : 0;
    });
  }
  EXPECT_EQ(windows, 20 * 30) << "centres in columns 5 to 24 and rows 5 to 34";
  EXPECT_NEAR(*similarity.ssim(), 1, 1e-12);
}

TEST(StructuralSimilarity, SaysNothingWithoutAWindow) {
  const ImagePair pair(10, 10, noise, noise);
  StructuralSimilarity similarity(10, 8);
  pair.feed(similarity);
  EXPECT_EQ(similarity.ssim(), std::nullopt);
}

}  // namespace
}  // namespace sarinr
