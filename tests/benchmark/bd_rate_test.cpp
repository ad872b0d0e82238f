#include "sarinr/benchmark/bd_rate.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sarinr::benchmark {
namespace {

/// A codec whose PSNR grows by `per_octave` dB with every doubling of the rate.
std::vector<RatePoint> log_linear(const std::vector<double>& rates, double at_one, double per_octave) {
  std::vector<RatePoint> points;
  for (const double rate : rates) points.push_back({rate, at_one + per_octave * std::log2(rate)});
  return points;
}

TEST(BdRate, IsTheRatioOfRatesWhereItIsTheSameEverywhere) {
  const std::vector<RatePoint> anchor = log_linear({0.1, 0.2, 0.4, 0.8, 1.6}, 35, 6);
  std::vector<RatePoint> test = anchor;
  for (RatePoint& point : test) point.bits_per_pixel *= 0.75;
  const auto difference = bd_rate(anchor, test);
  ASSERT_TRUE(difference);
  EXPECT_NEAR(difference->percent, -25, 1e-9);
  EXPECT_EQ(difference->psnr_low, anchor.front().psnr);
  EXPECT_EQ(difference->psnr_high, anchor.back().psnr);
}

TEST(BdRate, IsTheMeanOfLogRatesOverTheSharedInterval) {
  // ln rate = (psnr - 35) ln 2 / 6 and (psnr - 33) ln 2 / 5, exactly linear: the mean of their difference over 28 to 36
  // is that at 32, which is (-1 / 5 + 3 / 6) ln 2.
  const std::vector<RatePoint> anchor = log_linear({std::exp2(-7.0 / 6), 0.7, std::exp2(1.0 / 6)}, 35, 6);
  const std::vector<RatePoint> test = log_linear({0.3, 0.9, 2}, 33, 5);
  const auto difference = bd_rate(anchor, test);
  ASSERT_TRUE(difference);
  EXPECT_NEAR(difference->psnr_low, 28, 1e-12);
  EXPECT_NEAR(difference->psnr_high, 36, 1e-12);
  EXPECT_NEAR(difference->percent, 100 * (std::exp2(-1.0 / 5 + 3.0 / 6) - 1), 1e-9);
}

TEST(BdRate, ChangesSidesAsTheReciprocal) {
  const std::vector<RatePoint> a = {{0.1, 28}, {0.22, 30.5}, {0.37, 33}, {0.8, 36.1}, {1.4, 41}};
  const std::vector<RatePoint> b = {{0.09, 28.4}, {0.2, 30.9}, {0.36, 32.9}, {0.7, 36.8}, {1.5, 41.5}};
  const auto forth = bd_rate(a, b);
  const auto back = bd_rate(b, a);
  ASSERT_TRUE(forth && back);
  EXPECT_NEAR((1 + forth->percent / 100) * (1 + back->percent / 100), 1, 1e-12);
}

TEST(BdRate, LeavesOutPointsThatCostMoreForLess) {
  const std::vector<RatePoint> anchor = log_linear({0.1, 0.4, 1.6}, 35, 6);
  std::vector<RatePoint> test = log_linear({0.1, 0.4, 1.6}, 36, 6);
  const auto without = bd_rate(anchor, test);
  test.insert(test.begin(), {0.9, test[1].psnr - 0.5});
  const auto with = bd_rate(anchor, test);
  ASSERT_TRUE(without && with);
  EXPECT_DOUBLE_EQ(with->percent, without->percent);
}

TEST(BdRate, IsNothingWithoutACommonPsnr) {
  EXPECT_FALSE(bd_rate(log_linear({0.1, 0.2}, 35, 6), log_linear({0.1, 0.2}, 80, 6)));
  EXPECT_FALSE(bd_rate(log_linear({0.1, 0.2}, 35, 6), log_linear({0.15}, 35, 6)));
}

TEST(MonotoneCubic, GivesTheReferenceValues) {
  // scipy.interpolate.PchipInterpolator (1.10.1) over the same points; 1e-12 is rounding.
  const MonotoneCubic curve({0, 1, 3, 4, 7}, {0, 2, 2.5, 6, 6.1});
  EXPECT_NEAR(curve.value(0.5), 1.262105855855856, 1e-12);
  EXPECT_NEAR(curve.value(2), 2.242523260965884, 1e-12);
  EXPECT_NEAR(curve.value(6), 6.091617933723197, 1e-12);
  EXPECT_NEAR(curve.integral(0.5, 6), 21.740278376278567, 1e-12);
}

TEST(MonotoneCubic, NeverOvershootsAndPassesItsPoints) {
  const std::vector<double> x = {0, 1, 3, 4, 7};
  const std::vector<double> y = {0, 2, 2.5, 6, 6.1};
  const MonotoneCubic curve(x, y);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(curve.value(x[i]), y[i], 1e-12);
  double before = y.front();
  for (double at = 0; at <= 7; at += 0.01) {
    EXPECT_GE(curve.value(at), before - 1e-12);
    before = curve.value(at);
  }
}

}  // namespace
}  // namespace sarinr::benchmark
