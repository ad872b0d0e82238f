#include "scene/speckle_survey.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sarinr/base/random.h"
#include "sarinr/render/speckle.h"

namespace sarinr {
namespace {

constexpr int width = 300;
constexpr int height = 260;
const TileGrid whole(width, height, 1024, 0);
const TileGrid four(width, height, 128, 0);
constexpr std::size_t pixels = std::size_t{width} * height;

/// Gamma distributed speckle of some looks (the mean of as many exponentials), decibels about 10 log10 of its mean.
std::vector<double> speckle(int looks, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> out;
  for (std::size_t i = 0; i < pixels; ++i) {
    double power = 0;
    for (int k = 0; k < looks; ++k) power -= std::log(1 - random.uniform()) / looks;
    out.push_back(10 * std::log10(power));
  }
  return out;
}

SpecklePlane plane_of(std::vector<double> source, double field) {
  return {std::move(source), std::vector<double>(pixels, field), std::vector<std::uint8_t>(pixels, 1)};
}

SpecklePlane part(const SpecklePlane& plane, const Extent& core) {
  SpecklePlane out;
  for (int y = core.y; y < core.y + core.height; ++y) {
    for (int x = core.x; x < core.x + core.width; ++x) {
      const auto i = static_cast<std::size_t>(y * width + x);
      out.source.push_back(plane.source[i]);
      out.field.push_back(plane.field[i]);
      out.valid.push_back(plane.valid[i]);
    }
  }
  return out;
}

SpeckleModel survey(const TileGrid& grid, const std::vector<SpecklePlane>& planes) {
  SpeckleSurvey survey(grid, static_cast<int>(planes.size()));
  for (int tile = 0; tile < grid.count(); ++tile) {
    std::vector<SpecklePlane> parts;
    for (const SpecklePlane& plane : planes) parts.push_back(part(plane, grid.core(tile)));
    survey.add(tile, parts);
  }
  return survey.finish();
}

double mean_level(const SpeckleChannel& channel) {
  double sum = 0;
  for (const std::int8_t level : channel.levels) sum += level;
  return sum / static_cast<double>(channel.levels.size());
}

TEST(SpeckleSurvey, FindsTheDeviationAndTheSkewnessOfLooks) {
  // Deviation 10 / ln 10 sqrt(psi'(L)), skewness psi''(L) / psi'(L)^1.5; the field has the mean of the decibels.
  const struct {
    int looks;
    double mean, deviation, skewness;
  } cases[] = {{1, -2.507, 5.570, 1.140}, {4, -0.558, 2.313, 0.547}};
  for (const auto& known : cases) {
    const SpeckleModel model = survey(whole, {plane_of(speckle(known.looks, 1), known.mean)});
    // Blocks are taken for even by their contrast, which the rarest values make: their third moment is a little small.
    EXPECT_NEAR(model.channels[0].skewness / 100.0, known.skewness, 0.1) << known.looks;
    EXPECT_NEAR(mean_level(model.channels[0]), 4 * std::log2(known.deviation), 0.25) << known.looks;
    for (const std::int8_t correlation : model.channels[0].correlations) EXPECT_LE(std::abs(correlation), 3);
  }
}

TEST(SpeckleSurvey, WhatIsMadeOfItHasTheSourcesContrast) {
  const SpecklePlane source = plane_of(speckle(2, 5), -1.17);
  SpeckleModel model = survey(whole, {source});
  std::vector<double> made = source.field;
  SpeckleTexture(model, {{Quantity::decibel, PixelType::f32, {}}}, whole, 77).add(0, {0, 0, width, height}, made);
  const auto looks = [](const std::vector<double>& decibels) {
    double sum = 0;
    double squares = 0;
    for (const double value : decibels) {
      const double power = std::pow(10, value / 10);
      sum += power / pixels;
      squares += power * power / pixels;
    }
    return sum * sum / (squares - sum * sum);
  };
  EXPECT_NEAR(looks(source.source), 2, 0.05);
  EXPECT_NEAR(looks(made), looks(source.source), 0.1);
}

TEST(SpeckleSurvey, FindsCorrelationsBetweenNeighboursAndChannels) {
  const std::vector<double> white = speckle(4, 2);
  const std::vector<double> other = speckle(4, 3);
  std::vector<double> first(pixels, 0);
  std::vector<double> second(pixels, 0);
  for (std::size_t i = 1; i < pixels; ++i) {
    first[i] = (white[i] + white[i - 1]) / 2;                      // correlation 1/2 along rows, none along columns
    second[i] = 0.6 * first[i] + 0.4 * (other[i] + other[i - 1]);  // 0.6 of it; 0.8 of the independent rest
  }
  const SpeckleModel model = survey(whole, {plane_of(first, -0.558), plane_of(second, -0.558 * 1.4)});
  for (std::size_t i = 0; i < speckle_lags.size(); ++i) {
    const bool neighbour = speckle_lags[i].x == 1 && speckle_lags[i].y == 0;
    EXPECT_NEAR(model.channels[0].correlations[i] / 127.0, neighbour ? 0.5 : 0, 0.03) << i;
  }
  ASSERT_EQ(model.between.size(), 1u);
  EXPECT_NEAR(model.between[0] / 127.0, 0.6, 0.03);
}

TEST(SpeckleSurvey, TilesGiveWhatTheWholeGives) {
  const SpecklePlane plane = plane_of(speckle(3, 8), -0.75);
  const SpeckleModel one = survey(whole, {plane});
  const SpeckleModel several = survey(four, {plane});
  EXPECT_NEAR(one.channels[0].skewness, several.channels[0].skewness, 5);
  EXPECT_NEAR(mean_level(one.channels[0]), mean_level(several.channels[0]), 0.2);
  const SpeckleModel again = survey(four, {plane});
  EXPECT_EQ(several.channels[0].levels, again.channels[0].levels);
}

TEST(SpeckleSurvey, PlacesWithoutAValueTakeTheirNeighboursDeviation) {
  SpecklePlane plane = plane_of(speckle(1, 4), -2.507);
  for (std::size_t i = 0; i < pixels; ++i) {
    if (i % width < 150) plane.valid[i] = 0;
  }
  const SpeckleModel model = survey(four, {plane});
  for (const std::int8_t level : model.channels[0].levels) EXPECT_NEAR(level, 4 * std::log2(5.57), 2.1);
}

TEST(SpeckleSurvey, FieldsWithoutAnErrorHaveNoSpeckle) {
  const SpeckleModel model = survey(four, {plane_of(std::vector<double>(pixels, 3), 3)});
  for (const std::int8_t level : model.channels[0].levels) EXPECT_EQ(level, least_speckle_level);
  EXPECT_EQ(model.channels[0].skewness, 0);
}

TEST(SpeckleSurvey, NothingValidIsNoFault) {
  SpecklePlane plane = plane_of(std::vector<double>(pixels, 0), 0);
  std::fill(plane.valid.begin(), plane.valid.end(), std::uint8_t{0});
  const SpeckleModel model = survey(four, {plane, plane});
  for (const std::int8_t level : model.channels[0].levels) EXPECT_EQ(level, least_speckle_level);
  EXPECT_EQ(model.between, std::vector<std::int8_t>{0});
}

}  // namespace
}  // namespace sarinr
