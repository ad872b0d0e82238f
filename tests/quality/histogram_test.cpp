#include "sarinr/quality/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sarinr/base/error.h"
#include "sarinr/base/random.h"

namespace sarinr {
namespace {

TEST(OrderStatistics, EnclosesTheOrderStatisticWithin12Bits) {
  Random random(1);
  std::vector<double> values(10001);
  OrderStatistics statistics;
  for (double& value : values) statistics.add(value = 20 * random.normal());
  std::sort(values.begin(), values.end());
  for (const double fraction : {0.0, 0.001, 0.3, 0.5, 0.999, 1.0}) {
    const double exact = values[static_cast<std::size_t>(fraction * 10000)];
    const double low = *statistics.at_least(fraction);
    const double high = *statistics.at_most(fraction);
    EXPECT_LE(low, exact);
    EXPECT_GE(high, exact);
    EXPECT_LE(high - low, std::abs(exact) / 2048) << "two limits of one bin";
  }
  EXPECT_EQ(*statistics.lowest(), values.front());
  EXPECT_EQ(*statistics.highest(), values.back());
}

TEST(OrderStatistics, OrdersNegativeZeroAndPositive) {
  OrderStatistics statistics;
  for (const double value : {1e-300, -3.0, 0.0, 5.0, -1e300}) statistics.add(value);
  EXPECT_EQ(*statistics.at_least(0.5), 0);
  EXPECT_EQ(*statistics.at_least(0.25), -3.0009765625) << "bins are 2^-10 wide between 2 and 4";
  EXPECT_EQ(*statistics.at_most(0.25), -3);
  EXPECT_EQ(*statistics.at_least(1), 5);
  EXPECT_LE(*statistics.at_least(0), -1e300);
}

TEST(OrderStatistics, SaysNothingOfNothingAndRefusesNaN) {
  OrderStatistics none;
  EXPECT_EQ(none.at_least(0.5), std::nullopt);
  EXPECT_EQ(none.at_most(0.5), std::nullopt);
  EXPECT_EQ(none.lowest(), std::nullopt);
  try {
    none.add(std::numeric_limits<double>::quiet_NaN());
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "a value to rank is not finite");
  }
}

TEST(HistogramBins, EqualBinsHoldTheirLowerEdge) {
  const HistogramBins bins = HistogramBins::equal(-10, 10, 20);
  EXPECT_EQ(bins.count(), 20);
  EXPECT_EQ(bins.bin(-10), 0);
  EXPECT_EQ(bins.bin(-9.0001), 0);
  EXPECT_EQ(bins.bin(-9), 1);
  EXPECT_EQ(bins.bin(9.9), 19);
  EXPECT_EQ(bins.bin(-1e9), 0) << "the first bin takes what lies below";
  EXPECT_EQ(bins.bin(1e9), 19);
  EXPECT_EQ(HistogramBins::equal(3, 3, 20).count(), 1);
}

TEST(HistogramBins, WholeNumbersNeverShareABinUnevenly) {
  // DN 1 to 169, in decibels: every bin must hold whole DNs, and every DN one bin.
  const HistogramBins bins = HistogramBins::of_whole_numbers(20 * std::log10(1.0), 20 * std::log10(169.0), 256, 20);
  EXPECT_LE(bins.count(), 256);
  EXPECT_GT(bins.count(), 60);
  for (const double edge : bins.edges()) {
    const double dn = std::pow(10, edge / 20);
    EXPECT_NEAR(dn - std::floor(dn), 0.5, 1e-9);
  }
  EXPECT_NE(bins.bin(20 * std::log10(3.0)), bins.bin(20 * std::log10(4.0)));
  const HistogramBins plain = HistogramBins::of_whole_numbers(0, 10, 256, std::nullopt);
  EXPECT_EQ(plain.count(), 10);
  EXPECT_EQ(plain.bin(1), plain.bin(1.4));
}

TEST(Divergences, OfKnownHistograms) {
  const Counts p = {9, 0};
  const Counts q = {4, 5};
  // Half a count more in each bin: 0.95 and 0.05 against 0.45 and 0.55.
  EXPECT_NEAR(*kullback_leibler(p, q), 0.95 * std::log(0.95 / 0.45) + 0.05 * std::log(0.05 / 0.55), 1e-12);
  const double expected = (0.95 * std::log(0.95 / 0.7) + 0.05 * std::log(0.05 / 0.3) + 0.45 * std::log(0.45 / 0.7) +
                           0.55 * std::log(0.55 / 0.3)) /
                          2;
  EXPECT_NEAR(*jensen_shannon(p, q), expected, 1e-12);
  EXPECT_NEAR(*jensen_shannon(q, p), expected, 1e-12) << "symmetric";
}

TEST(Divergences, OfItselfAreZeroAndOfNothingEmpty) {
  const Counts p = {3, 0, 17};
  EXPECT_EQ(*kullback_leibler(p, p), 0);
  EXPECT_EQ(*jensen_shannon(p, p), 0);
  EXPECT_EQ(kullback_leibler(p, {0, 0, 0}), std::nullopt);
  EXPECT_EQ(jensen_shannon({0, 0, 0}, p), std::nullopt);
}

TEST(HistogramPair, HalvesMakeTheWhole) {
  HistogramPair pair(3);
  for (int i = 0; i < 10; ++i) pair.add(i % 3, 0, i % 2 == 0);
  EXPECT_EQ(pair.reference(), (Counts{4, 3, 3}));
  EXPECT_EQ(pair.test(), (Counts{10, 0, 0}));
  EXPECT_EQ(pair.even_half(), (Counts{2, 1, 2}));
  EXPECT_EQ(pair.odd_half(), (Counts{2, 2, 1}));
}

}  // namespace
}  // namespace sarinr
