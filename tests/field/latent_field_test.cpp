#include "sarinr/field/latent_field.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "field/latent_reference.h"
#include "sarinr/base/error.h"
#include "sarinr/field/instructions.h"

namespace sarinr {
namespace {

using test::LatentReference;
using test::MadeLatents;

LatentShape shape_of(int channels, int levels, int width) {
  LatentShape shape;
  shape.channels = channels;
  shape.levels = levels;
  shape.width = width;
  return shape;
}

LatentField field_of(const MadeLatents& made, const TileGrid& grid, int tile,
                     const std::string& instructions = "auto") {
  LatentField field(std::make_shared<LatentNetwork>(made.shape, made.weights, instructions), made.width, made.height,
                    grid.core(tile));
  for (int other = 0; other < grid.count(); ++other) field.add(grid.core(other), made.grids(grid.core(other)));
  field.complete();
  return field;
}

std::vector<float> values_at(const LatentField& field, int channels, const std::vector<double>& x,
                             const std::vector<double>& y) {
  std::vector<float> out(static_cast<std::size_t>(channels) * x.size());
  field.evaluate(x.data(), y.data(), x.size(), out.data(), x.size());
  return out;
}

/// Values of both ways against the definition, over a window or its whole core: single precision of a few dozen
/// products of order 10 allows 1e-5 of their scale.
void expect_definition(const MadeLatents& made, const LatentField& field, const Extent& window) {
  const auto pixels = static_cast<std::size_t>(window.width * window.height);
  const auto channels = static_cast<std::size_t>(made.shape.channels);
  std::vector<float> out(channels * pixels);
  field.evaluate(window, out.data(), pixels);
  std::vector<double> x;
  std::vector<double> y;
  for (int row = 0; row < window.height; ++row) {
    for (int column = 0; column < window.width; ++column) {
      x.push_back(window.x + column + 0.5);
      y.push_back(window.y + row + 0.5);
    }
  }
  const std::vector<float> points = values_at(field, made.shape.channels, x, y);
  const LatentReference reference(made);
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::vector<double> expected = reference.values(x[i], y[i]);
    for (std::size_t c = 0; c < channels; ++c) {
      const double scale = 10 + std::abs(expected[c]);
      ASSERT_NEAR(static_cast<double>(out[c * pixels + i]), expected[c], 1e-5 * scale) << x[i] << ", " << y[i];
      ASSERT_EQ(out[c * pixels + i], points[c * pixels + i]) << x[i] << ", " << y[i];
    }
  }
}

TEST(LatentField, IsItsDefinitionInEveryTile) {
  for (const auto& [channels, levels, width] : {std::tuple{1, 7, 8}, {2, 7, 8}, {1, 1, 4}, {3, 5, 16}, {1, 6, 9}}) {
    const MadeLatents made(shape_of(channels, levels, width), 203, 157, 5);
    const TileGrid grid(made.width, made.height, 64, 0);
    for (int tile = 0; tile < grid.count(); ++tile) {
      SCOPED_TRACE("tile " + std::to_string(tile) + ", levels " + std::to_string(levels));
      expect_definition(made, field_of(made, grid, tile), grid.core(tile));
    }
  }
}

TEST(LatentField, IsItsDefinitionInRastersSmallerThanAStepOfTheCoarsestLevel) {
  for (const auto& [width, height] : {std::pair{1, 1}, {31, 200}, {97, 2}, {33, 33}}) {
    const MadeLatents made(shape_of(1, 7, 8), width, height, 6);
    const TileGrid grid(width, height, 512, 0);
    expect_definition(made, field_of(made, grid, 0), grid.core(0));
  }
}

TEST(LatentField, IsItsDefinitionOnEveryInstructionSet) {
  const MadeLatents made(shape_of(2, 7, 8), 150, 150, 7);
  const TileGrid grid(made.width, made.height, 50, 0);
  for (const std::string& instructions : instruction_sets()) {
    SCOPED_TRACE(instructions);
    expect_definition(made, field_of(made, grid, 4, instructions), grid.core(4));
  }
}

TEST(LatentField, OfAWindowIsThatOfTheWholeCore) {
  const MadeLatents made(shape_of(2, 7, 8), 200, 180, 8);
  const TileGrid grid(made.width, made.height, 100, 0);
  const LatentField field = field_of(made, grid, 3);
  const Extent core = grid.core(3);
  const auto pixels = static_cast<std::size_t>(core.width * core.height);
  std::vector<float> whole(2 * pixels);
  field.evaluate(core, whole.data(), pixels);
  for (const Extent& window : {Extent{100, 90, 1, 1}, Extent{117, 101, 71, 30}, Extent{199, 179, 1, 1}}) {
    const auto count = static_cast<std::size_t>(window.width * window.height);
    std::vector<float> part(2 * count);
    field.evaluate(window, part.data(), count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto column = static_cast<std::size_t>(window.x - core.x) + i % static_cast<std::size_t>(window.width);
      const auto row = static_cast<std::size_t>(window.y - core.y) + i / static_cast<std::size_t>(window.width);
      const std::size_t place = row * static_cast<std::size_t>(core.width) + column;
      ASSERT_EQ(part[i], whole[place]);
      ASSERT_EQ(part[count + i], whole[pixels + place]);
    }
  }
}

/// Coordinates of the core without a structure that the field knows; the core's corners too.
void scattered_points(const Extent& core, std::vector<double>& x, std::vector<double>& y) {
  for (int i = 0; i < 150; ++i) {
    x.push_back(core.x + core.width * (0.5 + 0.499 * std::sin(1.1 * i)));
    y.push_back(core.y + core.height * (0.5 + 0.499 * std::cos(2.3 * i)));
  }
  for (const int right : {0, 1}) {
    for (const int low : {0, 1}) {
      x.push_back(core.x + right * core.width);
      y.push_back(core.y + low * core.height);
    }
  }
}

TEST(LatentField, IsItsDefinitionAtAnyCoordinate) {
  const MadeLatents made(shape_of(2, 7, 8), 203, 157, 9);
  const TileGrid grid(made.width, made.height, 64, 0);
  const LatentReference reference(made);
  for (int tile = 0; tile < grid.count(); ++tile) {
    std::vector<double> x;
    std::vector<double> y;
    scattered_points(grid.core(tile), x, y);
    const LatentField field = field_of(made, grid, tile);
    const std::vector<float> out = values_at(field, 2, x, y);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::vector<double> expected = reference.values(x[i], y[i]);
      for (std::size_t c = 0; c < 2; ++c) {
        ASSERT_NEAR(static_cast<double>(out[c * x.size() + i]), expected[c], 1e-5 * (10 + std::abs(expected[c])));
      }
      const std::vector<float> alone = values_at(field, 2, {x[i]}, {y[i]});
      ASSERT_EQ(alone[0], out[i]);
      ASSERT_EQ(alone[1], out[x.size() + i]);
    }
  }
}

TEST(LatentField, TakesNodesOfTilesWithoutLatentsAsZero) {
  MadeLatents made(shape_of(1, 5, 8), 160, 160, 10);
  const TileGrid grid(made.width, made.height, 80, 0);
  LatentField field(std::make_shared<LatentNetwork>(made.shape, made.weights), made.width, made.height, grid.core(0));
  field.add(grid.core(0), made.grids(grid.core(0)));
  field.add(grid.core(3), made.grids(grid.core(3)));
  field.complete();
  made.known = [&](int level, int column, int row) {
    const int tile = grid.index(grid.columns().cell(std::ldexp(column + 0.5, level)),
                                grid.rows().cell(std::ldexp(row + 0.5, level)));
    return tile == 0 || tile == 3;
  };
  expect_definition(made, field, grid.core(0));
}

TEST(LatentField, DependsOnNodesAroundItsCoreAndOnNoOthers) {
  const MadeLatents made(shape_of(1, 4, 8), 400, 400, 11);
  const TileGrid grid(made.width, made.height, 100, 0);
  const LatentField field = field_of(made, grid, 5);
  // The coarsest level's nodes lie at 4, 12, 20, ...: those around [100, 200] are at 92 to 212. The filtered level's
  // before it at 2, 6, 10, ...: at 94 to 206 and three to either side.
  EXPECT_EQ(field.node_extent(), (Extent{82, 82, 137, 137}));
  EXPECT_TRUE(field.depends_on({82, 82, 1, 1}));
  EXPECT_TRUE(field.depends_on({92, 92, 1, 1}));
  EXPECT_FALSE(field.depends_on({83, 83, 1, 1}));
  EXPECT_FALSE(field.depends_on({0, 0, 82, 400}));
  EXPECT_TRUE(field.depends_on({98, 150, 1, 1}));
  const LatentField corner = field_of(made, grid, 0);
  EXPECT_EQ(corner.node_extent(), (Extent{0, 0, 119, 119}));
}

TEST(LatentField, RefusesSymbolsThatAreNotItsNodes) {
  const MadeLatents made(shape_of(1, 3, 8), 100, 100, 12);
  const Extent core{0, 0, 50, 100};
  const auto network = std::make_shared<LatentNetwork>(made.shape, made.weights);
  LatentField field(network, 100, 100, core);
  LatentGrids grids = made.grids(core);
  grids.symbols[1].pop_back();
  EXPECT_THAT([&] { field.add(core, grids); },
              testing::ThrowsMessage<Error>("a tile has 1249 symbols of level 1, but its core 1250 nodes"));
  grids.symbols.pop_back();
  EXPECT_THAT([&] { field.differentiate(0, nullptr, nullptr, 0, nullptr, 0); },
              testing::ThrowsMessage<Error>("a latent field is evaluated before it is complete"));
  EXPECT_THAT([&] { field.add(core, grids); },
              testing::ThrowsMessage<Error>("a tile has 2 latent grids, but its field 3"));
  EXPECT_THAT(
      [&] {
        LatentNetwork(made.shape, {1, 2, 3});
      },
      testing::ThrowsMessage<Error>("a latent field has 437 weights, not 3"));
}

/// Largest error of a derivative against central differences of the definition, relative to its largest value, but for
/// `ignored` of the points: those next to a kink of the rectifiers, or to a node where a second derivative is asked
/// for.
double difference_error(const MadeLatents& made, const LatentField& field, const Extent& core, std::size_t channel,
                        std::size_t term, std::size_t ignored) {
  std::vector<double> x;
  std::vector<double> y;
  scattered_points({core.x + 1, core.y + 1, core.width - 2, core.height - 2}, x, y);
  std::vector<float> terms(2 * 6 * x.size());
  field.differentiate(2, x.data(), y.data(), x.size(), terms.data(), x.size());
  const LatentReference reference(made);
  const double h = 1e-4;
  const auto at = [&](std::size_t i, double dx, double dy) {
    return reference.values(x[i] + dx * h, y[i] + dy * h)[channel];
  };
  std::vector<double> errors;
  double largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double expected[6] = {at(i, 0, 0),
                                (at(i, 1, 0) - at(i, -1, 0)) / (2 * h),
                                (at(i, 0, 1) - at(i, 0, -1)) / (2 * h),
                                (at(i, 1, 0) - 2 * at(i, 0, 0) + at(i, -1, 0)) / (h * h),
                                (at(i, 1, 1) - at(i, -1, 1) - at(i, 1, -1) + at(i, -1, -1)) / (4 * h * h),
                                (at(i, 0, 1) - 2 * at(i, 0, 0) + at(i, 0, -1)) / (h * h)};
    largest = std::max(largest, std::abs(expected[term]));
    errors.push_back(std::abs(static_cast<double>(terms[(channel * 6 + term) * x.size() + i]) - expected[term]));
  }
  std::sort(errors.begin(), errors.end());
  return errors[errors.size() - 1 - ignored] / largest;
}

TEST(LatentField, DerivativesAgreeWithDifferencesOfTheDefinition) {
  const MadeLatents made(shape_of(2, 6, 8), 200, 160, 13);
  const TileGrid grid(made.width, made.height, 64, 0);
  const LatentField field = field_of(made, grid, 4);
  for (std::size_t channel = 0; channel < 2; ++channel) {
    EXPECT_LT(difference_error(made, field, grid.core(4), channel, 0, 0), 1e-5);
    EXPECT_LT(difference_error(made, field, grid.core(4), channel, 1, 4), 1e-4);
    EXPECT_LT(difference_error(made, field, grid.core(4), channel, 2, 4), 1e-4);
    for (const std::size_t second : {3, 4, 5}) {
      EXPECT_LT(difference_error(made, field, grid.core(4), channel, second, 8), 1e-3) << second;
    }
  }
}

TEST(LatentField, DerivativesBeginWithTheValueAndFirstOrderWithTheFirst) {
  const MadeLatents made(shape_of(2, 7, 8), 100, 100, 14);
  const TileGrid grid(made.width, made.height, 100, 0);
  const LatentField field = field_of(made, grid, 0);
  std::vector<double> x;
  std::vector<double> y;
  scattered_points(grid.core(0), x, y);
  const std::size_t count = x.size();
  const std::vector<float> values = values_at(field, 2, x, y);
  std::vector<float> first(2 * 3 * count);
  std::vector<float> second(2 * 6 * count);
  field.differentiate(1, x.data(), y.data(), count, first.data(), count);
  field.differentiate(2, x.data(), y.data(), count, second.data(), count);
  for (std::size_t c = 0; c < 2; ++c) {
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(second[c * 6 * count + i], values[c * count + i]);
      for (std::size_t term = 0; term < 3; ++term) {
        EXPECT_EQ(first[(c * 3 + term) * count + i], second[(c * 6 + term) * count + i]);
      }
    }
  }
}

}  // namespace
}  // namespace sarinr
