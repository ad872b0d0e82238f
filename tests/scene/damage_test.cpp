#include <gtest/gtest.h>

#include <set>

#include "sarinr/base/error.h"
#include "scene/memory_raster.h"

namespace sarinr {
namespace {

using test::ComputedRaster;
using test::MeanEngine;
using test::MemoryRaster;
using test::MemorySink;
using test::Silent;

// 96 x 64 pixels in tiles of 32: three columns, two rows; values that differ from tile to tile.
class DamagedScene : public testing::Test {
 protected:
  static constexpr int columns = 3;

  Bytes fit(const BandModel& band, int overlap) const {
    ComputedRaster raster(96, 64, {band}, [](int, int x, int y) -> Sample { return {10.0 + x + 3 * y, 0}; });
    FitJob job;
    job.spec.width = 8;
    job.spec.depth = 1;
    job.tile_size = 32;
    job.overlap = overlap;
    job.epochs = 2;
    MemorySink sink;
    Silent listener;
    fit_raster(
        raster, sink, job, [] { return std::make_unique<MeanEngine>(); }, listener);
    return sink.data;
  }

  static Bytes without(Bytes bytes, int tile) {
    const auto reader = FileReader::open(memory_source(bytes));
    const auto offset = static_cast<std::size_t>((*reader)->record_offset(tile));
    bytes[offset + 3] ^= 0x42;
    return bytes;
  }

  static std::shared_ptr<FieldFile> open(const Bytes& bytes, OnDamage on_damage) {
    return FieldFile::open(memory_source(bytes), "test.sinr", 512, on_damage);
  }

  static MemoryRaster render(const FieldFile& file) {
    MemoryRaster out(file.header().width);
    Silent listener;
    render_native(file, out, listener);
    return out;
  }
};

TEST_F(DamagedScene, OnlyTheDamagedTileIsLeftOut) {
  const Bytes sound = fit({Quantity::decibel, PixelType::f32, -9999.0}, 0);
  const MemoryRaster whole = render(*open(sound, OnDamage::refuse));
  for (int tile = 0; tile < 6; ++tile) {
    const auto file = open(without(sound, tile), OnDamage::accept);
    const MemoryRaster part = render(*file);
    const Extent core = file->reader().grid().core(tile);
    for (const auto& [place, sample] : whole.samples) {
      const int x = place.second % 96;
      const int y = place.second / 96;
      const bool inside = x >= core.x && x < core.x + core.width && y >= core.y && y < core.y + core.height;
      ASSERT_EQ(part.samples.at(place).re, inside ? -9999.0 : sample.re) << tile << " at " << x << ", " << y;
    }
    ASSERT_EQ(file->left_out().size(), 1u);
    EXPECT_EQ(file->left_out().begin()->first, tile);
  }
}

// A lost field cannot take part in the blend over a border: there its neighbour stands alone.
TEST_F(DamagedScene, NeighboursStandAloneOnTheSharedBorder) {
  const Bytes sound = fit({Quantity::decibel, PixelType::f32, -9999.0}, 4);
  const MemoryRaster whole = render(*open(sound, OnDamage::refuse));
  const auto file = open(without(sound, 0), OnDamage::accept);
  const MemoryRaster part = render(*file);
  std::set<int> changed;
  for (const auto& [place, sample] : whole.samples) {
    const int x = place.second % 96;
    const int y = place.second / 96;
    if (x < 32 && y < 32) continue;
    if (part.samples.at(place).re == sample.re) continue;
    changed.insert(std::max(x, y));
    ASSERT_TRUE(x < 34 && y < 34) << x << ", " << y;
    ASSERT_NE(part.samples.at(place).re, -9999.0);
  }
  EXPECT_EQ(changed, (std::set<int>{32, 33}));
}

TEST_F(DamagedScene, BandsWithoutNodataGetAMask) {
  const Bytes sound = fit({Quantity::amplitude, PixelType::u16, {}}, 0);
  EXPECT_FALSE(native_info(*open(sound, OnDamage::refuse)).has_mask);
  const auto file = open(without(sound, 4), OnDamage::accept);
  EXPECT_TRUE(native_info(*file).has_mask);
  const MemoryRaster part = render(*file);
  for (const auto& [place, sample] : part.samples) {
    const bool inside = place.second % 96 / 32 == 1 && place.second / 96 >= 32;
    ASSERT_EQ(part.mask.at(place.second), inside ? 0 : 1);
    ASSERT_EQ(sample.re == 0, inside);
  }
}

TEST_F(DamagedScene, AveragesTakeWhatIsLeft) {
  const Bytes sound = fit({Quantity::decibel, PixelType::f32, -9999.0}, 0);
  const auto file = open(without(sound, 1), OnDamage::accept);
  TargetOptions options;
  options.memory = std::size_t{1} << 20;
  const TargetRenderer renderer(file->renderer(), std::make_shared<AffineMap>(0, 32, 0, 0, 0, 32), options);
  const TargetWindow window = renderer.render({0, 0, 3, 2});
  for (int i = 0; i < 6; ++i) EXPECT_EQ(window.samples[0][static_cast<std::size_t>(i)].re == -9999.0, i == 1) << i;
  const TargetRenderer wide(file->renderer(), std::make_shared<AffineMap>(0, 96, 0, 0, 0, 64), options);
  EXPECT_NE(wide.render({0, 0, 1, 1}).samples[0][0].re, -9999.0);
}

TEST_F(DamagedScene, IsRefusedUnlessAskedFor) {
  const auto file = open(without(fit({Quantity::decibel, PixelType::f32, -9999.0}, 0), 2), OnDamage::refuse);
  try {
    static_cast<void>(render(*file));
    FAIL() << "damage was rendered";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("test.sinr: tile 2 (column 2, row 0, bytes "), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("sarinr info --verify lists all damage"), std::string::npos);
  }
}

}  // namespace
}  // namespace sarinr
