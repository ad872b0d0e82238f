#include "sarinr/quality/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sarinr/base/error.h"
#include "sarinr/base/random.h"

namespace sarinr {
namespace {

TEST(ErrorStatistics, KnowsAConstantError) {
  ErrorStatistics statistics;
  for (int i = 0; i <= 100; ++i) statistics.add(i, i + 0.5);
  EXPECT_EQ(statistics.count(), 101u);
  EXPECT_DOUBLE_EQ(*statistics.mean_square_error(), 0.25);
  EXPECT_DOUBLE_EQ(*statistics.root_mean_square_error(), 0.5);
  EXPECT_DOUBLE_EQ(*statistics.bias(), 0.5);
  EXPECT_DOUBLE_EQ(*statistics.largest_error(), 0.5);
  EXPECT_EQ(*statistics.reference_low(), 0);
  EXPECT_EQ(*statistics.reference_high(), 100);
  EXPECT_NEAR(*statistics.psnr(), 20 * std::log10(200), 1e-12) << "range 100 over an error of 0.5";
}

TEST(ErrorStatistics, SignsCancelInTheBiasOnly) {
  ErrorStatistics statistics;
  statistics.add(-20, -23);
  statistics.add(-10, -7);
  EXPECT_EQ(*statistics.bias(), 0);
  EXPECT_EQ(*statistics.root_mean_square_error(), 3);
  EXPECT_NEAR(*statistics.psnr(), 10 * std::log10(100.0 / 9), 1e-12);
}

TEST(ErrorStatistics, KnowsTheLargestErrorsPlaceAndTheMeanMagnitude) {
  ErrorStatistics statistics;
  EXPECT_EQ(statistics.largest_error_place(), std::nullopt);
  EXPECT_EQ(statistics.mean_absolute_error(), std::nullopt);
  statistics.add(1, 1, {4, 5});
  EXPECT_EQ(*statistics.largest_error_place(), (Place{4, 5}));
  statistics.add(1, 3, {6, 7});
  statistics.add(1, -1, {8, 9});
  EXPECT_EQ(*statistics.largest_error_place(), (Place{6, 7})) << "the first of equals";
  EXPECT_DOUBLE_EQ(*statistics.mean_absolute_error(), 4.0 / 3);
  ErrorStatistics other;
  other.add(0, -5, {1, 2});
  statistics.merge(other);
  EXPECT_EQ(*statistics.largest_error_place(), (Place{1, 2}));
  EXPECT_DOUBLE_EQ(*statistics.mean_absolute_error(), 9.0 / 4);
}

TEST(Moments, KeepTheDigitsOfASmallVarianceAboutALargeMean) {
  Moments moments;
  for (const double value : {1e9 + 1, 1e9 + 2, 1e9 + 3}) moments.add(value);
  EXPECT_DOUBLE_EQ(*moments.mean(), 1e9 + 2);
  EXPECT_NEAR(*moments.variance(), 2.0 / 3, 1e-12);
  EXPECT_NEAR(*moments.looks(), (1e9 + 2) * (1e9 + 2) * 1.5, 1e6);
  Moments constant;
  EXPECT_EQ(constant.mean(), std::nullopt);
  constant.add(2);
  constant.add(2);
  EXPECT_EQ(*constant.variance(), 0);
  EXPECT_EQ(constant.looks(), std::nullopt);
}

TEST(ErrorStatistics, MergingPartsIsAddingAll) {
  Random random(3);
  ErrorStatistics all;
  ErrorStatistics parts[3];
  for (int i = 0; i < 3000; ++i) {
    const double reference = random.uniform(-25, 10);
    const double test = reference + random.normal();
    all.add(reference, test);
    parts[i % 3].add(reference, test);
  }
  ErrorStatistics merged;
  for (const ErrorStatistics& part : parts) merged.merge(part);
  merged.merge(ErrorStatistics());
  EXPECT_EQ(merged.count(), all.count());
  EXPECT_NEAR(*merged.mean_square_error(), *all.mean_square_error(), 1e-12);
  EXPECT_NEAR(*merged.bias(), *all.bias(), 1e-12);
  EXPECT_EQ(*merged.largest_error(), *all.largest_error());
  EXPECT_EQ(*merged.reference_low(), *all.reference_low());
  EXPECT_EQ(*merged.reference_high(), *all.reference_high());
  EXPECT_NEAR(*merged.psnr(), *all.psnr(), 1e-12);
}

TEST(ErrorStatistics, SaysNothingOfNothing) {
  const ErrorStatistics none;
  EXPECT_EQ(none.mean_square_error(), std::nullopt);
  EXPECT_EQ(none.root_mean_square_error(), std::nullopt);
  EXPECT_EQ(none.bias(), std::nullopt);
  EXPECT_EQ(none.largest_error(), std::nullopt);
  EXPECT_EQ(none.reference_low(), std::nullopt);
  EXPECT_EQ(none.reference_high(), std::nullopt);
  EXPECT_EQ(none.psnr(), std::nullopt);
}

TEST(ErrorStatistics, PsnrOfEqualAndOfConstantData) {
  ErrorStatistics equal;
  equal.add(1, 1);
  equal.add(2, 2);
  EXPECT_EQ(*equal.psnr(), std::numeric_limits<double>::infinity());
  ErrorStatistics constant;
  constant.add(1, 1.5);
  EXPECT_EQ(constant.psnr(), std::nullopt);
}

TEST(ErrorStatistics, RefusesWhatIsNotFinite) {
  ErrorStatistics statistics;
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    try {
      statistics.add(bad, 0);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "a pair of values to compare is not finite");
      EXPECT_EQ(error.kind(), ErrorKind::internal);
    }
  }
  EXPECT_EQ(statistics.count(), 0u);
}

TEST(EquivalentNumberOfLooks, IsMeanSquaredOverVariance) {
  EXPECT_DOUBLE_EQ(*equivalent_number_of_looks({1, 3}), 4) << "mean 2, variance 1";
  EXPECT_NEAR(*equivalent_number_of_looks({0.1, 0.3}), 4, 1e-12) << "any gain";
}

TEST(EquivalentNumberOfLooks, FindsTheLooksOfAveragedExponentials) {
  Random random(7);
  for (const int looks : {1, 4}) {
    std::vector<double> intensity(200000);
    for (double& value : intensity) {
      for (int look = 0; look < looks; ++look) value -= std::log(1 - random.uniform());
    }
    // The standard error is below 1 % at one look and less above.
    EXPECT_NEAR(*equivalent_number_of_looks(intensity), looks, 0.03 * looks);
  }
}

TEST(EquivalentNumberOfLooks, SaysNothingWithoutVariation) {
  EXPECT_EQ(equivalent_number_of_looks({}), std::nullopt);
  EXPECT_EQ(equivalent_number_of_looks({1}), std::nullopt);
  EXPECT_EQ(equivalent_number_of_looks({2, 2, 2}), std::nullopt);
}

}  // namespace
}  // namespace sarinr
