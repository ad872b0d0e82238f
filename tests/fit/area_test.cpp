// Fits to the areas of pixels: the objective against its definition and its own differences, the fit against the cpu
// engine's where an area is a point.

#include "sarinr/fit/area.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/task_arena.h>

#include <cmath>

#include "fit/area_objective.h"
#include "sarinr/base/error.h"
#include "sarinr/base/random.h"
#include "sarinr/field/initialisation.h"

namespace sarinr {
namespace {

NormalisedTile tile_of(int width, int height) {
  NormalisedTile tile{width, height, {}, {}};
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      tile.values.push_back(static_cast<float>(0.3 * std::sin(0.7 * column) + 0.2 * std::cos(0.5 * row)));
      tile.valid.push_back(1);
    }
  }
  return tile;
}

FitProblem problem_of(const std::string& architecture_name, const NormalisedTile& tile, int samples) {
  FitProblem problem;
  problem.spec.architecture = architecture_name;
  problem.spec.width = 16;
  problem.spec.depth = 1;
  for (const ParameterInfo& parameter : architecture(architecture_name).parameters()) {
    problem.spec.parameters.push_back(static_cast<float>(parameter.value));
  }
  problem.grid_width = tile.width * samples;
  problem.grid_height = tile.height * samples;
  problem.start = initial_weights(problem.spec, "siren", 1);
  return problem;
}

AreaOptions options_of(int samples, double exponent, double slope, double curvature) {
  AreaOptions options;
  options.samples = samples;
  options.power_exponent = exponent;
  options.slope_weight = slope;
  options.curvature_weight = curvature;
  return options;
}

double loss_of(const NormalisedTile& tile, const AreaOptions& options, const std::vector<float>& image) {
  std::vector<float> slopes(image.size());
  return AreaObjective(tile, options).evaluate(image, slopes);
}

TEST(AreaObjective, APixelIsTheLogarithmOfItsMeanPower) {
  const NormalisedTile tile{1, 1, {0.5f}, {1}};
  const std::vector<float> image = {0.0f, 0.25f, 0.5f, 1.0f};
  double power = 0;
  for (const float value : image) power += std::exp(2.5 * static_cast<double>(value)) / 4;
  const double error = std::log(power) / 2.5 - 0.5;
  EXPECT_NEAR(loss_of(tile, options_of(2, 2.5, 0, 0), image), error * error, 1e-9);
  const double plain = 1.75 / 4 - 0.5;
  EXPECT_NEAR(loss_of(tile, options_of(2, 0, 0, 0), image), plain * plain, 1e-9);
}

TEST(AreaObjective, PixelsWithoutAValueDoNotCount) {
  const NormalisedTile tile{2, 1, {0.5f, 7.0f}, {1, 0}};
  EXPECT_NEAR(loss_of(tile, options_of(1, 0, 0, 0), {0.25f, 100.0f}), 0.0625, 1e-9);
}

TEST(AreaObjective, ARampHasItsSlopeAndNoCurvature) {
  const NormalisedTile tile = tile_of(4, 3);
  std::vector<float> ramp;
  for (int row = 0; row < 6; ++row) {
    for (int column = 0; column < 8; ++column)
      ramp.push_back(0.5f * static_cast<float>(column) - 0.25f * static_cast<float>(row));
  }
  const double data = loss_of(tile, options_of(2, 0, 0, 0), ramp);
  EXPECT_NEAR(loss_of(tile, options_of(2, 0, 0, 3), ramp), data, 1e-9);
  // 7 of 8 differences of each row, 5 of 6 of each column.
  const double slope = 0.25 * 7 / 8 + 0.0625 * 5 / 6;
  EXPECT_NEAR(loss_of(tile, options_of(2, 0, 3, 0), ramp), data + 3 * slope, 1e-6);
}

TEST(AreaObjective, AParabolaHasItsCurvature) {
  const NormalisedTile tile = tile_of(3, 3);
  std::vector<float> image;
  for (int row = 0; row < 6; ++row) {
    for (int column = 0; column < 6; ++column) {
      image.push_back(0.1f * static_cast<float>(column * column) + 0.3f * static_cast<float>(column * row));
    }
  }
  // u_xx = 0.2 at 4 of 6 columns, u_xy = 0.3 at 25 of 36 places, counted twice.
  const double curvature = 0.04 * 4 / 6 + 2 * 0.09 * 25 / 36;
  const double data = loss_of(tile, options_of(2, 0, 0, 0), image);
  EXPECT_NEAR(loss_of(tile, options_of(2, 0, 0, 2), image) - data, 2 * curvature, 1e-5);
}

TEST(AreaObjective, SlopesAreItsDerivatives) {
  NormalisedTile tile = tile_of(4, 3);
  tile.valid[5] = 0;
  const AreaOptions options = options_of(3, 4, 0.3, 0.2);
  AreaObjective objective(tile, options);
  Random random(3);
  std::vector<float> image(108);
  for (float& value : image) value = static_cast<float>(random.uniform(-0.5, 0.5));
  std::vector<float> slopes(image.size());
  objective.evaluate(image, slopes);
  std::vector<float> ignored(image.size());
  for (std::size_t i = 0; i < image.size(); ++i) {
    constexpr float step = 1.0f / 512;
    std::vector<float> changed = image;
    changed[i] = image[i] + step;
    const double high = objective.evaluate(changed, ignored);
    changed[i] = image[i] - step;
    const double low = objective.evaluate(changed, ignored);
    EXPECT_NEAR(static_cast<double>(slopes[i]), (high - low) * 256, 2e-4) << "sample " << i;
  }
}

class FitAreasTest : public testing::TestWithParam<std::string> {};

TEST_P(FitAreasTest, AreasOfOneSampleAreTheEnginesPixels) {
  const NormalisedTile tile = tile_of(20, 12);
  const FitProblem problem = problem_of(GetParam(), tile, 1);
  AreaOptions options = options_of(1, 0, 0, 0);
  options.epochs = 20;
  const TileFit areas = fit_areas(problem, tile, options, {});
  EngineOptions engine;
  engine.engine = "cpu";
  engine.precision = "float32";
  FitOptions fit;
  fit.epochs = options.epochs;
  fit.learning_rate = options.learning_rate;
  const TileFit points = make_engine(engine, problem.spec)->fit(problem, {tile}, fit, {}).front();
  ASSERT_EQ(areas.losses.size(), points.losses.size());
  for (std::size_t i = 0; i < points.losses.size(); ++i) {
    EXPECT_NEAR(areas.losses[i], points.losses[i], 1e-4f * points.losses[0]) << "epoch " << i;
  }
}

TEST_P(FitAreasTest, MeansOfTheFieldOverPixelsAreThePixels) {
  const NormalisedTile tile = tile_of(16, 12);
  const FitProblem problem = problem_of(GetParam(), tile, 2);
  AreaOptions options = options_of(2, 4, 0, 1e-3);
  options.epochs = 300;
  options.learning_rate = 5e-3;
  const TileFit fit = fit_areas(problem, tile, options, {});
  const NormalisedTile fine{32, 24, std::vector<float>(32 * 24), {}};
  const std::vector<float> image = evaluate_tile(problem, fine, fit.weights);
  EXPECT_LT(loss_of(tile, options_of(2, 4, 0, 0), image), 1e-3);
  EXPECT_LT(fit.losses.back(), 0.05f * fit.losses.front());
}

INSTANTIATE_TEST_SUITE_P(Architectures, FitAreasTest, testing::Values("siren", "finer", "sl2a"));

TEST(FitAreas, TheThreadsDoNotMatter) {
  const NormalisedTile tile = tile_of(40, 40);
  const FitProblem problem = problem_of("siren", tile, 2);
  AreaOptions options = options_of(2, 3, 0.01, 0.01);
  options.epochs = 3;
  const auto weights = [&](int threads) {
    return oneapi::tbb::task_arena(threads).execute([&] { return fit_areas(problem, tile, options, {}).weights; });
  };
  EXPECT_EQ(weights(1), weights(2));
}

/// The text of the Error that a call throws.
template <class Call>
std::string complaint(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

TEST(FitAreas, WrongRequestsAreNamed) {
  using testing::HasSubstr;
  const NormalisedTile tile = tile_of(8, 8);
  const FitProblem problem = problem_of("siren", tile, 2);
  const auto with = [&](const AreaOptions& options) {
    return complaint([&] { fit_areas(problem, tile, options, {}); });
  };
  EXPECT_THAT(with(options_of(0, 0, 0, 0)), HasSubstr("are 0; they must lie between 1 and 16"));
  EXPECT_THAT(with(options_of(2, 0, -1, 0)), HasSubstr("must not be negative"));
  EXPECT_THAT(with(options_of(3, 0, 0, 0)), HasSubstr("16x16 samples"));
  AreaOptions none = options_of(2, 0, 0, 0);
  none.epochs = 0;
  EXPECT_THAT(with(none), HasSubstr("at least one epoch"));
  NormalisedTile empty = tile;
  empty.valid.assign(empty.valid.size(), 0);
  EXPECT_THAT(complaint([&] { fit_areas(problem, empty, options_of(2, 0, 0, 0), {}); }),
              HasSubstr("without a valid pixel"));
  AreaOptions wild = options_of(2, 0, 0, 0);
  wild.learning_rate = 1e38;
  EXPECT_THAT(with(wild), HasSubstr("give a lower learning rate"));
  EXPECT_THAT(complaint([&] { fit_areas(problem, tile, options_of(2, 0, 0, 0), [](std::size_t) { return false; }); }),
              HasSubstr("interrupted"));
}

}  // namespace
}  // namespace sarinr
