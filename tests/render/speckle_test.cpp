#include "sarinr/render/speckle.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <thread>

#include "made_fields.h"
#include "render/speckle_marginal.h"
#include "render/speckle_nodes.h"
#include "sarinr/base/error.h"
#include "sarinr/render/target.h"

namespace sarinr {
namespace {

const TileGrid grid(512, 384, 256, 0);
const BandModel decibels{Quantity::decibel, PixelType::f32, {}};

/// Correlations 0.6^|x| 0.4^|y|: of a process that exists, cut off at two nodes.
SpeckleModel made_model(std::size_t channels, std::uint8_t skewness, int level) {
  SpeckleModel model;
  const int blocks = SpeckleAxis(grid.columns()).count() * SpeckleAxis(grid.rows()).count();
  for (std::size_t c = 0; c < channels; ++c) {
    SpeckleChannel& channel = model.channels.emplace_back();
    channel.skewness = skewness;
    for (std::size_t i = 0; i < speckle_lags.size(); ++i) {
      const double correlation =
          std::pow(0.6, std::abs(speckle_lags[i].x)) * std::pow(0.4, std::abs(speckle_lags[i].y));
      channel.correlations[i] = static_cast<std::int8_t>(std::lround(127 * correlation));
    }
    channel.levels.assign(static_cast<std::size_t>(blocks), static_cast<std::int8_t>(level));
    for (std::size_t d = 0; d < c; ++d) model.between.push_back(64);
  }
  return model;
}

/// Mean of a[i] b[i], of rows of `width`, b taken (dx, dy) farther.
double product(const std::vector<double>& a, const std::vector<double>& b, int width, int dx, int dy) {
  double sum = 0;
  double count = 0;
  const int height = static_cast<int>(a.size()) / width;
  for (int y = 0; y + dy < height; ++y) {
    for (int x = std::max(0, -dx); x < std::min(width, width - dx); ++x) {
      sum += a[static_cast<std::size_t>(y * width + x)] * b[static_cast<std::size_t>((y + dy) * width + x + dx)];
      ++count;
    }
  }
  return sum / count;
}

std::vector<double> texture_of(const SpeckleTexture& texture, int channel, const Extent& window) {
  std::vector<double> values(static_cast<std::size_t>(window.width) * static_cast<std::size_t>(window.height));
  texture.add(channel, window, values);
  return values;
}

TEST(SpeckleMarginal, OfOneLookIsTheLogarithmOfAnExponential) {
  const SpeckleMarginal marginal(-1.13955);  // psi''(1) / psi'(1)^1.5
  EXPECT_NEAR(marginal.looks(), 1, 0.005);
  const double deviation = std::numbers::pi / std::sqrt(6.0);
  const double euler = 0.57721566490153286;
  for (const double normal : {-3.0, -1.0, 0.0, 1.0, 3.0}) {
    const double above = 0.5 * std::erfc(normal / std::numbers::sqrt2);
    EXPECT_NEAR(marginal.value(normal), (std::log(-std::log(above)) + euler) / deviation, 0.02) << normal;
  }
  // Power of unit mean and variance: E p^2 / (E p)^2 = 2 at the deviation of 5.57 dB.
  EXPECT_NEAR(marginal.log_contrast(10 / std::numbers::ln10 * deviation), std::log(2.0), 0.01);
}

TEST(SpeckleMarginal, OfManyLooksIsNearlyNormal) {
  const SpeckleMarginal marginal(0);
  EXPECT_NEAR(marginal.looks(), 200, 1);
  for (const double normal : {-2.0, -0.5, 0.0, 0.5, 2.0}) EXPECT_NEAR(marginal.value(normal), normal, 0.05);
  const double deviation = 2;
  const double variance = std::pow(deviation * std::numbers::ln10 / 10, 2);  // of a log-normal's logarithm
  EXPECT_NEAR(marginal.log_contrast(deviation), variance, 0.05 * variance);
}

TEST(SpeckleMarginal, HasUnitVarianceAndTheSkewnessAskedFor) {
  for (const double skewness : {-0.2, -0.6, -1.1}) {
    const SpeckleMarginal marginal(skewness);
    double moments[4] = {};
    for (double normal = -6.9; normal < 6.9; normal += 0.001) {
      const double weight = std::exp(-normal * normal / 2) * 0.001 / std::sqrt(2 * std::numbers::pi);
      for (int k = 0; k < 4; ++k) moments[k] += weight * std::pow(marginal.value(normal), k);
    }
    EXPECT_NEAR(moments[1], 0, 0.002);
    EXPECT_NEAR(moments[2], 1, 0.005);
    EXPECT_NEAR(moments[3], skewness, 0.02);
    for (const double deviation : {0.3, 2.0, 7.0}) {
      EXPECT_NEAR(marginal.deviation_of(marginal.log_contrast(deviation)), deviation, 0.01);
    }
  }
}

TEST(SpeckleNodes, HaveTheVarianceAndCorrelationsAskedFor) {
  const SpeckleModel model = made_model(1, 0, 0);
  const SpeckleNodes nodes(model, 5);
  std::vector<double> values(1024 * 1024);
  nodes.fill(0, {-100, 37, 1024, 1024}, values.data());
  EXPECT_NEAR(product(values, values, 1024, 0, 0), 1, 0.02);
  for (std::size_t i = 0; i < speckle_lags.size(); ++i) {
    const double wanted = model.channels[0].correlations[i] / 127.0;
    const double found = product(values, values, 1024, speckle_lags[i].x, speckle_lags[i].y);
    EXPECT_NEAR(found, wanted, 0.04) << speckle_lags[i].x << ", " << speckle_lags[i].y;
    EXPECT_NEAR(found, nodes.correlation(0, speckle_lags[i].x, speckle_lags[i].y), 0.01);
  }
}

TEST(SpeckleNodes, ChannelsCorrelateAsAskedFor) {
  const SpeckleNodes nodes(made_model(3, 0, 0), 5);
  std::vector<std::vector<double>> values(3, std::vector<double>(512 * 512));
  for (int c = 0; c < 3; ++c) nodes.fill(c, {0, 0, 512, 512}, values[static_cast<std::size_t>(c)].data());
  EXPECT_NEAR(product(values[0], values[1], 512, 0, 0), 64.0 / 127, 0.03);
  EXPECT_NEAR(product(values[0], values[2], 512, 0, 0), 64.0 / 127, 0.03);
  EXPECT_NEAR(product(values[1], values[2], 512, 0, 0), 64.0 / 127, 0.03);
}

TEST(SpeckleNodes, CorrelationsThatNoProcessHasAreBroughtNearOnes) {
  SpeckleModel model = made_model(2, 0, 0);
  model.channels[0].correlations.fill(127);
  model.channels[1].correlations.fill(-127);
  model.between = {127};
  const SpeckleNodes nodes(model, 1);
  std::vector<double> values(256 * 256);
  for (int c = 0; c < 2; ++c) {
    nodes.fill(c, {0, 0, 256, 256}, values.data());
    EXPECT_NEAR(product(values, values, 256, 0, 0), 1, 0.15);
  }
}

TEST(SpeckleTexture, DoesNotDependOnWindowsOrThreads) {
  const SpeckleTexture texture(made_model(1, 80, 8), {decibels}, grid, 11);
  const std::vector<double> whole = texture_of(texture, 0, {0, 0, 512, 384});
  const SpeckleTexture fresh(made_model(1, 80, 8), {decibels}, grid, 11);
  const auto compare = [&](const Extent& window) {
    const std::vector<double> part = texture_of(fresh, 0, window);
    std::size_t i = 0;
    std::size_t different = 0;
    for (int y = window.y; y < window.y + window.height; ++y) {
      for (int x = window.x; x < window.x + window.width; ++x, ++i) {
        different += part[i] != whole[static_cast<std::size_t>(y * 512 + x)] ? 1 : 0;
      }
    }
    EXPECT_EQ(different, 0u);
  };
  std::vector<std::thread> threads;
  for (const Extent window : {Extent{400, 300, 112, 84}, Extent{0, 0, 70, 1}, Extent{63, 64, 200, 130}}) {
    threads.emplace_back(compare, window);
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(SpeckleTexture, SeedsGiveIndependentOnes) {
  const std::vector<double> a = texture_of({made_model(1, 0, 0), {decibels}, grid, 1}, 0, {0, 0, 512, 384});
  const std::vector<double> b = texture_of({made_model(1, 0, 0), {decibels}, grid, 2}, 0, {0, 0, 512, 384});
  EXPECT_NEAR(product(a, b, 512, 0, 0), 0, 0.02);
}

TEST(SpeckleTexture, DoesNotRepeat) {
  const std::vector<double> values = texture_of({made_model(1, 0, 0), {decibels}, grid, 1}, 0, {0, 0, 512, 384});
  for (const int shift : {32, 64, 128, 256}) {
    EXPECT_NEAR(product(values, values, 512, shift, 0), 0, 0.03) << shift;
    EXPECT_NEAR(product(values, values, 512, 0, shift), 0, 0.04) << shift;
  }
}

TEST(SpeckleTexture, IsAContinuousFunctionOfOneVariance) {
  const SpeckleTexture texture(made_model(1, 0, 0), {decibels}, grid, 3);
  const std::vector<double> nodes = texture_of(texture, 0, {0, 0, 512, 384});
  for (const double offset : {0.25, 0.5, 0.8}) {
    double squares = 0;
    double count = 0;
    for (int y = 4; y < 380; y += 2) {
      for (int x = 4; x < 508; x += 2, ++count) {
        const double value = texture.at(0, x + 0.5 + offset, y + 0.5 + offset / 2);
        squares += value * value;
      }
    }
    EXPECT_NEAR(squares / count, 1, 0.06) << offset;
  }
  EXPECT_EQ(texture.at(0, 100.5, 200.5), nodes[200 * 512 + 100]);
  double steepest = 0;
  for (double x = 100; x < 120; x += 0.01) {
    steepest = std::max(steepest, std::abs(texture.at(0, x + 0.01, 77.3) - texture.at(0, x, 77.3)));
  }
  EXPECT_LT(steepest, 0.05);  // jumps would be of the order of 1
  EXPECT_NO_THROW(texture.at(0, 0, 0));
  EXPECT_NO_THROW(texture.at(0, 512, 384));
}

TEST(SpeckleTexture, HasEachBlocksDeviation) {
  SpeckleModel model = made_model(1, 0, 0);
  const SpeckleAxis columns(grid.columns());
  for (std::size_t b = 0; b < model.channels[0].levels.size(); ++b) {
    const int column = static_cast<int>(b) % columns.count();
    model.channels[0].levels[b] = column < columns.count() / 2 ? 8 : least_speckle_level;  // 4 dB, and none
  }
  const std::vector<double> values = texture_of({model, {decibels}, grid, 9}, 0, {0, 0, 512, 384});
  double left = 0;
  double right = 0;
  for (int y = 0; y < 384; ++y) {
    for (int x = 0; x < 240; ++x) {
      left += std::pow(values[static_cast<std::size_t>(y * 512 + x)], 2) / (384 * 240);
      right += std::pow(values[static_cast<std::size_t>(y * 512 + 511 - x)], 2) / (384 * 240);
    }
  }
  EXPECT_NEAR(std::sqrt(left), 4, 0.2);
  EXPECT_LT(std::sqrt(right), 1e-3);
}

TEST(SpeckleTexture, IsOfDetectedBandsAlone) {
  const BandModel complex{Quantity::complex, PixelType::cf32, {}};
  const BandModel coherence{Quantity::other, PixelType::f32, {}};
  const SpeckleTexture texture(made_model(1, 0, 0), {complex, coherence, decibels}, grid, 1);
  for (const int channel : {0, 1, 2}) {
    EXPECT_EQ(texture_of(texture, channel, {0, 0, 9, 9}), std::vector<double>(81, 0.0));
    EXPECT_EQ(texture.at(channel, 3.3, 4.4), 0);
  }
  EXPECT_NE(texture.at(3, 3.3, 4.4), 0);
}

/// A field of -10 dB everywhere, with speckle of 4 dB.
class SpeckledRenderer : public testing::Test {
 protected:
  Renderer renderer{{grid, {decibels}, test::tiny_siren()},
                    std::make_shared<test::MadeFields>([](int) { return test::constant_field(-10); }),
                    std::make_shared<SpeckleTexture>(made_model(1, 80, 8), std::vector<BandModel>{decibels}, grid, 4)};
};

TEST_F(SpeckledRenderer, AddsItToPixelsAndPointsAlike) {
  const std::vector<Sample> pixels = renderer.native({0, 0, 512, 384})[0];
  double squares = 0;
  for (const Sample& sample : pixels) squares += std::pow(sample.re + 10, 2) / static_cast<double>(pixels.size());
  EXPECT_NEAR(std::sqrt(squares), 4, 0.2);
  for (const int place : {0, 777, 100'000}) {
    const Sample point = renderer.at(place % 512 + 0.5, place / 512 + 0.5, 0);
    EXPECT_EQ(static_cast<float>(point.re), static_cast<float>(pixels[static_cast<std::size_t>(place)].re));
  }
}

TEST_F(SpeckledRenderer, AveragesItsPower) {
  const TargetRenderer coarse(renderer, std::make_shared<AffineMap>(0, 4, 0, 0, 0, 4), {});
  const std::vector<Sample> means = coarse.render({0, 0, 128, 96}).samples[0];
  const std::vector<BandValues> native = renderer.unrounded({0, 0, 512, 384});
  for (const int place : {0, 130, 5000}) {
    double power = 0;
    for (int i = 0; i < 16; ++i) {
      const int pixel = (place / 128 * 4 + i / 4) * 512 + place % 128 * 4 + i % 4;
      power += std::pow(10, native[0].samples[static_cast<std::size_t>(pixel)].re / 10) / 16;
    }
    EXPECT_NEAR(means[static_cast<std::size_t>(place)].re, 10 * std::log10(power), 1e-4);
  }
}

TEST_F(SpeckledRenderer, HasNoDerivatives) {
  TargetOptions options;
  options.derivative = Derivative::gradient;
  try {
    TargetRenderer(renderer, std::make_shared<AffineMap>(0, 1, 0, 0, 0, 1), options);
    FAIL() << "a derivative of speckle";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "--derivative is of the fields, which speckle put back is no part of: leave out --speckle");
  }
}

}  // namespace
}  // namespace sarinr
