#include "render/footprint.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace sarinr {
namespace {

double total(const Overlap& overlap) {
  double sum = 0;
  const std::size_t count =
      static_cast<std::size_t>(overlap.extent().width) * static_cast<std::size_t>(overlap.extent().height);
  for (std::size_t i = 0; i < count; ++i) sum += overlap.area(i);
  return sum;
}

double at(const Overlap& overlap, int column, int row) {
  const Extent& extent = overlap.extent();
  if (column < extent.x || row < extent.y || column >= extent.x + extent.width || row >= extent.y + extent.height) {
    return 0;
  }
  return overlap.area(static_cast<std::size_t>(row - extent.y) * static_cast<std::size_t>(extent.width) +
                      static_cast<std::size_t>(column - extent.x));
}

constexpr Extent everything{-1000, -1000, 2000, 2000};

TEST(Overlap, OfAnAlignedSquareIsOneForEachOfItsPixels) {
  Overlap overlap;
  overlap.compute({10, 6, 4, 0, 0, 4}, everything);
  for (int row = 3; row < 9; ++row) {
    for (int column = 7; column < 13; ++column) {
      const bool inside = column >= 8 && column < 12 && row >= 4 && row < 8;
      EXPECT_EQ(at(overlap, column, row), inside ? 1 : 0) << column << " " << row;
    }
  }
}

TEST(Overlap, CountsFractionsAtTheEdges) {
  Overlap overlap;
  overlap.compute({2, 2, 2.5, 0, 0, 1.5}, everything);
  EXPECT_NEAR(at(overlap, 0, 1), 0.25 * 0.75, 1e-12);
  EXPECT_NEAR(at(overlap, 1, 1), 0.75, 1e-12);
  EXPECT_NEAR(at(overlap, 3, 2), 0.25 * 0.75, 1e-12);
  EXPECT_NEAR(total(overlap), 2.5 * 1.5, 1e-12);
}

TEST(Overlap, OfADiamondIsItsGeometry) {
  // |x - 2| + |y - 2| <= 1: a quarter of a unit diamond's area of 2 in each of four pixels.
  Overlap overlap;
  overlap.compute({2, 2, 1, 1, -1, 1}, everything);
  for (const auto& [column, row] : {std::pair{1, 1}, {2, 1}, {1, 2}, {2, 2}}) {
    EXPECT_NEAR(at(overlap, column, row), 0.5, 1e-12);
  }
  EXPECT_NEAR(total(overlap), 2, 1e-12);
}

TEST(Overlap, AddsUpToTheAreaAndTheCentreWhateverTheShape) {
  for (double angle = 0; angle < 2 * std::numbers::pi; angle += 0.37) {
    for (const double shear : {-0.6, 0.0, 0.4}) {
      for (const double scale : {0.3, 1.0, 2.7, 11.0}) {
        const Footprint footprint{3.3 + scale,
                                  -7.9,
                                  scale * std::cos(angle),
                                  scale * std::sin(angle),
                                  scale * (shear - std::sin(angle)),
                                  scale * std::cos(angle)};
        Overlap overlap;
        overlap.compute(footprint, everything);
        const double area = std::abs(footprint.column_x * footprint.row_y - footprint.column_y * footprint.row_x);
        const double found = total(overlap);
        ASSERT_NEAR(found, area, 1e-4 * area + 1e-6);
      }
    }
  }
}

TEST(Overlap, WindowsPartitionIt) {
  const Footprint footprint{8.2, 8.7, 5, 2.2, -1.9, 6.1};
  Overlap whole;
  Overlap part;
  whole.compute(footprint, everything);
  double sum = 0;
  for (const Extent window :
       {Extent{-100, -100, 107, 300}, Extent{7, -100, 2, 300}, Extent{9, -100, 200, 109}, Extent{9, 9, 200, 200}}) {
    part.compute(footprint, window);
    for (int row = window.y; row < window.y + window.height; ++row) {
      for (int column = window.x; column < window.x + window.width; ++column) {
        ASSERT_NEAR(at(part, column, row), at(whole, column, row), 1e-12) << column << " " << row;
      }
    }
    sum += total(part);
  }
  EXPECT_NEAR(sum, total(whole), 1e-9);
}

TEST(Footprint, StretchIsTheLargestSingularValue) {
  EXPECT_NEAR((Footprint{0, 0, 1, 0, 0, 1}.stretch()), 1, 1e-12);
  EXPECT_NEAR((Footprint{0, 0, std::sqrt(0.5), std::sqrt(0.5), -std::sqrt(0.5), std::sqrt(0.5)}.stretch()), 1, 1e-12);
  EXPECT_NEAR((Footprint{0, 0, 4, 0, 0, 0.5}.stretch()), 4, 1e-12);
  EXPECT_NEAR((Footprint{0, 0, 1, 0, 1, 1}.stretch()), (1 + std::sqrt(5.0)) / 2, 1e-12);
}

TEST(Overlap, OutsideTheWindowIsEmpty) {
  Overlap overlap;
  overlap.compute({1e12, 5, 2, 0, 0, 2}, {0, 0, 10, 10});
  EXPECT_EQ(total(overlap), 0);
  overlap.compute({-50, 5, 2, 0, 0, 2}, {0, 0, 10, 10});
  EXPECT_EQ(total(overlap), 0);
}

}  // namespace
}  // namespace sarinr
