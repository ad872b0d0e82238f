#include "sarinr/quality/points.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "quality/pair_rows.h"

namespace sarinr {
namespace {

using test::ImagePair;

double sinc(double x) { return x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x); }

/// A point at column `centre` of a cut of 32, of bandwidth `b` and centre frequency `f`, both in cycles a pixel.
std::vector<std::complex<double>> cut(double centre, double b, double f) {
  std::vector<std::complex<double>> values;
  for (int i = 0; i < 32; ++i) values.push_back(sinc(b * (i - centre)) * std::polar(1.0, 2 * std::numbers::pi * f * i));
  return values;
}

TEST(MeasurePoint, FindsTheResponseOfAFlatSpectrum) {
  for (const double centre : {16.0, 16.4, 15.7}) {
    for (const double frequency : {0.0, 0.3, -0.45}) {
      const PointResponse response = *measure_point(cut(centre, 0.8, frequency), false);
      // Half-power width 0.886 / bandwidth, first side lobe -13.26 dB. The cut is cut off at 16 pixels.
      EXPECT_NEAR(response.width, 0.886 / 0.8, 0.03) << centre << " " << frequency;
      EXPECT_NEAR(*response.peak_side_lobe, -13.26, 0.7) << centre << " " << frequency;
      EXPECT_NEAR(*response.total_side_lobe, -10, 1) << centre << " " << frequency;
    }
  }
}

TEST(MeasurePoint, OfDetectedDataIsThatOfThePower) {
  // A Gaussian of power, exp(-x^2 / (2 s^2)): half-power width 2.3548 s.
  std::vector<std::complex<double>> values;
  for (int i = 0; i < 32; ++i) values.emplace_back(std::exp(-(i - 16.2) * (i - 16.2) / (2 * 1.5 * 1.5)));
  EXPECT_NEAR(measure_point(values, true)->width, 2.3548 * 1.5, 0.002) << "interpolated linearly between sixteenths";
}

TEST(MeasurePoint, SaysNothingWithoutAPeak) {
  EXPECT_EQ(measure_point(std::vector<std::complex<double>>(32), true), std::nullopt);
  EXPECT_EQ(measure_point(std::vector<std::complex<double>>(32, 1.0), true), std::nullopt) << "never falls to a half";
}

double scene(int x, int y) {
  double power = 1 + 0.2 * std::sin(x * 3.1) * std::cos(y * 2.3);
  const double points[][2] = {{30, 40}, {80, 40}, {60, 80}};
  for (const auto& p : points) power += 500 * std::exp(-((x - p[0]) * (x - p[0]) + (y - p[1]) * (y - p[1])) / 2);
  return power;
}

TEST(PointTargets, FindsIsolatedPointsOnly) {
  const auto crowded = [](int x, int y) {
    // A second, weaker point beside the third does not count; nor does a saturated pair.
    double power = scene(x, y) + (x == 63 && y == 80 ? 300 : 0);
    if (y == 90 && (x == 20 || x == 21)) power = 900;
    return power;
  };
  const ImagePair pair(120, 120, crowded, [&](int x, int y) { return 0.5 * crowded(x, y); });
  PointTargets points;
  pair.feed(points);
  const std::vector<PointTarget> found = points.targets();
  ASSERT_EQ(found.size(), 3u);
  for (const PointTarget& point : found) {
    EXPECT_NEAR(point.contrast, 10 * std::log10(500), 1.5);
    EXPECT_NEAR(point.reference_along_column->width, 2.3548, 0.1);
    EXPECT_NEAR(point.test_along_column->width, point.reference_along_column->width, 1e-9) << "a gain does not widen";
  }
}

TEST(PointTargets, LeavesOutWhatABorderOrAGapCutsOff) {
  const auto gap = [](int x, int y) { return x == 30 && y == 50 ? no_value : scene(x, y); };
  const ImagePair pair(95, 70, gap, gap);
  PointTargets points;
  pair.feed(points);
  EXPECT_TRUE(points.targets().empty()) << "one near a gap, one 15 columns from the border, one beyond it";
}

}  // namespace
}  // namespace sarinr
