#include "scene/tile_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <memory>
#include <thread>
#include <vector>

#include "field/latent_reference.h"
#include "sarinr/base/error.h"

namespace sarinr {
namespace {

using test::LatentReference;
using test::MadeLatents;

constexpr BandModel number{Quantity::other, PixelType::f64, {}};

/// A latent file of 500 x 400 pixels in 5 x 4 tiles, whose weights are on the quantiser's grid.
struct MadeFile {
  MadeFile() : made(LatentShape{}, 500, 400, 31), grid(made.width, made.height, 100, 0) {
    for (const TensorInfo& tensor : architecture("latent").tensors(spec)) {
      const std::int8_t exponent = -20;
      shared.tensors.push_back({exponent, false, quantise(&made.weights[tensor.offset], tensor.size(), exponent)});
    }
    made.weights = dequantise(spec, shared, nullptr);
  }

  TileContent content(int tile) const {
    TileContent content;
    content.masks.resize(1);
    content.exact.resize(1);
    content.channels = {{ChannelModel::Kind::network, 0, 1}};
    content.latents = made.grids(grid.core(tile));
    return content;
  }

  std::shared_ptr<const TileFields> fields(TileFields::Decode decode, std::size_t capacity = 512) const {
    return std::make_shared<TileFields>(grid, spec, shared, 0, std::move(decode), "made.sinr", capacity);
  }
  Renderer renderer(std::shared_ptr<const FieldSource> source) const {
    return Renderer({grid, {number}, spec}, std::move(source));
  }

  MadeLatents made;
  TileGrid grid;
  FieldSpec spec = latent_spec(LatentShape{});
  QuantisedWeights shared;
};

void expect_reference(const MadeLatents& made, const Renderer& renderer, const Extent& window) {
  const LatentReference reference(made);
  const std::vector<Sample> native = renderer.native(window)[0];
  for (int i = 0; i < window.width * window.height; i += 7) {
    const double value = reference.values(window.x + i % window.width + 0.5, window.y + i / window.width + 0.5)[0];
    ASSERT_NEAR(native[static_cast<std::size_t>(i)].re, value, 1e-5 * (10 + std::abs(value))) << i;
  }
}

TEST(TileFields, LatentFieldsTakeTheirNeighboursSymbols) {
  const MadeFile file;
  const auto fields = file.fields([&](int tile) { return file.content(tile); });
  expect_reference(file.made, file.renderer(fields), {150, 130, 120, 140});
}

TEST(TileFields, NeighboursWithoutLatentsCountAsZero) {
  MadeFile file;
  const auto fields = file.fields([&](int tile) {
    TileContent content = file.content(tile);
    if (tile % 5 == 2) content.latents = {};
    if (tile % 5 == 2) content.channels = {{ChannelModel::Kind::constant, 7, 1}};
    return content;
  });
  file.made.known = [&](int level, int column, int) {
    return file.grid.columns().cell(std::ldexp(column + 0.5, level)) != 2;
  };
  expect_reference(file.made, file.renderer(fields), {100, 100, 100, 100});
  expect_reference(file.made, file.renderer(fields), {300, 0, 200, 200});
  EXPECT_EQ(file.renderer(fields).at(250, 150, 0).re, 7);
  EXPECT_EQ(fields->field(2)->latent, nullptr);
}

TEST(TileFields, ASceneRenderedRowByRowDecodesEachTileOnce) {
  const MadeFile file;
  std::vector<int> decoded(static_cast<std::size_t>(file.grid.count()));
  const auto fields = file.fields([&](int tile) {
    ++decoded[static_cast<std::size_t>(tile)];
    return file.content(tile);
  });
  for (int tile = 0; tile < file.grid.count(); ++tile) fields->field(tile);
  EXPECT_THAT(decoded, testing::Each(1));
}

TEST(TileFields, KeepsNoMoreThanItsCapacity) {
  const MadeFile file;
  int decoded = 0;
  const auto decode = [&](int tile) {
    ++decoded;
    return file.content(tile);
  };
  const auto few = file.fields(decode, 2);
  few->field(0);
  const int once = decoded;
  few->field(19);
  few->field(18);
  decoded = 0;
  few->field(0);
  EXPECT_GE(decoded, once - 2);
  decoded = 0;
  few->field(0);
  EXPECT_EQ(decoded, 0);
}

TEST(TileFields, ThreadsThatWantNeighboursDecodeEachTileOnce) {
  const MadeFile file;
  std::vector<std::atomic<int>> decoded(static_cast<std::size_t>(file.grid.count()));
  const auto fields = file.fields([&](int tile) {
    ++decoded[static_cast<std::size_t>(tile)];
    return file.content(tile);
  });
  std::atomic<int> next = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      for (int tile = next++; tile < file.grid.count(); tile = next++) fields->field(tile);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::atomic<int>& count : decoded) EXPECT_EQ(count, 1);
}

TEST(TileFields, DecodesTheLastOfATilesNeighboursFirst) {
  const MadeFile file;
  std::vector<int> order;
  const auto fields = file.fields([&](int tile) {
    order.push_back(tile);
    return file.content(tile);
  });
  fields->field(6);
  EXPECT_THAT(order, testing::ElementsAre(6, 12, 11, 10, 7, 5, 2, 1, 0));
  fields->field(7);
  EXPECT_THAT(std::vector<int>(order.begin() + 9, order.end()), testing::ElementsAre(14, 13, 9, 8, 4, 3));
}

TEST(TileFields, SayWhatIsWrongWithALatentFile) {
  const MadeFile file;
  const auto decode = [&](int tile) { return file.content(tile); };
  EXPECT_THAT([&] { TileFields(file.grid, file.spec, file.shared, 4, decode, "made.sinr", 8); },
              testing::ThrowsMessage<Error>(
                  "made.sinr: its tiles overlap by 4 pixels, which latent fields never do; the file is damaged"));
  const TileFields bare(file.grid, file.spec, {}, 0, decode, "made.sinr", 8);
  EXPECT_THAT([&] { bare.field(3); },
              testing::ThrowsMessage<Error>("made.sinr, tile 3: the file lacks the network of its latent fields"));
}

TEST(TileFields, AFailureOfANeighbourIsTriedAgain) {
  const MadeFile file;
  bool sound = false;
  const auto fields = file.fields([&](int tile) {
    if (tile == 7 && !sound) throw Error("tile 7 is damaged");
    return file.content(tile);
  });
  EXPECT_THAT([&] { fields->field(6); }, testing::ThrowsMessage<Error>("tile 7 is damaged"));
  EXPECT_NE(fields->field(15), nullptr);
  sound = true;
  expect_reference(file.made, file.renderer(fields), {100, 100, 100, 100});
}

}  // namespace
}  // namespace sarinr
