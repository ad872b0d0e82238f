#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "render/made_fields.h"
#include "sarinr/base/error.h"
#include "sarinr/render/target.h"

namespace sarinr {
namespace {

using test::made_renderer;
using test::random_field;
using test::tiny_siren;

constexpr BandModel decibel{Quantity::decibel, PixelType::f64, {}};
constexpr double slope_x = 0.03;  // dB per pixel
constexpr double slope_y = -0.02;

/// The plane slope_x x + slope_y y in every tile's own coordinates, but for 1e-5: both sine layers are driven in their
/// linear range.
TileField plane(int tile) {
  const TileGrid grid(100, 70, 32, 4);
  const Extent support = grid.support(tile);
  const double width = grid.columns().largest_support();
  const double height = grid.rows().largest_support();
  TileField field = test::constant_field(slope_x * (support.x + width / 2) + slope_y * (support.y + height / 2));
  field.content.channels[0].kind = ChannelModel::Kind::network;
  field.weights.assign(weight_count(tiny_siren()), 0.0f);
  const std::vector<TensorInfo> tensors = architecture("siren").tensors(tiny_siren());
  field.weights[tensors[0].offset] = static_cast<float>(1e-3 / 30 * slope_x * width / 2);
  field.weights[tensors[0].offset + 1] = static_cast<float>(1e-3 / 30 * slope_y * height / 2);
  field.weights[tensors[2].offset] = 1.0f / 30;
  field.weights[tensors[4].offset] = 1e3f;
  return field;
}

TEST(Blending, ReproducesARamp) {
  const Renderer source = made_renderer(plane, {decibel});
  const std::vector<Sample> native = source.native({0, 0, 100, 70})[0];
  for (int i = 0; i < 7000; ++i) {
    const double expected = slope_x * (i % 100 + 0.5) + slope_y * (i / 100 + 0.5);
    ASSERT_NEAR(native[static_cast<std::size_t>(i)].re, expected, 1e-5);
  }
}

/// 20 m pixels, rows running south.
class TwentyMetres final : public GroundScale {
 public:
  void metres_per_pixel(double, double, double& column, double& row) const override {
    column = 20;
    row = -20;
  }
};

double derivative(const Renderer& source, Derivative which, bool metres, double factor = 1,
                  std::optional<Quantity> quantity = {}) {
  TargetOptions options;
  options.derivative = which;
  options.quantity = quantity;
  const TargetRenderer target(source, std::make_shared<AffineMap>(40, factor, 0, 30, 0, factor), options,
                              metres ? std::make_shared<TwentyMetres>() : nullptr);
  return target.render({2, 3, 1, 1}).samples[0][0].re;
}

TEST(Derivative, OfAPlaneIsItsSlopePerPixelOrPerMetre) {
  const Renderer source = made_renderer(plane, {decibel});
  EXPECT_NEAR(derivative(source, Derivative::x, false), slope_x, 1e-6);
  EXPECT_NEAR(derivative(source, Derivative::y, false), slope_y, 1e-6);
  EXPECT_NEAR(derivative(source, Derivative::x, true), slope_x / 20, 1e-7);
  EXPECT_NEAR(derivative(source, Derivative::y, true), -slope_y / 20, 1e-7);
  EXPECT_NEAR(derivative(source, Derivative::gradient, true), std::hypot(slope_x, slope_y) / 20, 1e-7);
  EXPECT_NEAR(derivative(source, Derivative::laplacian, true), 0, 1e-6);
  EXPECT_NEAR(derivative(source, Derivative::x, false, 0.5), slope_x / 2, 1e-6);
}

TEST(Derivative, FollowsTheChainRuleIntoPowerAndAmplitude) {
  const Renderer source = made_renderer(plane, {decibel});
  const double value = source.at(42.5, 33.5, 0).re;
  const double power = std::pow(10, value / 10);
  const double per_decibel = std::log(10.0) / 10;
  EXPECT_NEAR(derivative(source, Derivative::x, false, 1, Quantity::power), per_decibel * power * slope_x, 1e-6);
  EXPECT_NEAR(derivative(source, Derivative::y, false, 1, Quantity::amplitude),
              per_decibel / 2 * std::sqrt(power) * slope_y, 1e-6);
  EXPECT_NEAR(derivative(source, Derivative::laplacian, false, 1, Quantity::power),
              per_decibel * per_decibel * power * (slope_x * slope_x + slope_y * slope_y), 1e-5);
}

/// Central differences of the blended field, across tile borders too. Single precision networks allow about 1e-3.
TEST(Derivative, AgreesWithFiniteDifferencesAcrossBorders) {
  const Renderer source = made_renderer(random_field, {decibel});
  std::vector<double> x;
  std::vector<double> y;
  for (int i = 0; i < 300; ++i) {
    x.push_back(33 + 5 * std::sin(1.7 * i) + 0.013);
    y.push_back(35 + 6 * std::cos(2.9 * i) + 0.017);
  }
  const auto moved = [&](double dx, double dy) {
    std::vector<double> at_x = x;
    std::vector<double> at_y = y;
    for (double& value : at_x) value += dx;
    for (double& value : at_y) value += dy;
    return source.derivatives(2, at_x, at_y)[0].channels[0];
  };
  const double step = 0.01;
  const auto here = moved(0, 0);
  const auto east = moved(step, 0);
  const auto west = moved(-step, 0);
  const auto south = moved(0, step);
  const auto north = moved(0, -step);
  int checked = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    // Not where a kink of the blend (2 pixels from the border at 33, or from 35 between rows) lies between the points.
    const auto near = [&](double value, double kink) { return std::abs(value - kink) < 2 * step; };
    if (near(x[i], 31) || near(x[i], 35) || near(y[i], 33) || near(y[i], 37)) continue;
    ++checked;
    ASSERT_NEAR(here[i].x, (east[i].value - west[i].value) / (2 * step), 2e-3) << x[i] << " " << y[i];
    ASSERT_NEAR(here[i].y, (south[i].value - north[i].value) / (2 * step), 2e-3);
    ASSERT_NEAR(here[i].xx, (east[i].x - west[i].x) / (2 * step), 2e-3);
    ASSERT_NEAR(here[i].xy, (south[i].x - north[i].x) / (2 * step), 2e-3);
    ASSERT_NEAR(here[i].yy, (south[i].y - north[i].y) / (2 * step), 2e-3);
    ASSERT_NEAR(here[i].value, source.at(x[i], y[i], 0).re, 1e-5);
  }
  EXPECT_GT(checked, 250);
}

TEST(Derivative, IsRefusedForCategories) {
  const Renderer source = made_renderer(random_field, {{Quantity::categorical, PixelType::u8, {}}});
  TargetOptions options;
  options.derivative = Derivative::x;
  EXPECT_THAT([&] { TargetRenderer(source, std::make_shared<AffineMap>(0, 1, 0, 0, 0, 1), options); },
              testing::ThrowsMessage<Error>("band 1 is categorical and has no derivative: leave it out with --bands"));
}

}  // namespace
}  // namespace sarinr
