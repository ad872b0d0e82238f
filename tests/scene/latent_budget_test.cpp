#include "scene/latent_budget.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sarinr {
namespace {

using Kind = LatentGoal::Kind;

/// What a tile takes at a lambda if it answers as tiles do on the average, and takes `more` times what was expected.
double taken(Kind kind, double expected, double factor, double more) {
  return expected * more * std::pow(factor, kind == Kind::bits ? -1 / 1.3 : 1 / 1.3);
}

TEST(LatentBudget, LambdaStaysWhereTilesTakeWhatTheyShould) {
  for (const Kind kind : {Kind::bits, Kind::error}) {
    LatentBudget budget(kind, 0.2, 60, {10, 20, 30});
    for (const double expected : {10.0, 20.0, 30.0}) {
      EXPECT_NEAR(budget.lambda(), 0.2, 1e-12);
      budget.spend(expected);
    }
  }
}

TEST(LatentBudget, AGoalOfLambdaHasNone) {
  LatentBudget budget(Kind::lambda, 0.2, 0.2, {});
  budget.spend(1e9);
  EXPECT_EQ(budget.lambda(), 0.2);
}

TEST(LatentBudget, BringsTheFirstLambdaToTheGoal) {
  // Tiles that would take twice the goal: half of it is reached at 2^1.3 times the lambda, twice the error at less.
  EXPECT_NEAR(LatentBudget(Kind::bits, 0.2, 30, {10, 20, 30}).lambda(), 0.2 * std::pow(2, 1.3), 1e-12);
  EXPECT_NEAR(LatentBudget(Kind::error, 0.2, 30, {10, 20, 30}).lambda(), 0.2 * std::pow(2, -1.3), 1e-12);
}

TEST(LatentBudget, MeetsTheGoalThoughAllTilesTakeMoreThanExpected) {
  for (const Kind kind : {Kind::bits, Kind::error}) {
    for (const double more : {0.8, 1.15, 1.3}) {
      const std::vector<double> expected(12, 100.0);
      LatentBudget budget(kind, 1, 1200, expected);
      double sum = 0;
      for (const double tile : expected) {
        const double found = taken(kind, tile, budget.lambda(), more);
        budget.spend(found);
        sum += found;
      }
      EXPECT_NEAR(sum, 1200, 0.01 * 1200) << more;
    }
  }
}

TEST(LatentBudget, APartsShareIsWhatItsTilesAreExpectedToTake) {
  // Of 30 for 60, tiles that should take 50 get 25: lambda is that of the whole, and what others take is no concern.
  LatentBudget part = LatentBudget(Kind::bits, 0.2, 30, {10, 20, 30}).of_part(1, 2);
  EXPECT_NEAR(part.lambda(), 0.2 * std::pow(2, 1.3), 1e-12);
  part.spend(10);
  EXPECT_NEAR(part.lambda(), 0.2 * std::pow(2, 1.3), 1e-12);
  LatentBudget whole(Kind::error, 0.2, 30, {10, 20, 30});
  EXPECT_EQ(whole.of_part(0, 2147483647).lambda(), whole.lambda());
  EXPECT_EQ(LatentBudget(Kind::lambda, 0.2, 0, {}).of_part(3, 5).lambda(), 0.2);
  EXPECT_EQ(LatentBudget(Kind::bits, 0.2, 30, {10, 20}).of_part(2, 2).lambda(), 0.2) << "overviews alone";
}

TEST(LatentBudget, LambdaStaysWithinBoundsWhereTheGoalIsSpent) {
  LatentBudget budget(Kind::bits, 1, 100, {50, 50, 50});
  budget.spend(500);
  EXPECT_GT(budget.lambda(), 1);
  EXPECT_LE(budget.lambda(), 4);
  budget.spend(0);
  EXPECT_LE(budget.lambda(), 4);
}

}  // namespace
}  // namespace sarinr
