#include "sarinr/render/renderer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "render/made_fields.h"
#include "sarinr/base/error.h"

namespace sarinr {
namespace {

using test::constant_field;
using test::random_field;

Renderer renderer(std::function<TileField(int)> make) {
  return test::made_renderer(std::move(make), {{Quantity::decibel, PixelType::f64, {}}});
}

TEST(Renderer, BlendingReproducesAConstant) {
  const Renderer render = renderer([](int) { return constant_field(-7.25); });
  const std::vector<std::vector<Sample>> samples = render.native({0, 0, 100, 70});
  for (const Sample& sample : samples[0]) ASSERT_NEAR(sample.re, -7.25, 1e-12);
}

TEST(Renderer, BlendsNeighboursLinearlyOverTheOverlap) {
  const Renderer render = renderer([](int tile) { return constant_field(tile); });
  const double border = 33;  // of tiles 0 and 1: 100 pixels make three tiles
  EXPECT_NEAR(render.at(border - 2.5, 10, 0).re, 0, 1e-12);
  EXPECT_NEAR(render.at(border - 1, 10, 0).re, 0.25, 1e-12);
  EXPECT_NEAR(render.at(border, 10, 0).re, 0.5, 1e-12);
  EXPECT_NEAR(render.at(border + 1, 10, 0).re, 0.75, 1e-12);
  EXPECT_NEAR(render.at(border + 2, 10, 0).re, 1, 1e-12);
}

TEST(Renderer, APixelDoesNotDependOnTheWindow) {
  const Renderer render = renderer(random_field);
  const std::vector<Sample> whole = render.native({0, 0, 100, 70})[0];
  for (const Extent window :
       {Extent{0, 0, 1, 1}, Extent{30, 20, 7, 30}, Extent{65, 33, 35, 37}, Extent{99, 69, 1, 1}}) {
    const std::vector<Sample> part = render.native(window)[0];
    for (int y = 0; y < window.height; ++y) {
      for (int x = 0; x < window.width; ++x) {
        ASSERT_EQ(part[static_cast<std::size_t>(y * window.width + x)].re,
                  whole[static_cast<std::size_t>((window.y + y) * 100 + window.x + x)].re);
      }
    }
  }
  EXPECT_EQ(render.at(35.5, 21.5, 0).re, whole[21 * 100 + 35].re);
}

TEST(Renderer, IsContinuousAcrossTileBorders) {
  const Renderer render = renderer(random_field);
  const double step = 1e-4;
  for (double x = 28; x < 38; x += 0.25) {
    const double jump = std::abs(render.at(x + step, 30, 0).re - render.at(x, 30, 0).re);
    EXPECT_LT(jump, 0.01) << "at " << x;
  }
}

TEST(Renderer, SharesOfFieldsThatKnowNothingGoToTheOthers) {
  const Renderer render = renderer([](int tile) {
    TileField field = constant_field(5);
    if (tile == 1) field.content.channels = {{ChannelModel::Kind::empty, 0, 1}};
    return field;
  });
  EXPECT_NEAR(render.at(32.5, 10, 0).re, 5, 1e-12);
}

TEST(Renderer, RefusesWhatIsOutside) {
  const Renderer render = renderer(random_field);
  const auto message = [&](double x, double y, int band) {
    try {
      render.at(x, y, band);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message(100, 70, 0), "accepted");
  EXPECT_EQ(message(100.5, 3, 0), "the position (100.500000, 3.000000) lies outside the raster of 100 x 70 pixels");
  EXPECT_EQ(message(3, 3, 1), "there is no band 2: the raster has 1");
}

}  // namespace
}  // namespace sarinr
