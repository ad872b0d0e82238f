#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "field/latent_reference.h"
#include "render/made_fields.h"
#include "sarinr/render/target.h"

namespace sarinr {
namespace {

using test::LatentReference;
using test::MadeFields;
using test::MadeLatents;

constexpr BandModel decibel{Quantity::decibel, PixelType::f64, {}};
constexpr double offset[2] = {-10, 3};
constexpr float scale[2] = {2, 0.5f};

/// Two bands of made latents over 203 x 157 pixels in 3 x 2 tiles, all of one normalisation.
class LatentScene : public testing::Test {
 protected:
  LatentScene() : made_(shape(), 203, 157, 21), grid_(made_.width, made_.height, 64, 0) {}

  static LatentShape shape() {
    LatentShape shape;
    shape.channels = 2;
    shape.levels = 6;
    return shape;
  }

  TileField tile_field(int tile) const {
    TileField field;
    field.content.masks.resize(2);
    field.content.exact.resize(2);
    auto latent = std::make_shared<LatentField>(std::make_shared<LatentNetwork>(made_.shape, made_.weights),
                                                made_.width, made_.height, grid_.core(tile));
    for (int other = 0; other < grid_.count(); ++other) latent->add(grid_.core(other), made_.grids(grid_.core(other)));
    latent->complete();
    field.latent = std::move(latent);
    for (int c = 0; c < 2; ++c) {
      field.content.channels.push_back({ChannelModel::Kind::network, offset[c], scale[c]});
    }
    return field;
  }

  /// Tiles are built once: every field takes the whole scene's latents.
  Renderer renderer() const {
    std::vector<TileField> fields;
    for (int tile = 0; tile < grid_.count(); ++tile) fields.push_back(tile_field(tile));
    return Renderer(
        {grid_, {decibel, decibel}, latent_spec(made_.shape)},
        std::make_shared<MadeFields>([fields](int tile) { return fields[static_cast<std::size_t>(tile)]; }));
  }

  double expected(const LatentReference& reference, int band, double x, double y) const {
    const auto c = static_cast<std::size_t>(band);
    return offset[c] + static_cast<double>(scale[c]) * reference.values(x, y)[c];
  }

  MadeLatents made_;
  TileGrid grid_;
};

TEST_F(LatentScene, NativePixelsAreTheFieldAtTheirCentres) {
  const Renderer source = renderer();
  const LatentReference reference(made_);
  for (const Extent& window : {Extent{0, 0, 203, 157}, Extent{60, 70, 20, 17}}) {
    const std::vector<std::vector<Sample>> native = source.native(window);
    for (int i = 0; i < window.width * window.height; i += 3) {
      const double x = window.x + i % window.width + 0.5;
      const double y = window.y + i / window.width + 0.5;
      for (int band = 0; band < 2; ++band) {
        const double value = expected(reference, band, x, y);
        ASSERT_NEAR(native[static_cast<std::size_t>(band)][static_cast<std::size_t>(i)].re, value,
                    1e-5 * (20 + std::abs(value)));
      }
    }
  }
}

TEST_F(LatentScene, PointsAreTheFieldAnywhereTheRastersEdgesIncluded) {
  const Renderer source = renderer();
  const LatentReference reference(made_);
  std::vector<double> x = {0, 203, 0, 203, 67.5, 100};
  std::vector<double> y = {0, 0, 157, 157, 157, 78.25};
  for (int i = 0; i < 300; ++i) {
    x.push_back(101.5 * (1 + std::sin(1.7 * i)));
    y.push_back(78.5 * (1 + std::cos(2.9 * i)));
  }
  const std::vector<BandValues> values = source.points(x, y);
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (int band = 0; band < 2; ++band) {
      const double value = expected(reference, band, x[i], y[i]);
      ASSERT_NEAR(values[static_cast<std::size_t>(band)].samples[i].re, value, 1e-5 * (20 + std::abs(value)));
    }
  }
}

TEST_F(LatentScene, ValuesAndFirstDerivativesContinueOverTileBorders) {
  const Renderer source = renderer();
  const double hair = 1e-6;
  std::vector<double> x;
  std::vector<double> y;
  const double column_border = grid_.columns().border(1);
  const double row_border = grid_.rows().border(1);
  for (int i = 0; i < 60; ++i) {
    for (const double side : {-hair, hair}) {
      x.push_back(column_border + side);
      y.push_back(2.5 * i + 0.3);
    }
    for (const double side : {-hair, hair}) {
      x.push_back(3.3 * i + 0.2);
      y.push_back(row_border + side);
    }
  }
  const std::vector<BandTerms> terms = source.derivatives(2, x, y);
  for (const BandTerms& band : terms) {
    for (std::size_t i = 0; i < x.size(); i += 2) {
      const FieldTerms& before = band.channels[0][i];
      const FieldTerms& behind = band.channels[0][i + 1];
      // Single precision at values up to 100; the slope moves by the second derivative times two hairs.
      EXPECT_NEAR(before.value, behind.value, 1e-4);
      EXPECT_NEAR(before.x, behind.x, 1e-3) << x[i] << ", " << y[i];
      EXPECT_NEAR(before.y, behind.y, 1e-3) << x[i] << ", " << y[i];
    }
  }
}

TEST_F(LatentScene, DerivativesAreThoseOfTheValues) {
  const Renderer source = renderer();
  const LatentReference reference(made_);
  const double h = 1e-4;
  std::vector<double> errors;
  for (int i = 0; i < 200; ++i) {
    const double x = 101 * (1 + 0.99 * std::sin(1.7 * i));
    const double y = 78 * (1 + 0.99 * std::cos(2.9 * i));
    const FieldTerms terms = source.derivatives(1, {x}, {y})[1].channels[0][0];
    const double along_x = (expected(reference, 1, x + h, y) - expected(reference, 1, x - h, y)) / (2 * h);
    const double along_y = (expected(reference, 1, x, y + h) - expected(reference, 1, x, y - h)) / (2 * h);
    errors.push_back(std::hypot(terms.x - along_x, terms.y - along_y) / (1 + std::hypot(along_x, along_y)));
  }
  std::sort(errors.begin(), errors.end());
  // But for the few points within a step of a rectifier's kink.
  EXPECT_LT(errors[errors.size() - 5], 1e-4);
}

TEST_F(LatentScene, TargetsAreSampledAndAveraged) {
  const Renderer source = renderer();
  const LatentReference reference(made_);
  const TargetRenderer finer(source, std::make_shared<AffineMap>(10, 0.5, 0, 20, 0, 0.5), {});
  const std::vector<Sample> fine = finer.render({40, 60, 30, 20}).samples[0];
  for (int i = 0; i < 600; ++i) {
    const double value = expected(reference, 0, 10 + (40 + i % 30 + 0.5) / 2, 20 + (60 + i / 30 + 0.5) / 2);
    ASSERT_NEAR(fine[static_cast<std::size_t>(i)].re, value, 1e-5 * (20 + std::abs(value)));
  }
  const TargetRenderer coarser(source, std::make_shared<AffineMap>(0, 4, 0, 0, 0, 4), {});
  const std::vector<Sample> native = source.native({0, 0, 203, 157})[0];
  const double found = coarser.render({16, 19, 1, 1}).samples[0][0].re;
  double power = 0;
  for (int i = 0; i < 16; ++i) {
    power += std::pow(10, native[static_cast<std::size_t>((76 + i / 4) * 203 + 64 + i % 4)].re / 10) / 16;
  }
  EXPECT_NEAR(found, 10 * std::log10(power), 1e-5 * (20 + std::abs(found)));
}

}  // namespace
}  // namespace sarinr
