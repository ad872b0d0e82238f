#include "sarinr/benchmark/rate_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace sarinr::benchmark {
namespace {

const QualityParameter quantiser{"crf", 0, 51, 32, -0.135, false, false};

TEST(RateSearch, MeetsEveryRateWithinTheTolerance) {
  int calls = 0;
  const auto rate = [&](double crf) {
    ++calls;
    return 3 * std::exp(-0.09 * crf - 0.0006 * crf * crf);
  };
  const RateRequest request;
  const std::vector<double> chosen = search_rates(quantiser, request, rate);
  ASSERT_EQ(chosen.size(), request.bits_per_pixel.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    EXPECT_NEAR(std::log(rate(chosen[i]) / request.bits_per_pixel[i]), 0, request.tolerance);
  }
  EXPECT_LE(calls - static_cast<int>(chosen.size()), 15);
}

TEST(RateSearch, MeetsRatesOfACodecThatJumps) {
  // In steps of 2: no crf comes nearer than half a step of 27 %.
  const auto rate = [](double crf) { return 3 * std::exp(-0.12 * 2 * std::round(crf / 2)); };
  RateRequest request;
  request.trials = 20;
  const std::vector<double> chosen = search_rates(quantiser, request, rate);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    EXPECT_NEAR(std::log(rate(chosen[i]) / request.bits_per_pixel[i]), 0, 0.121);
  }
}

TEST(RateSearch, TakesTheNearestWholeNumberAndNoneTwice) {
  const QualityParameter width{"width", 4, 512, 40, 2, true, true};
  std::set<double> tried;
  const auto rate = [&](double w) {
    EXPECT_EQ(w, std::round(w));
    EXPECT_TRUE(tried.insert(w).second) << w << " was coded twice";
    return w * w / 4000;
  };
  RateRequest request;
  request.bits_per_pixel = {0.1, 1};
  request.tolerance = 1e-6;
  request.trials = 40;
  // 400 / 4000 is met; 63^2 / 4000 is 0.992 and 64^2 / 4000 1.024.
  EXPECT_EQ(search_rates(width, request, rate), (std::vector<double>{20, 63}));
}

TEST(RateSearch, StopsAtTheEndOfTheRangeWhereARateIsOutOfReach) {
  RateRequest request;
  request.bits_per_pixel = {0.001, 50};
  const auto rate = [](double crf) { return 3 * std::exp(-0.1 * crf); };
  EXPECT_EQ(search_rates(quantiser, request, rate), (std::vector<double>{51, 0}));
}

TEST(RateSearch, KeepsToTheTrialsOfTheRequestAndOfTheCodec) {
  int calls = 0;
  const auto jump = [&](double crf) {
    ++calls;
    return crf > 20 ? 0.01 : 10.0;
  };
  RateRequest request;
  request.bits_per_pixel = {0.5};
  request.trials = 6;
  search_rates(quantiser, request, jump);
  EXPECT_EQ(calls, 6);
  QualityParameter slow = quantiser;
  slow.trials = 2;
  calls = 0;
  search_rates(slow, request, jump);
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace sarinr::benchmark
