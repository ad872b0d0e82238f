#include "sarinr/fit/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>

#include "sarinr/base/error.h"
#include "sarinr/field/initialisation.h"

namespace sarinr {
namespace {

FitProblem small_problem(int outputs = 1) {
  FitProblem problem;
  problem.spec.width = 16;
  problem.spec.depth = 1;
  problem.spec.outputs = outputs;
  problem.spec.parameters = {30, 30};
  problem.grid_width = 40;
  problem.grid_height = 64;  // 2560 pixels: more than one chunk of the engine
  problem.start = architecture("siren").initialise(problem.spec, 5);
  return problem;
}

NormalisedTile wave_tile(int width, int height, int outputs, double phase) {
  NormalisedTile tile;
  tile.width = width;
  tile.height = height;
  for (int c = 0; c < outputs; ++c) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        tile.values.push_back(static_cast<float>(std::sin(0.3 * x + 0.2 * y * (c + 1) + phase)));
        tile.valid.push_back(1);
      }
    }
  }
  return tile;
}

/// What every engine promises, on the CPU.
class EngineTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "torch" && !std::filesystem::exists(std::string(SARINR_MODULE_FOLDER) + "/engine_torch.so")) {
      GTEST_SKIP() << "this build has no torch module (SARINR_TORCH=OFF)";
    }
  }
  static std::unique_ptr<Engine> engine(int threads = 1) { return make_engine({GetParam(), "cpu", threads}, "siren"); }
};

INSTANTIATE_TEST_SUITE_P(Engines, EngineTest, testing::Values("cpu", "torch"),
                         [](const auto& test) { return test.param; });

TEST_P(EngineTest, KeepsTheWeightsOnTheWay) {
  const FitProblem problem = small_problem();
  const std::vector<NormalisedTile> tiles = {wave_tile(40, 64, 1, 0), wave_tile(37, 50, 1, 1)};
  FitOptions options{6, 1e-3, {}};
  options.snapshots = {2, 6};
  const std::vector<TileFit> fits = engine()->fit(problem, tiles, options, {});
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    ASSERT_EQ(fits[t].snapshots.size(), 2u);
    EXPECT_EQ(fits[t].snapshots[1], fits[t].weights);
    // The loss of the third step is that of the weights after two.
    EXPECT_NEAR(fits[t].losses[2], mean_square_error(problem, tiles[t], fits[t].snapshots[0]), 1e-3);
  }
}

TEST_P(EngineTest, ComputesTheSameErrorAsTheEvaluator) {
  const FitProblem problem = small_problem(2);
  const std::vector<NormalisedTile> tiles = {wave_tile(40, 64, 2, 0), wave_tile(37, 50, 2, 1)};
  const std::vector<TileFit> fits = engine()->fit(problem, tiles, {1, 1e-3, {}}, {});
  ASSERT_EQ(fits.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    // Float sums over a few thousand pixels on one side, doubles on the other.
    EXPECT_NEAR(fits[i].losses.at(0), mean_square_error(problem, tiles[i], problem.start), 1e-5);
  }
}

TEST_P(EngineTest, LearnsASmoothTile) {
  const FitProblem problem = small_problem();
  const std::vector<NormalisedTile> tiles = {wave_tile(40, 64, 1, 0)};
  const TileFit fit = engine()->fit(problem, tiles, {400, 5e-3, {}}, {})[0];
  EXPECT_EQ(fit.epochs, 400);
  EXPECT_EQ(fit.losses.size(), 400u);
  EXPECT_LT(mean_square_error(problem, tiles[0], fit.weights), 1e-3);
}

/// Adam's first step moves every weight by the learning rate against the sign of its gradient.
void expect_steps_against(const std::vector<float>& start, const std::vector<float>& after, double learning_rate,
                          const std::function<double(const std::vector<float>&)>& loss) {
  int compared = 0;
  for (std::size_t i = 0; i < start.size(); i += 7) {
    std::vector<float> up = start;
    std::vector<float> down = start;
    const float step = 1e-3f;
    up[i] += step;
    down[i] -= step;
    const double slope = (loss(up) - loss(down)) / (2 * static_cast<double>(step));
    if (std::abs(slope) < 2e-3) continue;  // float losses do not tell its sign surely
    const double moved = static_cast<double>(after[i]) - static_cast<double>(start[i]);
    EXPECT_NEAR(moved, slope > 0 ? -learning_rate : learning_rate, 0.02 * learning_rate) << "weight " << i;
    ++compared;
  }
  EXPECT_GT(compared, 10);
}

TEST_P(EngineTest, FollowsTheGradientOfTheMeanSquareError) {
  const FitProblem problem = small_problem(2);
  const NormalisedTile tile = wave_tile(40, 64, 2, 0.5);
  const double learning_rate = 1e-4;
  const TileFit fit = engine()->fit(problem, {tile}, {1, learning_rate, {}}, {})[0];
  expect_steps_against(problem.start, fit.weights, learning_rate,
                       [&](const std::vector<float>& weights) { return mean_square_error(problem, tile, weights); });
}

/// G of docs/metrics.md in plain double arithmetic.
double contrast(const FitProblem& problem, const std::vector<float>& weights) {
  const int width = problem.grid_width;
  const int height = problem.grid_height;
  std::vector<float> x;
  std::vector<float> y;
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      x.push_back(static_cast<float>((2.0 * column + 1) / width - 1));
      y.push_back(static_cast<float>((2.0 * row + 1) / height - 1));
    }
  }
  std::vector<float> image(x.size());
  architecture("siren").evaluate(problem.spec, weights.data(), x.data(), y.data(), x.size(), image.data(), x.size());
  const auto at = [&](int column, int row) {
    return static_cast<double>(image[static_cast<std::size_t>(row * width + column)]);
  };
  double sum = 0;
  for (int r = 1; r + 1 < height; ++r) {
    for (int c = 1; c + 1 < width; ++c) {
      const double gx = at(c + 1, r - 1) + 2 * at(c + 1, r) + at(c + 1, r + 1) - at(c - 1, r - 1) - 2 * at(c - 1, r) -
                        at(c - 1, r + 1);
      const double gy = at(c - 1, r + 1) + 2 * at(c, r + 1) + at(c + 1, r + 1) - at(c - 1, r - 1) - 2 * at(c, r - 1) -
                        at(c + 1, r - 1);
      sum += std::sqrt(gx * gx + gy * gy + 1e-12);
    }
  }
  return sum / ((width - 2.0) * (height - 2.0));
}

TEST_P(EngineTest, SelfActivationFirstRaisesAndThenLowersContrast) {
  const FitProblem problem = small_problem();
  const ActivationOptions options{1, 1e-4, 0.2};
  const std::vector<float> after = engine()->activate(problem, options, {});
  expect_steps_against(problem.start, after, options.learning_rate, [&](const std::vector<float>& weights) {
    return -options.lambda * contrast(problem, weights) * 10;
  });
  EXPECT_GT(contrast(problem, after), contrast(problem, problem.start));
  // Adam starts with plus and minus the same direction: two epochs nearly cancel, one does not.
  const std::vector<float> twice = engine()->activate(problem, {2, 1e-4, 0.2}, {});
  EXPECT_LT(contrast(problem, twice), contrast(problem, after));
}

TEST_P(EngineTest, MaskedPixelsTakeNoPart) {
  const FitProblem problem = small_problem();
  NormalisedTile tile = wave_tile(40, 64, 1, 0);
  for (std::size_t i = 300; i < 900; ++i) tile.valid[i] = 0;
  NormalisedTile other = tile;
  for (std::size_t i = 300; i < 900; ++i) other.values[i] = 1e3f;
  const std::unique_ptr<Engine> same = engine();
  EXPECT_EQ(same->fit(problem, {tile}, {5, 1e-3, {}}, {})[0].weights,
            same->fit(problem, {other}, {5, 1e-3, {}}, {})[0].weights);
}

TEST_P(EngineTest, ATileDoesNotDependOnItsBatchNorOnTheThreads) {
  const FitProblem problem = small_problem();
  std::vector<NormalisedTile> tiles;
  for (int i = 0; i < 3; ++i) tiles.push_back(wave_tile(40 - i, 64, 1, i));
  const std::vector<TileFit> together = engine(2)->fit(problem, tiles, {7, 1e-3, {}}, {});
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    EXPECT_EQ(engine(1)->fit(problem, {tiles[i]}, {7, 1e-3, {}}, {})[0].weights, together[i].weights);
    EXPECT_EQ(engine(2)->fit(problem, {tiles[i]}, {7, 1e-3, {}}, {})[0].weights, together[i].weights);
  }
  EXPECT_EQ(engine(1)->activate(problem, {4, 1e-3, 0.2}, {}), engine(2)->activate(problem, {4, 1e-3, 0.2}, {}));
}

TEST_P(EngineTest, StopsATileAtItsTarget) {
  const FitProblem problem = small_problem();
  const std::vector<NormalisedTile> tiles = {wave_tile(40, 64, 1, 0), wave_tile(40, 64, 1, 1)};
  FitOptions options{400, 5e-3, {{0.2f}, {0.0f}}};
  const std::vector<TileFit> fits = engine()->fit(problem, tiles, options, {});
  EXPECT_LT(fits[0].epochs, 400);
  EXPECT_LE(mean_square_error(problem, tiles[0], fits[0].weights), 0.2 + 1e-5);
  EXPECT_GT(fits[0].losses.at(fits[0].losses.size() - 2), 0.2f)
      << "it must stop at the first epoch that is good enough";
  EXPECT_EQ(fits[1].epochs, 400);
}

TEST_P(EngineTest, StopsWhenAsked) {
  const FitProblem problem = small_problem();
  int calls = 0;
  try {
    engine()->fit(problem, {wave_tile(40, 64, 1, 0)}, {100, 1e-3, {}}, [&](std::size_t) { return ++calls < 3; });
    FAIL() << "the fit went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  EXPECT_EQ(calls, 3);
}

TEST_P(EngineTest, RefusesADeviceThatIsNotThere) {
  try {
    make_engine({GetParam(), "cuda:77", 1}, "siren");
    FAIL() << "cuda:77 was accepted";
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_TRUE(message.starts_with("there is no CUDA device") ||
                message == "the cpu engine does not run on cuda:77: give --device cpu, or --engine torch")
        << message;
  }
}

TEST_P(EngineTest, AConstantRateDoesNotKnowTheEnd) {
  const FitProblem problem = small_problem();
  const std::vector<NormalisedTile> tiles = {wave_tile(40, 64, 1, 0)};
  const auto losses = [&](Schedule schedule, int epochs) {
    FitOptions options{epochs, 1e-3, {}};
    options.schedule = schedule;
    return engine()->fit(problem, tiles, options, {}).front().losses;
  };
  const std::vector<float> shorter = losses(Schedule::constant, 4);
  std::vector<float> longer = losses(Schedule::constant, 8);
  longer.resize(4);
  EXPECT_EQ(shorter, longer);
  EXPECT_NE(shorter, losses(Schedule::cosine, 4));
  EXPECT_NE(shorter, losses(Schedule::tenth, 4));
}

TEST(LearningRate, FollowsItsSchedule) {
  FitOptions options{100, 0.5, {}};
  EXPECT_DOUBLE_EQ(learning_rate(options, 0), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate(options, 50), 0.25);
  EXPECT_NEAR(learning_rate(options, 100), 0, 1e-15);
  options.schedule = schedule_of("constant");
  EXPECT_DOUBLE_EQ(learning_rate(options, 99), 0.5);
  options.schedule = schedule_of("tenth");
  EXPECT_DOUBLE_EQ(learning_rate(options, 0), 0.5);
  EXPECT_NEAR(learning_rate(options, 50), 0.5 / std::sqrt(10.0), 1e-15);
  EXPECT_NEAR(learning_rate(options, 100), 0.05, 1e-15);
  for (const char* name : {"cosine", "constant", "tenth"}) EXPECT_EQ(name_of(schedule_of(name)), name);
  try {
    schedule_of("linear");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "unknown schedule 'linear': the schedules are cosine, constant, tenth");
  }
}

TEST(Engine, NamesTheLegalEnginesAndDevices) {
  const auto message = [](const EngineOptions& options) {
    try {
      make_engine(options, "siren");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message({"abacus", "cpu", 1}), "unknown engine 'abacus': the engines are auto, cpu, cuda, torch");
  EXPECT_EQ(message({"torch", "gpu", 1}), "unknown device 'gpu': the devices are auto, cpu, cuda and cuda:N");
}

TEST(Engine, DefaultStartsAreOnesTheArchitectureHas) {
  for (const std::string& name : architecture_names()) {
    for (const int width : {16, 64, 256}) {
      const FitDefaults defaults = fit_defaults(name, width);
      EXPECT_EQ(defaults.self_activation, name == "siren" && width == 16) << name << width;
      const bool scaled = width > 16 && (name == "siren" || name == "incode");
      EXPECT_EQ(defaults.initialisation, scaled ? "scaled" : "siren") << name << width;
      EXPECT_TRUE(has_initialisation(name, defaults.initialisation)) << name;
      EXPECT_GT(defaults.learning_rate, 0) << name;
    }
  }
}

TEST(Engine, AutoTakesTheCpuEngineWhereTheDeviceIsACpu) {
  EXPECT_EQ(make_engine({"auto", "cpu", 1}, "siren")->name(), "cpu");
  EXPECT_FALSE(may_use_torch({"auto", "cpu", 1}, "siren"));
  EXPECT_TRUE(may_use_torch({"torch", "cpu", 1}, "siren"));
  EXPECT_FALSE(may_use_torch({"cpu", "auto", 1}, "siren"));
  EXPECT_TRUE(may_use_torch({"auto", "cuda:1", 1}, "siren"));
}

/// What is asked of every architecture, by the engine that `auto` takes on a CPU.
class EveryArchitecture : public testing::TestWithParam<std::string> {
 protected:
  static FitProblem problem(int width, int depth, int outputs, int columns, int rows) {
    FitProblem problem;
    problem.spec.architecture = GetParam();
    problem.spec.width = width;
    problem.spec.depth = depth;
    problem.spec.outputs = outputs;
    for (const ParameterInfo& parameter : architecture(GetParam()).parameters()) {
      problem.spec.parameters.push_back(static_cast<float>(parameter.value));
    }
    problem.grid_width = columns;
    problem.grid_height = rows;
    problem.start = architecture(GetParam()).initialise(problem.spec, 5);
    return problem;
  }
};

std::string test_name(const testing::TestParamInfo<std::string>& test) {
  std::string name = test.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Names, EveryArchitecture, testing::ValuesIn(architecture_names()), test_name);

TEST_P(EveryArchitecture, IsEvaluatedAsTheTorchEngineDoes) {
  if (!std::filesystem::exists(std::string(SARINR_MODULE_FOLDER) + "/engine_torch.so")) {
    GTEST_SKIP() << "this build has no torch module (SARINR_TORCH=OFF)";
  }
  const std::unique_ptr<Engine> torch = make_engine({"torch", "cpu", 1}, GetParam());
  for (const int width : {4, 33, 64}) {
    for (const int depth : {0, 1, 3}) {
      for (const int outputs : {1, 3}) {
        const FitProblem field = problem(width, depth, outputs, 19, 17);
        // The tile is what the evaluator says, at 16 pixels: the torch engine's first loss is then the mean square of
        // how far the two are apart there, and no distance is larger than the root of the sum of squares.
        constexpr std::size_t pixels = 19 * 17;
        NormalisedTile tile{19, 17, std::vector<float>(pixels * static_cast<std::size_t>(outputs)), {}};
        tile.values = evaluate_tile(field, tile, field.start);
        for (std::size_t i = 0; i < tile.values.size(); ++i) tile.valid.push_back(i % pixels % 21 == 0 ? 1 : 0);
        const auto [low, high] = std::minmax_element(tile.values.begin(), tile.values.end());
        const float loss = torch->fit(field, {tile}, {1, 1e-3, {}}, {})[0].losses.at(0);
        const double largest = std::sqrt(static_cast<double>(loss) * 16 * outputs);
        EXPECT_LE(largest, 1e-4 * static_cast<double>(*high - *low)) << width << "x" << depth << ", " << outputs;
      }
    }
  }
}

TEST_P(EveryArchitecture, FitsASimulatedTile) {
  const FitProblem field = problem(32, 2, 1, 48, 48);
  NormalisedTile tile{48, 48, {}, std::vector<std::uint8_t>(48 * 48, 1)};
  Random random(4);
  for (int i = 0; i < 48 * 48; ++i) {
    const double x = i % 48;
    const double y = static_cast<double>(i) / 48;
    const double field_edge = x + 0.5 * y > 40 ? 0.25 : -0.25;  // two fields and a hedge, weakly speckled
    tile.values.push_back(
        static_cast<float>(field_edge + 0.2 * std::sin(0.25 * x) * std::cos(0.2 * y) + 0.02 * random.normal()));
  }
  const TileFit fit = make_engine({"auto", "cpu", 1}, GetParam())
                          ->fit(field, {tile}, {150, fit_defaults(GetParam()).learning_rate, {}}, {})[0];
  const double error = mean_square_error(field, tile, fit.weights);
  // Over the range of 1; the plain ReLU network is the one that cannot follow the waves.
  EXPECT_GT(-10 * std::log10(error), GetParam() == "relu" ? 12 : 24) << "mean square error " << error;
  EXPECT_NEAR(fit.loss, error, 0.5 * error + 1e-4);
}

TEST_P(EveryArchitecture, LearnsContrastFromItsOwnOutput) {
  const FitProblem field = problem(16, 1, 1, 40, 33);
  const std::unique_ptr<Engine> engine = make_engine({"auto", "cpu", 1}, GetParam());
  // One epoch of the loss that asks for contrast raises it; the contrast of an image is the mean over its interior.
  const auto contrast_of = [&](const std::vector<float>& weights) {
    NormalisedTile grid{40, 33, std::vector<float>(40 * 33), {}};
    const std::vector<float> image = evaluate_tile(field, grid, weights);
    double sum = 0;
    for (std::size_t row = 1; row + 1 < 33; ++row) {
      for (std::size_t column = 1; column + 1 < 40; ++column) {
        const float* u = &image[row * 40 + column];
        const double gx = u[-39] - u[-41] + 2 * (u[1] - u[-1]) + u[41] - u[39];
        const double gy = u[39] - u[-41] + 2 * (u[40] - u[-40]) + u[41] - u[-39];
        sum += std::sqrt(gx * gx + gy * gy + 1e-12);
      }
    }
    return sum / (38 * 31);
  };
  const std::vector<float> after = engine->activate(field, {1, 1e-4, 0.2}, {});
  EXPECT_GT(contrast_of(after), contrast_of(field.start));
  const std::vector<float> twenty = engine->activate(field, {20, 2e-4, 0.2}, {});
  EXPECT_NE(twenty, field.start);
  for (const float weight : twenty) ASSERT_TRUE(std::isfinite(weight));
}

}  // namespace
}  // namespace sarinr
