#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <cmath>

#include "fit/latent_problem.h"
#include "sarinr/base/error.h"
#include "sarinr/base/random.h"
#include "sarinr/codec/latent.h"
#include "sarinr/field/latent_field.h"
#include "sarinr/fit/latent.h"

namespace sarinr {
namespace {

constexpr int width = 96;
constexpr int height = 80;
constexpr double pixels = width * height;

/// A smooth scene under noise.
LatentTarget scene(double noise) {
  Random random(3);
  return test::whole_raster(width, height, [&](int x, int y) {
    const double value = std::sin(0.1 * x) + std::cos(0.07 * y + 0.05 * x) + (x > 50 && y > 40 ? 1.0 : 0.0);
    return value + noise * random.normal();
  });
}

LatentTraining train(const LatentTarget& target, const LatentGoal& goal, int steps = 200) {
  LatentShape shape;
  shape.levels = 5;
  return train_latent_networks(*make_latent_engine(), shape, {target}, goal, steps, pixels, 1, [] { return true; });
}

double squared_error(const LatentFit& fit, const LatentTarget& target) {
  double sum = 0;
  for (std::size_t i = 0; i < target.values.size(); ++i) {
    const double error = static_cast<double>(fit.values[i]) - static_cast<double>(target.values[i]);
    sum += error * error;
  }
  return sum / pixels;
}

TEST(LatentTraining, ANoisySceneCostsWhatItsLambdaSays) {
  const LatentTarget target = scene(0.5);
  double last_bits = 1e9;
  double last_error = 0;
  for (const double lambda : {0.003, 0.03, 0.3}) {
    const LatentTraining training = train(target, {LatentGoal::Kind::lambda, lambda});
    const double bits = training.fits[0].bits / pixels;
    const double error = squared_error(training.fits[0], target);
    EXPECT_LT(bits, last_bits);
    EXPECT_GT(error, last_error);
    last_bits = bits;
    last_error = error;
  }
  // At the coarsest only the scene is left: the noise's variance is the error, and hardly a bit is spent.
  EXPECT_NEAR(last_error, 0.25, 0.04);
  EXPECT_LT(last_bits, 0.15);
}

TEST(LatentTraining, GoalsAreReached) {
  const LatentTarget target = scene(0.5);
  const LatentTraining rate = train(target, {LatentGoal::Kind::bits, 1.0}, 400);
  ByteWriter networks;
  encode_weights(rate.networks.weights, networks);
  EXPECT_NEAR((rate.fits[0].bits + 8.0 * static_cast<double>(networks.size())) / pixels, 1.0, 0.04);
  for (const double wanted : {0.05, 0.15}) {
    const LatentTraining quality = train(target, {LatentGoal::Kind::error, wanted}, 400);
    EXPECT_NEAR(squared_error(quality.fits[0], target), wanted, 0.05 * wanted);
  }
}

TEST(LatentTraining, DoesNotDependOnThreads) {
  const LatentTarget target = scene(0.3);
  const auto run = [&](std::size_t threads) {
    const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
    return train(target, {LatentGoal::Kind::lambda, 0.05}, 40);
  };
  const LatentTraining one = run(1);
  const LatentTraining two = run(2);
  EXPECT_EQ(one.fits[0].grids.symbols, two.fits[0].grids.symbols);
  for (std::size_t t = 0; t < one.networks.weights.tensors.size(); ++t) {
    EXPECT_EQ(one.networks.weights.tensors[t].symbols, two.networks.weights.tensors[t].symbols);
  }
}

TEST(LatentTraining, ACodedTileTakesTheBitsExpectedAndTheFieldHasTheValuesExpected) {
  const LatentTarget target = scene(0.5);
  const LatentTraining training = train(target, {LatentGoal::Kind::lambda, 0.05});
  const FieldSpec spec = latent_spec(training.networks.shape);
  const LatentCoder coder = LatentCoder::make(spec, training.networks.weights).value_or_throw("coder");
  const Bytes stream = coder.encode(training.fits[0].grids, target.core, {true});
  // Adaptive models learn on so small a tile: 2 % and a few bytes.
  EXPECT_NEAR(8.0 * static_cast<double>(stream.size()), training.fits[0].bits, 0.02 * training.fits[0].bits + 200);
  const LatentGrids decoded = coder.decode(stream, target.core, {true}).value_or_throw("stream");
  EXPECT_EQ(decoded.symbols, training.fits[0].grids.symbols);
}

TEST(LatentTraining, FrozenNetworksFitOtherTilesAndStayAsTheyAre) {
  const LatentTarget target = scene(0.5);
  const LatentTraining training = train(target, {LatentGoal::Kind::lambda, 0.05});
  const LatentFit fit = fit_latents(*make_latent_engine(), training.networks, target, 0.05, 200, [] { return true; });
  const auto cost = [&](const LatentFit& f) { return squared_error(f, target) + 0.05 * f.bits / pixels; };
  EXPECT_LT(cost(fit), 1.03 * cost(training.fits[0]));
}

TEST(LatentTraining, FrozenNetworksKeepTheMeanOfSkewedValues) {
  Random random(5);
  const LatentTarget target = test::whole_raster(width, height, [&](int x, int y) {
    return std::sin(0.1 * x + 0.05 * y) + std::log(-std::log(random.uniform()));
  });
  const LatentTraining training = train(target, {LatentGoal::Kind::lambda, 1.0});
  const auto mean_error = [&](const LatentFit& fit) {
    double sum = 0;
    for (std::size_t i = 0; i < target.values.size(); ++i) {
      sum += static_cast<double>(fit.values[i]) - static_cast<double>(target.values[i]);
    }
    return sum / pixels;
  };
  const LatentFit fit = fit_latents(*make_latent_engine(), training.networks, target, 1.0, 200, [] { return true; });
  // Half a bit a pixel. 0.13 where nothing is done about it.
  EXPECT_NEAR(mean_error(training.fits[0]), 0, 0.03);
  EXPECT_NEAR(mean_error(fit), 0, 0.08);
}

TEST(LatentTraining, GridsOfInactiveChannelsStayZero) {
  LatentTarget target = scene(0.5);
  target.values.insert(target.values.end(), target.values.begin(), target.values.end());
  target.weights.resize(target.values.size(), 0);
  target.active = {true, false};
  LatentShape shape;
  shape.levels = 4;
  shape.channels = 2;
  const LatentTraining training = train_latent_networks(
      *make_latent_engine(), shape, {target}, {LatentGoal::Kind::lambda, 0.05}, 30, pixels, 1, [] { return true; });
  for (std::size_t i = 1; i < training.fits[0].grids.symbols.size(); i += 2) {
    for (const std::int16_t symbol : training.fits[0].grids.symbols[i]) ASSERT_EQ(symbol, 0);
  }
}

TEST(LatentTraining, StopsWhenAsked) {
  int steps = 0;
  try {
    train_latent_networks(*make_latent_engine(), {}, {scene(0.5)}, {}, 50, pixels, 1, [&] { return ++steps < 3; });
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  EXPECT_EQ(steps, 3);
}

}  // namespace
}  // namespace sarinr
