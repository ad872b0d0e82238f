// The cuda engine on the emulated device: the fused kernel's own code against finite differences and the cpu engine.

#include <gtest/gtest.h>

#include "field/dense_network.h"
#include "fit/cuda/self_check.h"
#include "fit/cuda/tile_group.h"
#include "fit/fused_problem.h"
#include "fit/wrapped_device.h"
#include "sarinr/base/error.h"

namespace sarinr {
namespace {

using test::FusedCase;
using test::problem_of;
using test::tile_of;

/// The gradient of the mean square error in double arithmetic, by the architecture's definition and central
/// differences; FINER's factors stay those of the weights given.
class ReferenceGradient {
 public:
  ReferenceGradient(const FitProblem& problem, const NormalisedTile& tile)
      : problem_(problem), tile_(tile), reference_(problem.spec), base_(problem.start.begin(), problem.start.end()) {
    loss(base_, false);
  }

  double at(std::size_t weight) {
    constexpr double step = 1e-5;
    std::vector<double> up = base_;
    std::vector<double> down = base_;
    up[weight] += step;
    down[weight] -= step;
    return (loss(up, true) - loss(down, true)) / (2 * step);
  }

 private:
  double loss(const std::vector<double>& weights, bool factors_are_given) {
    const std::size_t pixels = static_cast<std::size_t>(tile_.width) * static_cast<std::size_t>(tile_.height);
    const std::size_t channels = static_cast<std::size_t>(problem_.spec.outputs);
    factors_.resize(pixels);
    std::vector<double> sums(channels);
    std::vector<double> counts(channels);
    for (std::size_t i = 0; i < pixels; ++i) {
      const double x = (2.0 * static_cast<double>(i % static_cast<std::size_t>(tile_.width)) + 1) / problem_.grid_width;
      const double y =
          (2.0 * static_cast<double>(i / static_cast<std::size_t>(tile_.width)) + 1) / problem_.grid_height;
      const std::vector<double> values = reference_.values(weights, x - 1, y - 1, &factors_[i], factors_are_given);
      for (std::size_t c = 0; c < channels; ++c) {
        if (tile_.valid[c * pixels + i] == 0) continue;
        const double error = values[c] - static_cast<double>(tile_.values[c * pixels + i]);
        sums[c] += error * error;
        ++counts[c];
      }
    }
    double loss = 0;
    for (std::size_t c = 0; c < channels; ++c) loss += sums[c] / counts[c] / static_cast<double>(channels);
    return loss;
  }

  const FitProblem& problem_;
  const NormalisedTile& tile_;
  test::DenseReference reference_;
  std::vector<double> base_;
  std::vector<std::vector<double>> factors_;
};

/// The kernel's gradient at the start, from the emulated device's memory.
std::vector<float> fused_gradient(const FitProblem& problem, const NormalisedTile& tile, std::size_t shared_bytes) {
  const std::unique_ptr<fused::Device> device = fused::make_emulated_device(std::size_t{1} << 28, shared_bytes);
  const FitOptions options{1, 1e-3, {}};
  const fused::Plan plan = fused::make_plan(*dense_network(problem.spec), shared_bytes);
  const fused::FitTables tables(*device, problem, plan, options);
  fused::TileGroup group(*device, tables, 1, false);
  group.load(problem, {tile}, options, 0, 1);
  group.run(1);
  return {group.arguments().gradients, group.arguments().gradients + problem.start.size()};
}

class FusedGradient : public testing::TestWithParam<FusedCase> {};

TEST_P(FusedGradient, EqualsFiniteDifferencesUpToRounding) {
  const FitProblem problem = problem_of(GetParam());
  const NormalisedTile tile = tile_of(GetParam());
  const std::vector<float> gradient = fused_gradient(problem, tile, test::hopper_shared_bytes);
  ReferenceGradient reference(problem, tile);
  // Tensor by tensor: the error's length against the gradient's own. A number of bfloat16 errs by 2^-9 at most, what a
  // hundred pixels sum up to by more, since their gradients nearly cancel; those of bells and kinks more than sines'.
  const bool sines = GetParam().architecture == "siren" || GetParam().architecture == "finer";
  const double tolerance = sines ? 0.02 : 0.04;
  for (const TensorInfo& tensor : architecture(problem.spec.architecture).tensors(problem.spec)) {
    double error = 0;
    double size = 0;
    const std::size_t stride = 1 + tensor.size() / 60;
    for (std::size_t i = tensor.offset; i < tensor.offset + tensor.size(); i += stride) {
      const double expected = reference.at(i);
      error += std::pow(static_cast<double>(gradient[i]) - expected, 2);
      size += expected * expected;
    }
    EXPECT_LT(std::sqrt(error), tolerance * std::sqrt(size)) << tensor.name;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, FusedGradient,
    testing::Values(FusedCase{"siren", 16, 1, 1, 13, 9, false}, FusedCase{"siren", 20, 0, 3, 12, 11, true},
                    FusedCase{"siren", 64, 1, 2, 11, 7, true}, FusedCase{"siren", 33, 2, 8, 9, 5, false},
                    FusedCase{"siren", 96, 1, 1, 7, 5, false}, FusedCase{"siren", 128, 1, 2, 8, 5, true},
                    FusedCase{"finer", 32, 2, 1, 12, 7, true}, FusedCase{"gauss", 40, 2, 2, 12, 7, false},
                    FusedCase{"relu", 32, 2, 1, 12, 7, false}));

TEST(FusedGradient, DoesNotDependOnWhereTheParametersLie) {
  // Little shared memory: few warps, parameters in global memory, several passes. Sums come in another order.
  const FusedCase shape{"siren", 64, 2, 2, 40, 20, true};
  const FitProblem problem = problem_of(shape);
  const NormalisedTile tile = tile_of(shape);
  const fused::Plan small = fused::make_plan(*dense_network(problem.spec), 32 * 1024);
  ASSERT_GT(small.passes, 1);
  ASSERT_FALSE(small.blocks_in_shared && small.small_in_shared);
  const std::vector<float> one = fused_gradient(problem, tile, test::hopper_shared_bytes);
  const std::vector<float> other = fused_gradient(problem, tile, 32 * 1024);
  float largest = 0;
  for (const float value : one) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(one[i], other[i], 1e-5f * largest) << i;
}

class FusedFit : public testing::TestWithParam<FusedCase> {};

TEST_P(FusedFit, FollowsTheCpuEngineInFloats) {
  const FitProblem problem = problem_of(GetParam());
  const std::vector<NormalisedTile> tiles = {tile_of(GetParam())};
  const FitOptions options{50, 5e-4, {}};
  const TileFit cpu =
      make_engine({"cpu", "cpu", 1, "auto", "float32"}, problem.spec.architecture)->fit(problem, tiles, options, {})[0];
  const TileFit fused = test::emulated_engine()->fit(problem, tiles, options, {})[0];
  ASSERT_EQ(fused.losses.size(), cpu.losses.size());
  for (std::size_t e = 0; e < cpu.losses.size(); ++e) {
    EXPECT_NEAR(fused.losses[e], cpu.losses[e], 0.02f * cpu.losses[e]) << "epoch " << e;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, FusedFit,
    testing::Values(FusedCase{"siren", 16, 1, 1, 40, 23, false}, FusedCase{"siren", 32, 2, 2, 31, 17, true},
                    FusedCase{"siren", 64, 3, 1, 48, 40, false}, FusedCase{"siren", 80, 1, 1, 17, 19, true},
                    FusedCase{"siren", 24, 0, 5, 33, 9, false}, FusedCase{"finer", 32, 2, 2, 31, 17, true},
                    FusedCase{"gauss", 48, 1, 4, 20, 20, true}, FusedCase{"relu", 32, 3, 1, 25, 23, false}));

TEST(FusedEngine, EndsWhereTheCpuEngineEnds) {
  // More pixels than weights: speckle cannot be learnt by heart, which bfloat16 ends at some 60 dB.
  const FusedCase shape{"siren", 16, 1, 1, 48, 40, false};
  const FitProblem problem = problem_of(shape);
  const NormalisedTile tile = tile_of(shape);
  const FitOptions options{300, 1e-3, {}};
  const auto decibels = [&](const TileFit& fit) {
    return -10 * std::log10(mean_square_error(problem, tile, fit.weights));
  };
  const TileFit cpu = make_engine({"cpu", "cpu", 1, "auto", "float32"}, "siren")->fit(problem, {tile}, options, {})[0];
  const TileFit fused = test::emulated_engine()->fit(problem, {tile}, options, {})[0];
  EXPECT_NEAR(decibels(fused), decibels(cpu), 0.3);
}

TEST(FusedEngine, ATileDependsNeitherOnItsBatchNorOnTheMemory) {
  const FusedCase shape{"siren", 16, 1, 2, 20, 12, true};
  const FitProblem problem = problem_of(shape);
  std::vector<NormalisedTile> tiles;
  for (int i = 0; i < 5; ++i) tiles.push_back(tile_of({"siren", 16, 1, 2, 20 - i, 12 - i, i % 2 == 0}, 4 + i));
  const FitOptions options{7, 1e-3, {}};
  const std::vector<TileFit> together = test::emulated_engine()->fit(problem, tiles, options, {});
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    EXPECT_EQ(test::emulated_engine()->fit(problem, {tiles[i]}, options, {})[0].weights, together[i].weights) << i;
  }
  // 48 kB hold two tiles at a time.
  const std::vector<TileFit> in_turns = test::emulated_engine(48 * 1024)->fit(problem, tiles, options, {});
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    EXPECT_EQ(in_turns[i].weights, together[i].weights) << i;
    EXPECT_EQ(in_turns[i].losses, together[i].losses) << i;
  }
}

TEST(FusedEngine, SaysThatNotEvenOneTileFitsIntoTheMemory) {
  const FusedCase shape{"siren", 16, 1, 2, 20, 12, false};
  try {
    test::emulated_engine(4 * 1024)->fit(problem_of(shape), {tile_of(shape)}, {3, 1e-3, {}}, {});
    FAIL() << "4 kB held a tile";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()), "the memory of emulated does not hold one tile: give a smaller --tile-size");
  }
}

TEST(FusedEngine, MaskedPixelsTakeNoPart) {
  const FusedCase shape{"siren", 16, 1, 1, 20, 12, true};
  const FitProblem problem = problem_of(shape);
  const NormalisedTile tile = tile_of(shape);
  NormalisedTile other = tile;
  for (std::size_t i = 0; i < other.values.size(); ++i) {
    if (other.valid[i] == 0) other.values[i] = 1e3f;
  }
  EXPECT_EQ(test::emulated_engine()->fit(problem, {tile}, {5, 1e-3, {}}, {})[0].weights,
            test::emulated_engine()->fit(problem, {other}, {5, 1e-3, {}}, {})[0].weights);
}

TEST(FusedEngine, FitsATileWithoutAValidPixelToNothing) {
  const FusedCase shape{"siren", 16, 1, 1, 20, 12, false};
  const FitProblem problem = problem_of(shape);
  NormalisedTile tile = tile_of(shape);
  std::fill(tile.valid.begin(), tile.valid.end(), std::uint8_t{0});
  const TileFit fit = test::emulated_engine()->fit(problem, {tile}, {3, 1e-3, {}}, {})[0];
  EXPECT_EQ(fit.weights, problem.start);
  EXPECT_EQ(fit.losses, std::vector<float>(3, 0.0f));
}

TEST(FusedEngine, StopsATileAtItsTargetAndFitsTheOthersOn) {
  const FusedCase shape{"siren", 16, 1, 1, 20, 12, false};
  const FitProblem problem = problem_of(shape);
  const std::vector<NormalisedTile> tiles = {tile_of(shape), tile_of(shape, 9)};
  const std::vector<TileFit> fits = test::emulated_engine()->fit(problem, tiles, {60, 2e-3, {{0.025f}, {0.0f}}}, {});
  ASSERT_LT(fits[0].epochs, 60);
  ASSERT_EQ(fits[0].losses.size(), static_cast<std::size_t>(fits[0].epochs) + 1);
  EXPECT_LE(fits[0].losses.back(), 0.025f);
  EXPECT_GT(fits[0].losses.at(fits[0].losses.size() - 2), 0.025f);
  EXPECT_NEAR(mean_square_error(problem, tiles[0], fits[0].weights), fits[0].loss, 0.02 * fits[0].loss);
  EXPECT_EQ(fits[1].epochs, 60);
  EXPECT_EQ(fits[1].losses.size(), 60u);
}

TEST(FusedEngine, CountsItsStepsAndStopsWhenAsked) {
  const FusedCase shape{"siren", 16, 1, 1, 20, 12, false};
  const FitProblem problem = problem_of(shape);
  const std::vector<NormalisedTile> tiles = {tile_of(shape), tile_of(shape, 9)};
  std::size_t steps = 0;
  test::emulated_engine()->fit(problem, tiles, {5, 1e-3, {}}, [&](std::size_t done) {
    steps += done;
    return true;
  });
  EXPECT_EQ(steps, 10u);
  try {
    test::emulated_engine()->fit(problem, tiles, {5, 1e-3, {}}, [](std::size_t) { return false; });
    FAIL() << "the fit went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
}

TEST(FusedEngine, SaysThatAFitDiverged) {
  const FusedCase shape{"siren", 16, 1, 1, 20, 12, false};
  NormalisedTile tile = tile_of(shape);
  tile.values[5] = std::numeric_limits<float>::infinity();
  try {
    test::emulated_engine()->fit(problem_of(shape), {tile}, {3, 1e-3, {}}, {});
    FAIL() << "an infinite target was fitted";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "the fit of architecture siren diverged (its weights are no longer finite): give a lower --lr");
  }
}

TEST(FusedEngine, SaysWhichNetworksItHas) {
  const auto message = [](const FusedCase& shape) {
    try {
      test::emulated_engine()->fit(problem_of(shape), {tile_of(shape)}, {1, 1e-3, {}}, {});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("fitted");
  };
  const std::string has =
      "the cuda engine has siren, finer, gauss and relu, width 16 to 128, up to 8 channels; this is ";
  const std::string instead = ": give --engine torch or --engine cpu";
  EXPECT_EQ(message({"siren", 129, 1, 1, 6, 6, false}), has + "siren, width 129, channels 1" + instead);
  EXPECT_EQ(message({"siren", 32, 1, 9, 6, 6, false}), has + "siren, width 32, channels 9" + instead);
  EXPECT_EQ(message({"pemlp", 32, 1, 1, 6, 6, false}), has + "pemlp, width 32, channels 1" + instead);
}

TEST(FusedEngine, NamesDeviceAndPrecision) {
  EXPECT_TRUE(test::emulated_engine()->description().starts_with("cuda, emulated, bfloat16; self-activation: cpu, "));
  try {
    fused::make_engine_on({[] { return fused::make_emulated_device(1, 1); }}, {"cuda", "auto", 1, "auto", "float32"});
    FAIL() << "float32 was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "the cuda engine multiplies in bfloat16, not in float32: give --precision bfloat16, or --engine torch or "
              "--engine cpu");
  }
}

TEST(FusedEngine, TakesNoDevicesWordForItsGradient) {
  const auto emulated = [] { return fused::make_emulated_device(std::size_t{1} << 26, test::ampere_shared_bytes); };
  test::FaultyDevice sound(emulated(), 1);
  EXPECT_NO_THROW(fused::check_device(sound));
  test::FaultyDevice faulty(emulated(), -4);
  try {
    fused::check_device(faulty);
    FAIL() << "a wrong gradient was accepted";
  } catch (const Error& error) {
    EXPECT_TRUE(std::string(error.what())
                    .starts_with("the cuda engine's gradient on faulty is not what it should be (width 32, off by "))
        << error.what();
  }
}

TEST(FusedEngine, ActivatesAsTheCpuEngine) {
  const FitProblem problem = problem_of({"siren", 16, 1, 1, 20, 12, false});
  const ActivationOptions options{4, 1e-3, 0.2};
  EXPECT_EQ(test::emulated_engine()->activate(problem, options, {}),
            make_engine({"cpu", "cpu", 1}, "siren")->activate(problem, options, {}));
}

}  // namespace
}  // namespace sarinr
