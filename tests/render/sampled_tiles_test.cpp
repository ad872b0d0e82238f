#include <gtest/gtest.h>

#include <cmath>

#include "render/made_fields.h"
#include "sarinr/radiometry/raw_samples.h"

namespace sarinr {
namespace {

using test::MadeFields;

/// 24 x 16 pixels in 3 x 2 tiles of samples value(column, row), one Float32 band of decibels with nodata.
Renderer sampled_renderer(const std::function<double(int, int)>& value) {
  const BandModel band{Quantity::decibel, PixelType::f32, -99.0};
  const TileGrid grid(24, 16, 8, 0);
  const auto make = [=](int tile) {
    const Extent core = grid.core(tile);
    TileField field;
    field.content.kind = TileContent::Kind::sampled;
    field.content.masks.resize(1);
    ByteWriter raw;
    for (int y = core.y; y < core.y + core.height; ++y) {
      for (int x = core.x; x < core.x + core.width; ++x) {
        encode_sample(band.type, {value(x, y), 0}, raw);
        field.content.masks[0].push_back(classify(band, {value(x, y), 0}));
      }
    }
    field.content.exact = {raw.take()};
    return field;
  };
  return Renderer({grid, {band}, test::tiny_siren()}, std::make_shared<MadeFields>(make));
}

TEST(SampledTiles, NativePixelsAndTheirCentresAreTheSamples) {
  const auto value = [](int x, int y) { return std::round(7 * std::sin(x + 2.3 * y)) / 8; };
  const Renderer renderer = sampled_renderer(value);
  const auto native = renderer.native({5, 3, 10, 9});
  for (int y = 0; y < 9; ++y) {
    for (int x = 0; x < 10; ++x) {
      EXPECT_EQ(native[0][static_cast<std::size_t>(10 * y + x)].re, value(5 + x, 3 + y));
      EXPECT_EQ(renderer.at(5.5 + x, 3.5 + y, 0).re, value(5 + x, 3 + y));
    }
  }
}

/// Keys' cubic reproduces polynomials of the second degree; tiles' borders (at 8 and 16) make no difference.
TEST(SampledTiles, ParabolasComeBackBetweenPixels) {
  const auto parabola = [](double x, double y) { return 0.25 * x * x - x * y + 0.5 * y * y + 3 * x - 7; };
  const Renderer renderer = sampled_renderer([&](int x, int y) { return parabola(x + 0.5, y + 0.5); });
  for (const auto& [x, y] : {std::pair{3.7, 4.1}, {7.9, 8.1}, {8.0, 8.0}, {15.6, 7.3}, {16.2, 13.5}}) {
    EXPECT_NEAR(renderer.at(x, y, 0).re, parabola(x, y), 1e-4) << x << ", " << y;
  }
}

TEST(SampledTiles, PixelsWithoutAValueDoNotSpread) {
  const Renderer renderer = sampled_renderer([](int x, int y) { return x >= 10 && y >= 6 ? -99.0 : 4.0; });
  for (double x = 7.3; x < 12; x += 0.4) {
    const bool inside = x >= 10;
    const BandValues values = renderer.points({x}, {9.2})[0];
    EXPECT_EQ(values.classes[0], inside ? PixelClass::nodata : PixelClass::valid);
    EXPECT_NEAR(values.samples[0].re, inside ? -99.0 : 4.0, 1e-6) << x;
  }
}

}  // namespace
}  // namespace sarinr
