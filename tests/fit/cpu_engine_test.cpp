// The cpu engine against the torch engine, and over instruction sets and shapes.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <tuple>

#include "field/layer_kernels.h"
#include "sarinr/base/error.h"
#include "sarinr/fit/engine.h"

namespace sarinr {
namespace {

struct Shape {
  std::string architecture;
  int width;
  int depth;
  int outputs;
  int columns;
  int rows;
  bool masked;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << shape.architecture << "_" << shape.width << "x" << shape.depth << "_" << shape.outputs << "_"
             << shape.columns << "x" << shape.rows << (shape.masked ? "_masked" : "");
}

FitProblem problem_of(const Shape& shape) {
  FitProblem problem;
  problem.spec.architecture = shape.architecture;
  problem.spec.width = shape.width;
  problem.spec.depth = shape.depth;
  problem.spec.outputs = shape.outputs;
  const Architecture& kind = architecture(shape.architecture);
  for (const ParameterInfo& parameter : kind.parameters()) {
    problem.spec.parameters.push_back(static_cast<float>(parameter.value));
  }
  problem.grid_width = shape.columns;
  problem.grid_height = shape.rows + 1;
  problem.start = kind.initialise(problem.spec, 11);
  // INCODE's penalty has a kink at 0, where a rounding error decides which way a weight goes.
  if (shape.architecture == "incode") std::fill_n(problem.start.begin(), 4, 0.1f);
  return problem;
}

/// A speckled slope: smooth enough to be learnt, rough enough to keep gradients alive.
NormalisedTile tile_of(const Shape& shape) {
  NormalisedTile tile{shape.columns, shape.rows, {}, {}};
  Random random(4);
  for (int c = 0; c < shape.outputs; ++c) {
    for (int y = 0; y < shape.rows; ++y) {
      for (int x = 0; x < shape.columns; ++x) {
        const bool valid = !shape.masked || (x * 7 + y * 3 + c) % 5 > 1;
        const double value = 0.2 * std::sin(0.2 * x + 0.1 * (c + 1) * y) + 0.1 * random.normal();
        tile.values.push_back(valid ? static_cast<float>(value) : 0.0f);
        tile.valid.push_back(valid ? 1 : 0);
      }
    }
  }
  return tile;
}

bool torch_is_there() { return std::filesystem::exists(std::string(SARINR_MODULE_FOLDER) + "/engine_torch.so"); }

const EngineOptions in_floats{"cpu", "cpu", 1, "auto", "float32"};

class CpuEngineShapes : public testing::TestWithParam<Shape> {};

TEST_P(CpuEngineShapes, FollowsTheTorchEngine) {
  if (!torch_is_there()) GTEST_SKIP() << "this build has no torch module (SARINR_TORCH=OFF)";
  const FitProblem problem = problem_of(GetParam());
  const std::vector<NormalisedTile> tiles = {tile_of(GetParam())};
  const FitOptions options{50, 5e-4, {}};
  const TileFit torch =
      make_engine({"torch", "cpu", 1}, problem.spec.architecture)->fit(problem, tiles, options, {})[0];
  const TileFit cpu = make_engine(in_floats, problem.spec.architecture)->fit(problem, tiles, options, {})[0];
  ASSERT_EQ(cpu.losses.size(), torch.losses.size());
  for (std::size_t e = 0; e < cpu.losses.size(); ++e) {
    // Both sum in floats, in different order; Adam lets rounding errors grow from step to step.
    EXPECT_NEAR(cpu.losses[e], torch.losses[e], 1e-4 * static_cast<double>(torch.losses[0])) << "epoch " << e;
  }
}

TEST_P(CpuEngineShapes, ActivatesAsTheTorchEngineDoes) {
  if (!torch_is_there()) GTEST_SKIP() << "this build has no torch module (SARINR_TORCH=OFF)";
  const FitProblem problem = problem_of(GetParam());
  const ActivationOptions options{4, 1e-4, 0.2};
  const std::vector<float> torch =
      make_engine({"torch", "cpu", 1}, problem.spec.architecture)->activate(problem, options, {});
  const std::vector<float> cpu =
      make_engine({"cpu", "cpu", 1}, problem.spec.architecture)->activate(problem, options, {});
  std::size_t apart = 0;
  // Contrast does not depend on the last biases: their gradient is nothing but rounding.
  for (std::size_t i = 0; i + static_cast<std::size_t>(GetParam().outputs) < cpu.size(); ++i) {
    // Where a gradient nearly vanishes, its rounding decides Adam's first steps: a few weights may go the other way.
    if (std::abs(cpu[i] - torch[i]) > 1e-5f) ++apart;
  }
  EXPECT_LE(apart, cpu.size() / 50 + 1);
}

INSTANTIATE_TEST_SUITE_P(
    Siren, CpuEngineShapes,
    testing::Values(Shape{"siren", 16, 1, 1, 40, 63, false}, Shape{"siren", 33, 2, 2, 50, 47, true},
                    Shape{"siren", 64, 3, 1, 64, 64, false}, Shape{"siren", 80, 1, 1, 31, 40, true},
                    Shape{"siren", 128, 2, 1, 40, 40, false}, Shape{"siren", 4, 0, 5, 33, 9, false},
                    Shape{"siren", 48, 8, 4, 40, 40, true}, Shape{"siren", 7, 1, 17, 20, 20, true}));

INSTANTIATE_TEST_SUITE_P(OtherArchitectures, CpuEngineShapes,
                         testing::Values(Shape{"finer", 32, 2, 2, 50, 47, true},
                                         Shape{"gauss", 33, 2, 1, 50, 47, false},
                                         Shape{"gauss", 48, 1, 4, 40, 40, true}, Shape{"pemlp", 40, 2, 2, 50, 47, true},
                                         Shape{"relu", 64, 3, 1, 50, 47, false}));

INSTANTIATE_TEST_SUITE_P(Graphs, CpuEngineShapes,
                         testing::Values(Shape{"wire", 33, 1, 2, 50, 47, true}, Shape{"wire", 64, 2, 1, 40, 40, false},
                                         Shape{"mfn-fourier", 33, 2, 2, 50, 47, true},
                                         Shape{"mfn-gabor", 33, 2, 2, 50, 47, true},
                                         Shape{"incode", 33, 2, 2, 50, 47, true}, Shape{"sl2a", 33, 2, 2, 50, 47, true},
                                         Shape{"sl2a", 4, 0, 5, 33, 9, false}));

class CpuEngineInstructions : public testing::TestWithParam<std::string> {};

TEST_P(CpuEngineInstructions, GiveTheSameFit) {
  const Shape shape{"siren", 33, 2, 2, 50, 47, true};
  const FitProblem problem = problem_of(shape);
  const std::vector<NormalisedTile> tiles = {tile_of(shape)};
  const FitOptions options{20, 5e-4, {}};
  const TileFit best = make_engine(in_floats, "siren")->fit(problem, tiles, options, {})[0];
  const std::unique_ptr<Engine> engine = make_engine({"cpu", "cpu", 1, GetParam(), "float32"}, "siren");
  EXPECT_EQ(engine->description(), "cpu, " + GetParam() + ", float32");
  const TileFit fit = engine->fit(problem, tiles, options, {})[0];
  for (std::size_t e = 0; e < fit.losses.size(); ++e) {
    EXPECT_NEAR(fit.losses[e], best.losses[e], 1e-4 * static_cast<double>(best.losses[0])) << "epoch " << e;
  }
}

INSTANTIATE_TEST_SUITE_P(Sets, CpuEngineInstructions, testing::ValuesIn(instruction_sets()),
                         [](const auto& test) { return test.param; });

TEST(CpuEngine, FollowsTheTorchEngineInBfloat16) {
  if (!torch_is_there()) GTEST_SKIP() << "this build has no torch module (SARINR_TORCH=OFF)";
  for (const char* name : {"siren", "finer", "gauss", "pemlp"}) {
    const Shape shape{name, 64, 3, 1, 64, 64, true};
    const FitProblem problem = problem_of(shape);
    const std::vector<NormalisedTile> tiles = {tile_of(shape)};
    const FitOptions options{50, 5e-4, {}};
    const TileFit torch = make_engine({"torch", "cpu", 1}, name)->fit(problem, tiles, options, {})[0];
    const std::unique_ptr<Engine> engine = make_engine({"cpu", "cpu", 1, "auto", "bfloat16"}, name);
    EXPECT_EQ(engine->description(), "cpu, " + instruction_sets().front() + ", bfloat16");
    const TileFit cpu = engine->fit(problem, tiles, options, {})[0];
    for (std::size_t e = 0; e < cpu.losses.size(); ++e) {
      EXPECT_NEAR(cpu.losses[e], torch.losses[e], 1e-2 * static_cast<double>(torch.losses[0])) << name << ", " << e;
    }
  }
}

TEST(CpuEngine, LeavesBfloat16BeforeItsRoundingCouldBeFelt) {
  const Shape shape{"siren", 32, 1, 1, 24, 24, false};
  const FitProblem problem = problem_of(shape);
  NormalisedTile tile = tile_of(shape);
  for (std::size_t i = 0; i < tile.values.size(); ++i) {
    tile.values[i] = 0.2f * std::sin(0.2f * static_cast<float>(i % 24) + 0.1f * static_cast<float>(i / 24));
  }
  const FitOptions options{400, 2e-3, {}};
  const TileFit half =
      make_engine({"cpu", "cpu", 1, "auto", "bfloat16"}, "siren")->fit(problem, {tile}, options, {})[0];
  // The network's error by the float evaluator is the one that the engine saw last: it had gone over to floats.
  EXPECT_LT(half.loss, 1e-5);
  EXPECT_NEAR(mean_square_error(problem, tile, half.weights), half.loss, 0.05 * half.loss);
}

TEST(CpuEngine, Bfloat16DoesNotDependOnTheThreadsEither) {
  const Shape shape{"siren", 64, 1, 2, 64, 80, true};
  const FitProblem problem = problem_of(shape);
  const std::vector<NormalisedTile> tiles = {tile_of(shape)};
  const auto weights = [&](int threads) {
    return make_engine({"cpu", "cpu", threads, "auto", "bfloat16"}, "siren")->fit(problem, tiles, {5, 1e-3, {}}, {})[0];
  };
  EXPECT_EQ(weights(1).weights, weights(3).weights);
}

TEST(CpuEngine, MeetsATargetInFloatsToo) {
  const Shape shape{"siren", 64, 2, 2, 40, 40, true};
  const FitProblem problem = problem_of(shape);
  const NormalisedTile tile = tile_of(shape);
  const FitOptions options{400, 2e-3, {{0.01f, 0.012f}}};
  const TileFit fit = make_engine({"cpu", "cpu", 1, "auto", "bfloat16"}, "siren")->fit(problem, {tile}, options, {})[0];
  EXPECT_LT(fit.epochs, 400);
  EXPECT_EQ(fit.losses.size(), static_cast<std::size_t>(fit.epochs) + 1);
  // The loss is the channels' mean, the evaluator's figure that of all valid values, of which both have alike.
  EXPECT_LE(mean_square_error(problem, tile, fit.weights), 0.012 + 1e-5);
}

TEST(CpuEngine, NamesThePrecisions) {
  try {
    make_engine({"cpu", "cpu", 1, "auto", "float8"}, "siren");
    FAIL() << "float8 was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()), "unknown precision 'float8': the precisions are auto, float32 and bfloat16");
  }
}

TEST(CpuEngine, NamesTheInstructionSetsOfThisMachine) {
  try {
    make_engine({"cpu", "cpu", 1, "mmx"}, "siren");
    FAIL() << "mmx was accepted";
  } catch (const Error& error) {
    std::string names = "auto";
    for (const std::string& name : instruction_sets()) names += ", " + name;
    EXPECT_EQ(std::string(error.what()), "unknown instruction set 'mmx': this machine has " + names);
  }
}

TEST(CpuEngine, FitsATileWithoutAValidPixelToNothing) {
  const Shape shape{"siren", 16, 1, 1, 20, 20, false};
  const FitProblem problem = problem_of(shape);
  NormalisedTile tile = tile_of(shape);
  std::fill(tile.valid.begin(), tile.valid.end(), std::uint8_t{0});
  const TileFit fit = make_engine({"cpu", "cpu", 1}, "siren")->fit(problem, {tile}, {3, 1e-3, {}}, {})[0];
  EXPECT_EQ(fit.weights, problem.start);
  EXPECT_EQ(fit.losses, std::vector<float>(3, 0.0f));
}

TEST(CpuEngine, SaysThatAFitDiverged) {
  const Shape shape{"siren", 16, 1, 1, 20, 20, false};
  const FitProblem problem = problem_of(shape);
  NormalisedTile tile = tile_of(shape);
  tile.values[5] = std::numeric_limits<float>::infinity();
  try {
    make_engine({"cpu", "cpu", 1}, "siren")->fit(problem, {tile}, {3, 1e-3, {}}, {});
    FAIL() << "an infinite target was fitted";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "the fit of architecture siren diverged (its weights are no longer finite): give a lower --lr");
  }
}

}  // namespace
}  // namespace sarinr
