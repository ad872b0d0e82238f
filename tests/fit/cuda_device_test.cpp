// The cuda engine on a GPU, against its emulation and the cpu engine. Skipped where there is none.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "fit/fused_problem.h"
#include "sarinr/base/error.h"
#include "sarinr/base/module.h"
#include "sarinr/fit/evaluator.h"

namespace sarinr {
namespace {

using test::FusedCase;
using test::problem_of;
using test::tile_of;

/// Beside this program, wherever it was copied to.
bool has_module() { return std::filesystem::exists(module_path("engine_cuda.so")); }

/// What the engine says of this machine: nothing where it runs.
std::string refusal(const std::string& device) {
  try {
    make_engine({"cuda", device, 1}, "siren");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

class CudaDevice : public testing::TestWithParam<FusedCase> {
 protected:
  void SetUp() override {
    if (!has_module()) GTEST_SKIP() << "this build has no cuda module (SARINR_CUDA=OFF, or no CUDA compiler)";
    const std::string reason = refusal("cuda");
    if (!reason.empty()) GTEST_SKIP() << reason;
  }
  static std::unique_ptr<Engine> engine() { return make_engine({"cuda", "cuda", 1}, "siren"); }
};

TEST_P(CudaDevice, FollowsTheEmulationAndTheCpuEngine) {
  const FitProblem problem = problem_of(GetParam());
  const std::vector<NormalisedTile> tiles = {tile_of(GetParam())};
  const FitOptions options{50, 5e-4, {}};
  const TileFit device = engine()->fit(problem, tiles, options, {})[0];
  const TileFit emulated = test::emulated_engine()->fit(problem, tiles, options, {})[0];
  const TileFit cpu =
      make_engine({"cpu", "cpu", 1, "auto", "float32"}, problem.spec.architecture)->fit(problem, tiles, options, {})[0];
  ASSERT_EQ(device.losses.size(), cpu.losses.size());
  // The first loss knows nothing of steps: sums in another order and the hardware's sines, 2e-6, are all that differs.
  EXPECT_NEAR(device.losses[0], emulated.losses[0], 1e-3f * emulated.losses[0]);
  for (std::size_t e = 0; e < cpu.losses.size(); ++e) {
    EXPECT_NEAR(device.losses[e], emulated.losses[e], 0.02f * emulated.losses[e]) << "epoch " << e;
    EXPECT_NEAR(device.losses[e], cpu.losses[e], 0.02f * cpu.losses[e]) << "epoch " << e;
  }
}

TEST_P(CudaDevice, GivesTheSameBitsAgainWhateverTheBatch) {
  const FitProblem problem = problem_of(GetParam());
  std::vector<NormalisedTile> tiles;
  for (std::uint64_t i = 0; i < 5; ++i) tiles.push_back(tile_of(GetParam(), 4 + i));
  const FitOptions options{9, 5e-4, {}};
  const std::vector<TileFit> together = engine()->fit(problem, tiles, options, {});
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const TileFit alone = engine()->fit(problem, {tiles[i]}, options, {})[0];
    EXPECT_EQ(alone.weights, together[i].weights) << i;
    EXPECT_EQ(alone.losses, together[i].losses) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, CudaDevice,
    testing::Values(FusedCase{"siren", 16, 1, 1, 40, 23, false}, FusedCase{"siren", 32, 2, 2, 31, 17, true},
                    FusedCase{"siren", 64, 3, 1, 64, 48, false}, FusedCase{"siren", 80, 1, 1, 37, 39, true},
                    FusedCase{"siren", 128, 2, 1, 80, 64, true}, FusedCase{"siren", 24, 0, 5, 33, 9, false},
                    FusedCase{"finer", 32, 2, 2, 31, 17, true}, FusedCase{"gauss", 48, 1, 4, 20, 20, true},
                    FusedCase{"relu", 32, 3, 1, 25, 23, false}));

/// What the evaluation says of this machine: nothing where it runs.
std::string evaluation_refusal(const FieldSpec& spec) {
  try {
    make_evaluator({"cuda", "cuda"}, spec);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

class CudaEvaluation : public testing::TestWithParam<FusedCase> {};

TEST_P(CudaEvaluation, IsTheProcessorsToATenthOfTheTolerance) {
  const FusedCase& c = GetParam();
  const FieldSpec spec = test::spec_of(c.architecture, c.width, c.depth, c.outputs);
  if (!has_module()) GTEST_SKIP() << "this build has no cuda module (SARINR_CUDA=OFF, or no CUDA compiler)";
  const std::string reason = evaluation_refusal(spec);
  if (!reason.empty()) GTEST_SKIP() << reason;
  const std::vector<float> weights = architecture(c.architecture).initialise(spec, 3);
  std::vector<float> x;
  std::vector<float> y;
  Random random(5);
  for (int i = 0; i < 70000; ++i) {
    x.push_back(static_cast<float>(random.uniform(-1, 1)));
    y.push_back(static_cast<float>(random.uniform(-1, 1)));
  }
  const auto values_by = [&](const FieldEvaluator& evaluator) {
    std::vector<float> values(x.size() * static_cast<std::size_t>(spec.outputs));
    evaluator.evaluate(weights.data(), x.data(), y.data(), x.size(), values.data(), x.size());
    return values;
  };
  const std::vector<float> found = values_by(*make_evaluator({"cuda", "cuda"}, spec));
  const std::vector<float> expected = values_by(*cpu_evaluator(spec));
  const auto [low, high] = std::minmax_element(expected.begin(), expected.end());
  float error = 0;
  for (std::size_t i = 0; i < found.size(); ++i) error = std::max(error, std::abs(found[i] - expected[i]));
  EXPECT_LT(error, 1e-5f * (*high - *low));
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, CudaEvaluation,
    testing::Values(FusedCase{"siren", 64, 3, 1, 0, 0, false}, FusedCase{"siren", 4, 0, 3, 0, 0, false},
                    FusedCase{"siren", 128, 2, 2, 0, 0, false}, FusedCase{"siren", 512, 1, 1, 0, 0, false},
                    FusedCase{"finer", 40, 2, 2, 0, 0, false}, FusedCase{"gauss", 24, 2, 1, 0, 0, false},
                    FusedCase{"relu", 64, 3, 8, 0, 0, false}, FusedCase{"pemlp", 32, 2, 1, 0, 0, false}));

TEST(CudaEngine, SaysThatThereIsNoDevice) {
  if (!has_module()) GTEST_SKIP() << "this build has no cuda module (SARINR_CUDA=OFF, or no CUDA compiler)";
  const std::string reason = refusal("cuda:77");
  EXPECT_TRUE(reason.starts_with("--engine cuda: no CUDA device was found (") ||
              reason.starts_with("there is no CUDA device 77: the devices are cuda:0 to cuda:"))
      << reason;
  EXPECT_EQ(refusal("cpu"), "the cuda engine does not run on a cpu: give --device cuda, or --engine cpu");
}

TEST(CudaEngine, IsWhatAutoTakesWhereThereIsADeviceAndTheNetworkSuits) {
  if (!has_module()) GTEST_SKIP() << "this build has no cuda module (SARINR_CUDA=OFF, or no CUDA compiler)";
  const bool there = refusal("auto").empty();
  EXPECT_EQ(make_engine({"auto", "auto", 1}, "siren")->name() == "cuda", there);
  EXPECT_NE(make_engine({"auto", "auto", 1, "auto", "float32"}, "siren")->name(), "cuda");
  EXPECT_NE(make_engine({"auto", "auto", 1}, test::spec_of("siren", 256, 1, 1))->name(), "cuda");
  EXPECT_EQ(make_engine({"auto", "cpu", 1}, "siren")->name(), "cpu");
}

}  // namespace
}  // namespace sarinr
