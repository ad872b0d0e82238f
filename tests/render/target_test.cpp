#include "sarinr/render/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "render/made_fields.h"
#include "sarinr/base/error.h"

namespace sarinr {
namespace {

using test::constant_field;
using test::made_renderer;
using test::random_field;

constexpr BandModel decibel{Quantity::decibel, PixelType::f64, {}};
constexpr BandModel amplitude{Quantity::amplitude, PixelType::f64, {}};

std::shared_ptr<CoordinateMap> scaled(double factor, double x0 = 0, double y0 = 0) {
  return std::make_shared<AffineMap>(x0, factor, 0, y0, 0, factor);
}

double power_of(double value, Quantity quantity) {
  if (quantity == Quantity::decibel) return std::pow(10, value / 10);
  return quantity == Quantity::amplitude ? value * value : value;
}

double value_of(double power, Quantity quantity) {
  if (quantity == Quantity::decibel) return 10 * std::log10(power);
  return quantity == Quantity::amplitude ? std::sqrt(power) : power;
}

TEST(TargetRenderer, AlignedFactorsAreTheMeanPowerOfNativePixels) {
  for (const Quantity quantity : {Quantity::decibel, Quantity::amplitude, Quantity::power}) {
    const BandModel band{quantity, PixelType::f64, {}};
    const Renderer source = made_renderer(random_field, {band});
    const std::vector<Sample> native = source.native({0, 0, 100, 70})[0];
    for (const int factor : {2, 3, 4, 10}) {
      const TargetRenderer target(source, scaled(factor), {});
      const Extent window{0, 0, 100 / factor, 70 / factor};
      const std::vector<Sample> found = target.render(window).samples[0];
      for (int row = 0; row < window.height; ++row) {
        for (int column = 0; column < window.width; ++column) {
          double sum = 0;
          for (int i = 0; i < factor * factor; ++i) {
            const int x = column * factor + i % factor;
            const int y = row * factor + i / factor;
            sum += power_of(native[static_cast<std::size_t>(y * 100 + x)].re, quantity);
          }
          const double expected = value_of(sum / (factor * factor), quantity);
          ASSERT_NEAR(found[static_cast<std::size_t>(row * window.width + column)].re, expected,
                      1e-6 * std::max(1.0, std::abs(expected)))
              << name(quantity) << " factor " << factor;
        }
      }
    }
  }
}

TEST(TargetRenderer, TheNativeGridIsTheNativeRender) {
  const Renderer source = made_renderer(random_field, {decibel});
  const std::vector<Sample> native = source.native({0, 0, 100, 70})[0];
  const TargetRenderer target(source, scaled(1), {});
  const std::vector<Sample> found = target.render({0, 0, 100, 70}).samples[0];
  for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i].re, native[i].re, 1e-9);
}

TEST(TargetRenderer, FinerGridsAreTheFieldItself) {
  const Renderer source = made_renderer(random_field, {decibel});
  const TargetRenderer target(source, scaled(0.25), {});
  const std::vector<Sample> found = target.render({120, 80, 40, 30}).samples[0];
  for (int i = 0; i < 40 * 30; ++i) {
    const double x = (120 + i % 40 + 0.5) / 4;
    const double y = (80 + i / 40 + 0.5) / 4;
    ASSERT_NEAR(found[static_cast<std::size_t>(i)].re, source.at(x, y, 0).re, 1e-9);
  }
}

TEST(TargetRenderer, PassesContinuouslyFromPointsToAverages) {
  const Renderer source = made_renderer(random_field, {decibel});
  double last = 0;
  for (double factor = 0.9; factor < 2.3; factor += 0.001) {
    const TargetRenderer target(source, scaled(factor, 40.3 - factor / 2, 30.6 - factor / 2), {});
    const double value = target.render({0, 0, 1, 1}).samples[0][0].re;
    if (factor > 0.9) {
      ASSERT_LT(std::abs(value - last), 0.02) << "at " << factor;
    }
    last = value;
  }
}

TEST(TargetRenderer, APixelDoesNotDependOnTheWindow) {
  const Renderer source = made_renderer(random_field, {decibel});
  for (const double factor : {0.37, 1.0, 1.6, 2.9}) {
    const AffineMap turned(10, factor * 0.8, factor * -0.6, 5, factor * 0.6, factor * 0.8);
    const TargetRenderer target(source, std::make_shared<AffineMap>(turned), {});
    const std::vector<Sample> whole = target.render({0, 0, 24, 24}).samples[0];
    for (const Extent window : {Extent{0, 0, 1, 1}, Extent{7, 3, 11, 20}, Extent{23, 23, 1, 1}}) {
      const std::vector<Sample> part = target.render(window).samples[0];
      for (int i = 0; i < window.width * window.height; ++i) {
        const double expected =
            whole[static_cast<std::size_t>((window.y + i / window.width) * 24 + window.x + i % window.width)].re;
        const double found = part[static_cast<std::size_t>(i)].re;
        if (std::isnan(expected)) {
          ASSERT_TRUE(std::isnan(found));
        } else {
          ASSERT_EQ(found, expected);
        }
      }
    }
  }
}

TEST(TargetRenderer, AveragesAConstantToItselfAtAnyAngle) {
  const Renderer source = made_renderer([](int) { return constant_field(-12.5); }, {decibel});
  for (const double angle : {0.0, 0.3, 1.1}) {
    for (const Sampling sampling : {Sampling::point, Sampling::average, Sampling::integral}) {
      const double c = 3.3 * std::cos(angle);
      const double s = 3.3 * std::sin(angle);
      TargetOptions options;
      options.sampling = sampling;
      const TargetRenderer target(source, std::make_shared<AffineMap>(50, c, -s, 30, s, c), options);
      const TargetWindow found = target.render({0, 0, 4, 4});
      for (const Sample& sample : found.samples[0]) ASSERT_NEAR(sample.re, -12.5, 1e-5);
    }
  }
}

TEST(TargetRenderer, ConvertsQuantities) {
  const Renderer source = made_renderer([](int) { return constant_field(-20); }, {amplitude});
  const auto value = [&](Quantity wanted) {
    TargetOptions options;
    options.quantity = wanted;
    const TargetRenderer target(source, scaled(0.5), options);
    EXPECT_EQ(target.bands()[0].quantity, wanted);
    return target.render({3, 3, 1, 1}).samples[0][0].re;
  };
  EXPECT_NEAR(value(Quantity::amplitude), 0.1, 1e-9);
  EXPECT_NEAR(value(Quantity::power), 0.01, 1e-9);
  EXPECT_NEAR(value(Quantity::decibel), -20, 1e-5);
}

TEST(TargetRenderer, RefusesQuantitiesThatABandDoesNotHave) {
  const Renderer source = made_renderer(random_field, {{Quantity::other, PixelType::f32, {}}});
  TargetOptions options;
  options.quantity = Quantity::power;
  EXPECT_THAT([&] { TargetRenderer(source, scaled(1), options); },
              testing::ThrowsMessage<Error>(
                  "band 1 is of quantity other and cannot be given as power: amplitude, power and db can be turned "
                  "into each other, and complex into any of them"));
}

/// The left half of every tile is nodata.
TileField half_empty(int tile) {
  TileField field = constant_field(7);
  (void)tile;
  const TileGrid grid(100, 70, 32, 4);
  const Extent core = grid.core(tile);
  field.content.masks[0].assign(static_cast<std::size_t>(core.width * core.height), PixelClass::valid);
  for (int i = 0; i < core.width * core.height; ++i) {
    if (core.x + i % core.width < 50) field.content.masks[0][static_cast<std::size_t>(i)] = PixelClass::nodata;
  }
  return field;
}

TEST(TargetRenderer, PixelsWithoutAValueDoNotCount) {
  const Renderer source = made_renderer(half_empty, {{Quantity::decibel, PixelType::f32, -99.0}});
  const TargetRenderer target(source, scaled(4, 48), {});
  const std::vector<Sample> found = target.render({-1, 2, 3, 1}).samples[0];
  EXPECT_EQ(found[0].re, -99);
  EXPECT_NEAR(found[1].re, 7, 1e-5);  // columns 48 to 51: half of them nodata
  EXPECT_NEAR(found[2].re, 7, 1e-5);
}

TEST(TargetRenderer, BeyondTheSourceThereIsNoValue) {
  const Renderer source = made_renderer([](int) { return constant_field(7); }, {decibel});
  TargetOptions options;
  options.beyond_source = true;
  const TargetRenderer target(source, scaled(0.5, -1), options);
  ASSERT_TRUE(target.bands()[0].nodata.has_value());
  const std::vector<Sample> found = target.render({0, 0, 4, 1}).samples[0];
  EXPECT_TRUE(std::isnan(found[1].re));
  EXPECT_NEAR(found[2].re, 7, 1e-9);
}

TEST(TargetRenderer, AveragesComplexCoherentlyAndItsPowerIncoherently) {
  const auto alternating = [](int) {
    // Lossless tiles of +1 and -1, so that the coherent mean vanishes and the mean power does not.
    return test::lossless_field([](int x, int) { return Sample{x % 2 == 0 ? 1.0 : -1.0, 0.5}; });
  };
  const Renderer source({TileGrid(8, 8, 8, 0), {{Quantity::complex, PixelType::cf32, {}}}, test::tiny_siren()},
                        std::make_shared<test::MadeFields>(alternating));
  const Sample coherent = TargetRenderer(source, scaled(4), {}).render({0, 0, 1, 1}).samples[0][0];
  EXPECT_NEAR(coherent.re, 0, 1e-7);
  EXPECT_NEAR(coherent.im, 0.5, 1e-7);
  TargetOptions options;
  options.quantity = Quantity::power;
  EXPECT_NEAR(TargetRenderer(source, scaled(4), options).render({0, 0, 1, 1}).samples[0][0].re, 1.25, 1e-6);
}

}  // namespace
}  // namespace sarinr
