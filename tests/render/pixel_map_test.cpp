#include "render/pixel_map.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sarinr {
namespace {

/// A map as bent as one across half a hemisphere; nothing lies beyond column 300.
class Bent final : public CoordinateMap {
 public:
  explicit Bent(double bend) : bend_(bend) {}
  static bool exists(double x) { return x <= 300; }
  void exact(double& x, double& y) const {
    const double column = x;
    const double row = y;
    x = 2 * column + bend_ * std::sin(row / 40);
    y = 1.5 * row + bend_ * std::cos(column / 30) + 1e-4 * column * column;
  }
  void to_source(std::size_t count, double* x, double* y, std::uint8_t* found) const override {
    for (std::size_t i = 0; i < count; ++i) {
      found[i] = exists(x[i]) ? 1 : 0;
      exact(x[i], y[i]);
    }
  }

 private:
  double bend_;
};

TEST(PixelMap, KeepsItsToleranceAndItsSteps) {
  for (const double bend : {0.0, 1.0, 30.0}) {
    const Bent bent(bend);
    const PixelMap map(std::make_shared<Bent>(bent));
    const Extent window{-40, 17, 380, 300};
    const std::vector<MappedPixel> pixels = map.pixels(window);
    for (int i = 0; i < window.width * window.height; ++i) {
      const double column = window.x + i % window.width + 0.5;
      const double row = window.y + i / window.width + 0.5;
      const MappedPixel& pixel = pixels[static_cast<std::size_t>(i)];
      ASSERT_EQ(pixel.found, Bent::exists(column)) << column;
      if (!pixel.found) continue;
      double x = column;
      double y = row;
      bent.exact(x, y);
      ASSERT_LT(std::hypot(pixel.footprint.x - x, pixel.footprint.y - y), map_tolerance) << column << " " << row;
      ASSERT_NEAR(pixel.footprint.column_x, 2, 0.02);
      ASSERT_NEAR(pixel.footprint.column_y, -bend / 30 * std::sin(column / 30) + 2e-4 * column, 0.06);
      ASSERT_NEAR(pixel.footprint.row_x, bend / 40 * std::cos(row / 40), 0.06);
      ASSERT_NEAR(pixel.footprint.row_y, 1.5, 0.02);
    }
  }
}

TEST(PixelMap, APixelDoesNotDependOnTheWindow) {
  const PixelMap map(std::make_shared<Bent>(30.0));
  const std::vector<MappedPixel> whole = map.pixels({0, 0, 320, 70});
  const std::vector<MappedPixel> part = map.pixels({33, 31, 280, 5});
  for (int i = 0; i < 280 * 5; ++i) {
    const MappedPixel& expected = whole[static_cast<std::size_t>((31 + i / 280) * 320 + 33 + i % 280)];
    const MappedPixel& found = part[static_cast<std::size_t>(i)];
    ASSERT_EQ(found.found, expected.found);
    ASSERT_EQ(found.footprint.x, expected.footprint.x);
    ASSERT_EQ(found.footprint.row_y, expected.footprint.row_y);
  }
}

TEST(PixelMap, AffineMapsAreExact) {
  const PixelMap map(std::make_shared<AffineMap>(100, 4, 0, 60, 0, 4));
  const std::vector<MappedPixel> pixels = map.pixels({7, 9, 2, 1});
  EXPECT_EQ(pixels[1].footprint.x, 100 + 4 * 8.5);
  EXPECT_EQ(pixels[1].footprint.y, 60 + 4 * 9.5);
  EXPECT_EQ(pixels[1].footprint.column_x, 4);
  EXPECT_EQ(pixels[1].footprint.row_x, 0);
}

}  // namespace
}  // namespace sarinr
