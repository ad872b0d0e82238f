#include "sarinr/quality/looks.h"

#include <gtest/gtest.h>

#include <cmath>

#include "quality/pair_rows.h"
#include "sarinr/base/error.h"
#include "sarinr/quality/texture.h"
#include "sarinr/radiometry/simulate.h"

namespace sarinr {
namespace {

using test::ImagePair;

/// Power of a homogeneous simulated scene.
std::vector<double> scene(int size, int looks, Response response) {
  SceneOptions options;
  options.width = size;
  options.height = size;
  options.looks = looks;
  options.quantity = Quantity::power;
  options.type = PixelType::f32;
  options.response = response;
  options.homogeneous = -10;
  std::vector<std::vector<Sample>> samples;
  SceneSimulator(options).read({0, 0, size, size}, samples);
  std::vector<double> power;
  for (const Sample& sample : samples[0]) power.push_back(sample.re);
  return power;
}

TEST(Looks, OfAMillionIndependentPixelsAreWithinOnePercent) {
  for (const int looks : {1, 4, 16}) {
    Moments moments;
    for (const double power : scene(1024, looks, Response::none)) moments.add(power);
    EXPECT_GE(moments.count(), 1000000u);
    EXPECT_NEAR(*moments.looks(), looks, 0.01 * looks);
  }
}

TEST(Looks, ASystemResponseCorrelatesNeighboursButKeepsTheLooks) {
  const std::vector<double> power = scene(1024, 4, Response::hamming);
  Moments moments;
  LagCorrelation correlation;
  for (std::size_t y = 0; y < 1024; ++y) correlation.add(std::span(power).subspan(y * 1024, 1024));
  for (const double value : power) moments.add(value);
  EXPECT_NEAR(*moments.looks(), 4, 0.08) << "fewer independent pixels, no bias";
  const std::vector<double> taps = system_response(Response::hamming, 0.8);
  double rho = 0;
  for (std::size_t i = 0; i + 1 < taps.size(); ++i) rho += taps[i] * taps[i + 1];
  EXPECT_NEAR(*correlation.along_rows()[0], rho * rho, 0.01);
  EXPECT_NEAR(*correlation.along_columns()[0], rho * rho, 0.01);
  // A small window does not see all of the correlated variation: its looks come out too high.
  const ImagePair pair(
      1024, 1024, [&](int x, int y) { return power[static_cast<std::size_t>(y * 1024 + x)]; },
      [&](int x, int y) { return power[static_cast<std::size_t>(y * 1024 + x)]; });
  LookWindows windows(1024, 10);
  pair.feed(windows);
  std::vector<double> values;
  for (const LookWindow& window : windows.windows()) values.push_back(*window.reference_looks);
  EXPECT_GT(*median(values), 4.1);
}

TEST(LookWindows, KnowTheirLooksAndTheRatio) {
  // Columns alternate between 1 and 3: mean 2, variance 1, four looks. The test is half of it.
  const auto stripes = [](int x, int) { return x % 2 == 0 ? 1.0 : 3.0; };
  const ImagePair pair(25, 12, stripes, [&](int x, int y) { return stripes(x, y) / 2; });
  LookWindows windows(25, 10);
  pair.feed(windows);
  ASSERT_EQ(windows.windows().size(), 2u) << "the last columns and rows make no window";
  const LookWindow& window = windows.windows()[1];
  EXPECT_EQ(window.x, 10);
  EXPECT_EQ(window.y, 0);
  EXPECT_DOUBLE_EQ(*window.reference_looks, 4);
  EXPECT_DOUBLE_EQ(*window.test_looks, 4);
  EXPECT_DOUBLE_EQ(window.ratio_mean, 2);
  EXPECT_EQ(window.ratio_looks, std::nullopt);
  EXPECT_NEAR(*window.heterogeneity, 0, 1e-12) << "all blocks have the same mean";
}

TEST(LookWindows, ChooseTheEvenHalf) {
  // Left: speckle alone. Right: the same speckle on a slope.
  const auto speckle = [](int x, int y) { return 1 + 0.3 * std::sin(x * 12.9 + y * 78.2); };
  const auto power = [&](int x, int y) { return speckle(x, y) * (x < 200 ? 1 : 1 + 0.05 * (x - 200)); };
  const ImagePair pair(400, 100, power, power);
  LookWindows windows(400, 25);
  pair.feed(windows);
  const std::vector<std::size_t> chosen = windows.homogeneous();
  ASSERT_EQ(windows.windows().size(), 64u);
  ASSERT_EQ(chosen.size(), 10u);
  for (const std::size_t i : chosen) EXPECT_LT(windows.windows()[i].x, 200);
  EXPECT_LE(*windows.windows()[chosen[0]].heterogeneity, *windows.windows()[chosen[9]].heterogeneity);
}

TEST(LookWindows, LeaveOutGapsAndConstants) {
  const auto power = [](int x, int y) { return x == 3 && y == 3 ? no_value : x >= 20 ? 5.0 : 1.0 + x % 3; };
  const ImagePair pair(30, 10, power, power);
  LookWindows windows(30, 10);
  pair.feed(windows);
  ASSERT_EQ(windows.windows().size(), 2u) << "the first has a gap";
  EXPECT_EQ(windows.windows()[1].reference_looks, std::nullopt);
  EXPECT_EQ(windows.homogeneous(), std::vector<std::size_t>{0}) << "the second does not vary";
}

TEST(LookWindows, RefuseAnOddSize) {
  try {
    LookWindows(100, 12);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "enl-window is 12; it must be a multiple of 5, at least 10");
  }
}

TEST(Summaries, OfLooks) {
  EXPECT_EQ(median({}), std::nullopt);
  EXPECT_EQ(*median({3, 1, 2}), 2);
  EXPECT_EQ(*median({4, 1, 2, 3}), 2.5);
  EXPECT_EQ(pooled_looks({}), std::nullopt);
  EXPECT_DOUBLE_EQ(*pooled_looks({1, 3}), 1.5) << "variances of 1 and 1/3 have the mean 2/3";
  EXPECT_EQ(half_sample_mode({}), std::nullopt);
  EXPECT_EQ(*half_sample_mode({7}), 7);
  EXPECT_EQ(*half_sample_mode({1, 2}), 1.5);
  EXPECT_EQ(*half_sample_mode({1, 2, 4}), 1.5);
  EXPECT_EQ(*half_sample_mode({1, 2, 3}), 2);
  EXPECT_NEAR(*half_sample_mode({0, 10, 4.0, 4.1, 4.05, 20, 30}), 4.025, 0.05);
}

}  // namespace
}  // namespace sarinr
