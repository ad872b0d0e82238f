#include "fit/cuda/latent_tile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "fit/cuda/emulated_device.h"
#include "fit/cuda/self_check.h"
#include "fit/latent_problem.h"
#include "fit/wrapped_device.h"
#include "sarinr/base/error.h"
#include "sarinr/base/module.h"

namespace sarinr {
namespace {

using namespace test;

constexpr std::size_t device_memory = std::size_t{1} << 28;
constexpr std::size_t shared_memory = std::size_t{100} << 10;

/// Length of the difference over that of what is expected.
double distance(const std::vector<float>& found, const std::vector<float>& expected) {
  double error = 0;
  double size = 1e-30;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    error += std::pow(static_cast<double>(found.at(i)) - static_cast<double>(expected[i]), 2);
    size += std::pow(static_cast<double>(expected[i]), 2);
  }
  return std::sqrt(error / size);
}

/// The kernels' own code on the host beside the processor's, which differences have been compared with.
class LatentTileOnDevice : public testing::TestWithParam<std::tuple<Shape, bool>> {
 protected:
  LatentTileOnDevice()
      : target_(target_of(std::get<0>(GetParam()), std::get<1>(GetParam()))),
        device_(fused::make_emulated_device(device_memory, shared_memory)),
        expected_(train_on_cpu(shape_, target_, latent_fit_kernels())),
        found_(fused::train_on(*device_, shape_, target_)) {
    softening_.noise = noise_.data();
    softening_.step = 3;
    Random random(9);
    for (int i = 0; i < shape_.inputs(); ++i) {
      std::vector<float> latents(expected_->nodes(i / shape_.channels).count());
      for (float& latent : latents) latent = static_cast<float>(random.uniform(-1.5, 1.5));
      for (TileTraining* tile : {expected_.get(), found_.get()}) {
        tile->set_latents(i / shape_.channels, i % shape_.channels, latents);
      }
    }
    for (TileTraining* tile : {expected_.get(), found_.get()}) tile->begin_steps();
  }

  std::vector<float> all_latents(TileTraining& tile) const {
    std::vector<float> all;
    for (int i = 0; i < shape_.inputs(); ++i) {
      const std::vector<float> grid = tile.latents(i / shape_.channels, i % shape_.channels);
      all.insert(all.end(), grid.begin(), grid.end());
    }
    return all;
  }

  /// So small a correction leaves Adam's divisor its 1e-12: steps then go as the gradient, whose size counts.
  std::vector<AdamStep> adam() const {
    std::vector<AdamStep> steps(static_cast<std::size_t>(shape_.levels));
    for (std::size_t level = 0; level < steps.size(); ++level) {
      steps[level].rate = 1e-9f * static_cast<float>(level + 1);
      steps[level].second_correction = 1e-30f;
    }
    return steps;
  }

  static constexpr double lambda = 0.05;
  LatentShape shape_ = latent_shape_of(std::get<0>(GetParam()));
  LatentTarget target_;
  std::unique_ptr<fused::Device> device_;
  std::unique_ptr<TileTraining> expected_, found_;
  std::vector<float> noise_ = uniform_noise();
  Softening softening_;
  std::vector<float> weights_ = uneven_weights(shape_);
};

TEST_P(LatentTileOnDevice, CostsWhatItCostsOnTheProcessor) {
  const LatentCost expected = expected_->measure(weights_);
  const LatentCost found = found_->measure(weights_);
  EXPECT_NEAR(found.square_error, expected.square_error, 1e-5 * expected.square_error);
  EXPECT_NEAR(found.bits, expected.bits, 1e-5 * expected.bits);
}

TEST_P(LatentTileOnDevice, HasTheSameValues) {
  EXPECT_LT(distance(found_->values(weights_), expected_->values(weights_)), 1e-6);
}

TEST_P(LatentTileOnDevice, AimsOffTheSameWay) {
  for (TileTraining* tile : {expected_.get(), found_.get()}) tile->shift_target(shape_.channels - 1, 0.7f);
  const double expected = expected_->measure(weights_).square_error;
  EXPECT_NEAR(found_->measure(weights_).square_error, expected, 1e-5 * expected);
  for (TileTraining* tile : {expected_.get(), found_.get()}) tile->shift_target(shape_.channels - 1, 0);
  const double before = expected_->measure(weights_).square_error;
  EXPECT_NE(before, expected);
  EXPECT_NEAR(found_->measure(weights_).square_error, before, 1e-5 * before);
}

TEST_P(LatentTileOnDevice, HasTheSameGradients) {
  std::vector<float> expected;
  std::vector<float> found;
  expected_->differentiate(weights_, lambda, expected);
  found_->differentiate(weights_, lambda, found);
  EXPECT_LT(distance(found, expected), 1e-5);
  expected_->step(weights_, softening_, lambda, adam(), &expected);
  found_->step(weights_, softening_, lambda, adam(), &found);
  EXPECT_LT(distance(found, expected), 1e-5);
  // Every tensor of them, small ones too.
  for (const TensorInfo& tensor : expected_->geometry().tensors) {
    const auto part = [&](const std::vector<float>& of) {
      const auto begin = of.begin() + static_cast<std::ptrdiff_t>(tensor.offset);
      return std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(tensor.size()));
    };
    EXPECT_LT(distance(part(found), part(expected)), 2e-4) << tensor.name;
  }
}

TEST_P(LatentTileOnDevice, MovesLatentsTheSameWay) {
  const std::vector<float> before = all_latents(*expected_);
  for (int step = 0; step < 3; ++step) {
    softening_.step = static_cast<std::uint32_t>(step);
    expected_->step(weights_, softening_, lambda, adam(), nullptr);
    found_->step(weights_, softening_, lambda, adam(), nullptr);
  }
  std::vector<float> expected = all_latents(*expected_);
  std::vector<float> found = all_latents(*found_);
  EXPECT_GT(distance(expected, before), 1e-3);
  for (std::size_t i = 0; i < before.size(); ++i) {
    expected[i] -= before[i];
    found[i] -= before[i];
  }
  EXPECT_LT(distance(found, expected), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Shapes, LatentTileOnDevice,
                         testing::Combine(testing::Values(Shape{33, 29, 1, 4, 12, 8, 8}, Shape{40, 31, 2, 3, 24, 6, 5},
                                                          Shape{21, 70, 3, 2, 12, 16, 12},
                                                          Shape{24, 24, 1, 1, 24, 4, 4},
                                                          Shape{61, 57, 1, 6, 12, 8, 20}),
                                          testing::Bool()));

/// A wave under noise.
LatentTarget wave(int width, int height) {
  Random random(3);
  return whole_raster(width, height, [&](int x, int y) { return std::sin(0.2 * x + 0.1 * y) + 0.3 * random.normal(); });
}

double cost_of(const LatentFit& fit, const LatentTarget& target, double lambda) {
  double sum = lambda * fit.bits;
  for (std::size_t i = 0; i < target.values.size(); ++i) {
    sum += std::pow(static_cast<double>(fit.values[i]) - static_cast<double>(target.values[i]), 2);
  }
  return sum / static_cast<double>(target.values.size());
}

fused::OpenDevice emulated(std::size_t memory = device_memory) {
  return [memory] { return fused::make_emulated_device(memory, shared_memory); };
}

TEST(LatentEngineOnDevice, FitsAsWellAsTheProcessor) {
  const LatentTarget target = wave(48, 40);
  LatentShape shape;
  shape.levels = 4;
  constexpr double lambda = 0.03;
  const auto train = [&](const LatentEngine& engine) {
    return train_latent_networks(engine, shape, {target}, {LatentGoal::Kind::lambda, lambda}, 80, 48 * 40, 1,
                                 [] { return true; });
  };
  const std::unique_ptr<LatentEngine> on_device = fused::make_latent_engine_on(emulated());
  const LatentTraining expected = train(*make_latent_engine({.engine = "cpu"}));
  const LatentTraining found = train(*on_device);
  const double cost = cost_of(expected.fits[0], target, lambda);
  EXPECT_NEAR(cost_of(found.fits[0], target, lambda), cost, 0.02 * cost);
  const LatentFit frozen = fit_latents(*on_device, found.networks, target, lambda, 80, [] { return true; });
  EXPECT_LT(cost_of(frozen, target, lambda), 1.05 * cost);
}

TEST(LatentEngineOnDevice, SaysWhatFitsAndWhatDoesNotFit) {
  const std::unique_ptr<LatentEngine> engine = fused::make_latent_engine_on(emulated(1000));
  EXPECT_EQ(engine->description(), "cuda, emulated, float32");
  try {
    engine->train(LatentShape(), wave(16, 16));
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "the memory of emulated does not hold a tile's latent field: give a smaller --tile-size");
  }
}

TEST(LatentEngineOnDevice, ADeviceThatIsWrongIsFoundOut) {
  EXPECT_NO_THROW(fused::check_latents(emulated()));
  try {
    fused::check_latents([] { return std::make_unique<FaultyDevice>(emulated()(), -4.0f); });
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::MatchesRegex(
                                  "latent fields fitted on faulty are not what they should be .off by [0-9.]+ of their "
                                  "length.: give --engine cpu"));
  }
}

/// On a GPU, against the processor. Skipped where there is none.
class CudaLatentEngine : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(module_path("engine_cuda.so"))) {
      GTEST_SKIP() << "this build has no cuda module (SARINR_CUDA=OFF, or no CUDA compiler)";
    }
    try {
      engine_ = make_latent_engine({.engine = "cuda"});
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
  }
  std::unique_ptr<LatentEngine> engine_;
};

TEST_F(CudaLatentEngine, MakesTheStepsOfTheEmulation) {
  const LatentTarget target = wave(48, 40);
  LatentShape shape;
  shape.levels = 4;
  const auto steps_on = [&](const LatentEngine& engine) {
    const std::unique_ptr<TileTraining> tile = engine.train(shape, target);
    const std::vector<float> weights = uneven_weights(shape);
    const std::vector<float> noise = uniform_noise();
    std::vector<float> gradient;
    tile->begin_steps();
    for (std::uint32_t step = 0; step < 3; ++step) {
      tile->step(weights, {0.3f, noise.data(), step}, 0.05, std::vector<AdamStep>(4, AdamStep{0.1f}), &gradient);
    }
    tile->differentiate(weights, 0.05, gradient);
    return gradient;
  };
  EXPECT_LT(distance(steps_on(*engine_), steps_on(*fused::make_latent_engine_on(emulated()))), 1e-3);
}

TEST_F(CudaLatentEngine, FitsAsWellAsTheProcessorAndTheSameAgain) {
  const LatentTarget target = wave(200, 150);
  LatentShape shape;
  constexpr double lambda = 0.03;
  const auto train = [&](const LatentEngine& engine) {
    return train_latent_networks(engine, shape, {target}, {LatentGoal::Kind::lambda, lambda}, 200, 200 * 150, 1,
                                 [] { return true; });
  };
  const LatentTraining expected = train(*make_latent_engine({.engine = "cpu"}));
  const LatentTraining found = train(*engine_);
  const double cost = cost_of(expected.fits[0], target, lambda);
  EXPECT_NEAR(cost_of(found.fits[0], target, lambda), cost, 0.02 * cost);
  EXPECT_EQ(train(*engine_).fits[0].grids.symbols, found.fits[0].grids.symbols);
}

}  // namespace
}  // namespace sarinr
