// The torch engine's precisions and how it deals with tiles, on the processor: its code is the same on a GPU.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "fit/fused_problem.h"
#include "fit/split.h"
#include "sarinr/base/error.h"

namespace sarinr {
namespace {

using test::FusedCase;
using test::problem_of;
using test::tile_of;

class TorchPrecision : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(std::string(SARINR_MODULE_FOLDER) + "/engine_torch.so")) {
      GTEST_SKIP() << "this build has no torch module (SARINR_TORCH=OFF)";
    }
  }
  static std::unique_ptr<Engine> engine(const std::string& precision) {
    return make_engine({"torch", "cpu", 1, "auto", precision}, "siren");
  }
};

TEST_P(TorchPrecision, InBfloat16FollowsFloats) {
  const FusedCase shape{GetParam(), 24, 2, 2, 32, 27, true};
  const FitProblem problem = problem_of(shape);
  const NormalisedTile tile = tile_of(shape);
  const FitOptions options{50, 5e-4, {}};
  const TileFit floats = engine("float32")->fit(problem, {tile}, options, {})[0];
  const TileFit half = engine("bfloat16")->fit(problem, {tile}, options, {})[0];
  EXPECT_NE(half.losses, floats.losses);
  for (std::size_t e = 0; e < floats.losses.size(); ++e) {
    EXPECT_NEAR(half.losses[e], floats.losses[e], 0.02f * floats.losses[e]) << "epoch " << e;
  }
}

INSTANTIATE_TEST_SUITE_P(Architectures, TorchPrecision, testing::Values("siren", "finer", "gauss", "relu", "pemlp"),
                         [](const auto& test) { return test.param; });

using TorchEngine = TorchPrecision;
INSTANTIATE_TEST_SUITE_P(Once, TorchEngine, testing::Values("siren"), [](const auto& test) { return test.param; });

std::string refusal(const std::string& precision) {
  try {
    make_engine({"torch", "cpu", 1, "auto", precision}, "siren");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_P(TorchEngine, NamesItsPrecisionWhereItIsNotFloats) {
  EXPECT_EQ(engine("auto")->description(), engine("float32")->description());
  EXPECT_TRUE(engine("auto")->description().ends_with(", cpu")) << engine("auto")->description();
  EXPECT_EQ(engine("bfloat16")->description(), engine("auto")->description() + ", bfloat16");
  EXPECT_EQ(refusal("tf32"), "tf32 is of a GPU's products: on a cpu give --precision float32 or bfloat16");
  EXPECT_EQ(refusal("float8"),
            "unknown precision 'float8': the precisions of the torch engine are auto, float32, tf32, bfloat16");
}

TEST_P(TorchEngine, LeavesATileAsItWasWhenItMetItsTarget) {
  const FusedCase shape{"siren", 16, 1, 1, 24, 20, false};
  const FitProblem problem = problem_of(shape);
  const std::vector<NormalisedTile> tiles = {tile_of(shape, 4), tile_of(shape, 5)};
  FitOptions options{60, 2e-3, {}};
  const std::vector<TileFit> whole = engine("float32")->fit(problem, tiles, options, {});
  options.target = {{whole[0].losses[20]}, {0.0f}};
  const std::vector<TileFit> fits = engine("float32")->fit(problem, tiles, options, {});
  ASSERT_LE(fits[0].epochs, 20);
  EXPECT_GT(fits[0].epochs, 0);
  EXPECT_EQ(fits[0].losses.size(), static_cast<std::size_t>(fits[0].epochs) + 1);
  EXPECT_LE(fits[0].losses.back(), options.target[0][0]);
  EXPECT_NEAR(mean_square_error(problem, tiles[0], fits[0].weights), fits[0].losses.back(), 1e-5);
  EXPECT_EQ(fits[1].epochs, 60);
  EXPECT_EQ(fits[1].weights, whole[1].weights);
  EXPECT_EQ(fits[1].losses, whole[1].losses);
}

/// Precisions of the torch engine on a GPU, recorded as a graph from the fourth epoch on, beside the processor's
/// floats.
class CudaTorch : public testing::TestWithParam<std::string> {};

TEST_P(CudaTorch, FollowsTheProcessor) {
  std::unique_ptr<Engine> gpu;
  try {
    gpu = make_engine({"torch", "cuda", 1, "auto", GetParam()}, "siren");
  } catch (const Error& error) {
    GTEST_SKIP() << error.what();
  }
  for (const std::string name : {"siren", "finer", "pemlp", "incode", "wire", "sl2a", "mfn-gabor"}) {
    const FusedCase shape{name, 24, 2, 2, 32, 27, true};
    const FitProblem problem = problem_of(shape);
    const std::vector<NormalisedTile> tiles = {tile_of(shape, 4), tile_of(shape, 5), tile_of(shape, 6)};
    FitOptions options{50, 5e-4, {}};
    const auto cpu = make_engine({"torch", "cpu", 1}, "siren")->fit(problem, tiles, options, {});
    options.target = {{0.0f, 0.0f}, {2 * cpu[1].losses[20], 2 * cpu[1].losses[20]}, {0.0f, 0.0f}};
    const auto found = gpu->fit(problem, tiles, options, {});
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      for (std::size_t e = 0; e < found[i].losses.size(); ++e) {
        EXPECT_NEAR(found[i].losses[e], cpu[i].losses[e], 0.03f * cpu[i].losses[e]) << name << ", epoch " << e;
      }
    }
    EXPECT_LT(found[1].epochs, 50) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, CudaTorch, testing::Values("float32", "tf32", "bfloat16"),
                         [](const auto& test) { return test.param; });

TEST(SplitEvenly, GivesEveryItemToOneTaker) {
  EXPECT_EQ(split_evenly(7, 3), (std::vector<Share>{{0, 2}, {2, 4}, {4, 7}}));
  EXPECT_EQ(split_evenly(1, 3), (std::vector<Share>{{0, 0}, {0, 0}, {0, 1}}));
  EXPECT_EQ(split_evenly(0, 2), (std::vector<Share>{{0, 0}, {0, 0}}));
}

}  // namespace
}  // namespace sarinr
