#include <algorithm>
#include <cmath>
#include <thread>

#include "driver_test.h"
#include "sarinr/geo/target_grid.h"

namespace sarinr::geo::driver {

namespace {

using PixelsTest = DriverTest;

std::vector<double> first_parts(const std::vector<Sample>& samples) {
  std::vector<double> values;
  for (const Sample& sample : samples) values.push_back(sample.re);
  return values;
}

/// What sarinr render gives for a request of a whole grid.
std::vector<double> rendered(const FieldFile& file, int width, int height, int band) {
  GridRequest request;
  request.size = {width, height};
  const RasterInfo info = native_info(file);
  const TargetGrid grid = target_grid("{}", info.width, info.height, request);
  const TargetRenderer renderer(file.renderer(), grid.map, {}, grid.ground);
  return first_parts(renderer.render({0, 0, width, height}).samples[static_cast<std::size_t>(band)]);
}

TEST_F(PixelsTest, NativePixelsAreTheRenderersWhateverTheWindow) {
  auto raster = scene(300, 270);
  const std::string path = make_file("scene.sinr", raster);
  const DatasetPointer dataset = open(path);
  ASSERT_TRUE(dataset);
  const auto file = fields(path);
  for (const Extent& window : {Extent{0, 0, 300, 270}, {255, 255, 2, 2}, {13, 100, 1, 99}, {299, 269, 1, 1}}) {
    const auto expected = file->renderer().native(window);
    for (int band = 1; band <= 2; ++band) {
      EXPECT_EQ(read(*dataset->GetRasterBand(band), window), first_parts(expected[static_cast<std::size_t>(band - 1)]));
    }
  }
}

TEST_F(PixelsTest, ThreadsOfGdalGiveTheSamePixels) {
  auto raster = scene(600, 300);
  const std::string path = make_file("scene.sinr", raster);
  const std::vector<double> alone = read(*open(path)->GetRasterBand(1), {10, 5, 580, 290});
  CPLSetThreadLocalConfigOption("GDAL_NUM_THREADS", "3");
  const std::vector<double> together = read(*open(path)->GetRasterBand(1), {10, 5, 580, 290});
  const std::vector<double> reduced = resampled(*open(path)->GetRasterBand(1), 0, 0, 600, 300, 50, 25, GRIORA_Average);
  CPLSetThreadLocalConfigOption("GDAL_NUM_THREADS", nullptr);
  EXPECT_EQ(alone, together);
  EXPECT_EQ(reduced, resampled(*open(path)->GetRasterBand(1), 0, 0, 600, 300, 50, 25, GRIORA_Average));
}

TEST_F(PixelsTest, OverviewsAreTheRenderersAverages) {
  auto raster = scene(601, 300);
  const std::string path = make_file("scene.sinr", raster);
  const DatasetPointer dataset = open(path);
  const auto file = fields(path);
  GDALRasterBand& band = *dataset->GetRasterBand(1);
  ASSERT_EQ(band.GetOverviewCount(), 2);
  EXPECT_EQ(band.GetOverview(2), nullptr);
  EXPECT_EQ(band.GetOverview(-1), nullptr);
  const int widths[] = {301, 151};
  const int heights[] = {150, 75};
  for (int level = 0; level < 2; ++level) {
    GDALRasterBand& overview = *band.GetOverview(level);
    ASSERT_EQ(overview.GetXSize(), widths[level]);
    ASSERT_EQ(overview.GetYSize(), heights[level]);
    EXPECT_EQ(read(overview, {0, 0, widths[level], heights[level]}), rendered(*file, widths[level], heights[level], 0));
    EXPECT_EQ(overview.GetOverviewCount(), 0);
    EXPECT_EQ(overview.GetNoDataValue(), 0);
  }
}

TEST_F(PixelsTest, ReducedRequestsAreTheRenderersAverages) {
  auto raster = scene(300, 270);
  const std::string path = make_file("scene.sinr", raster);
  const DatasetPointer dataset = open(path);
  const auto file = fields(path);
  for (const GDALRIOResampleAlg resampling : {GRIORA_Average, GRIORA_Bilinear, GRIORA_Cubic, GRIORA_RMS}) {
    EXPECT_EQ(resampled(*dataset->GetRasterBand(1), 0, 0, 300, 270, 75, 90, resampling), rendered(*file, 75, 90, 0));
  }
  EXPECT_EQ(resampled(*dataset->GetRasterBand(2), 0, 0, 300, 270, 30, 27, GRIORA_Average), rendered(*file, 30, 27, 1));
}

TEST_F(PixelsTest, StoredOverviewsAnswerWhereTheyAreFineEnough) {
  auto raster = scene(1100, 1030);
  const std::string path = make_file("scene.sinr", raster, 32, true);
  const DatasetPointer dataset = open(path);
  const auto file = fields(path);
  ASSERT_EQ(file->overview_count(), 1);
  GDALRasterBand& band = *dataset->GetRasterBand(2);
  ASSERT_EQ(band.GetOverviewCount(), 3);
  const std::vector<double> stored = first_parts(file->overview(0)->renderer().native({0, 0, 138, 129})[1]);
  EXPECT_EQ(read(*band.GetOverview(2), {0, 0, 138, 129}), stored);
  EXPECT_EQ(read(*band.GetOverview(1), {0, 0, 275, 258}), rendered(*file, 275, 258, 1));
  // A sixteenth averages the stored eighth: the same as the renderer's half of it.
  EXPECT_EQ(resampled(band, 0, 0, 1100, 1030, 69, 64, GRIORA_Average), rendered(*file->overview(0), 69, 64, 1));
  EXPECT_EQ(resampled(band, 0, 0, 1100, 1030, 157, 147, GRIORA_Average), rendered(*file, 157, 147, 1));
}

TEST_F(PixelsTest, BetweenPixelsTheFieldItselfAnswers) {
  auto raster = scene(300, 270);
  const std::string path = make_file("scene.sinr", raster);
  const DatasetPointer dataset = open(path);
  const auto file = fields(path);
  GDALRasterBand& band = *dataset->GetRasterBand(2);
  const std::vector<double> values = resampled(band, 100.25, 90.5, 10, 5, 40, 20, GRIORA_Cubic);
  for (int row = 0; row < 20; ++row) {
    for (int column = 0; column < 40; ++column) {
      const double at = file->renderer().at(100.25 + (column + 0.5) / 4, 90.5 + (row + 0.5) / 4, 1).re;
      ASSERT_EQ(values[static_cast<std::size_t>(row * 40 + column)], static_cast<double>(static_cast<float>(at)));
    }
  }
  // The same through a level: its window is in its own, larger pixels.
  auto large = scene(600, 300);
  const std::string large_path = make_file("large.sinr", large);
  const DatasetPointer larger = open(large_path);
  GDALRasterBand& native = *larger->GetRasterBand(2);
  EXPECT_EQ(resampled(*native.GetOverview(0), 100.25, 90.5, 10, 5, 40, 20, GRIORA_Cubic),
            resampled(native, 200.5, 181, 20, 10, 40, 20, GRIORA_Cubic));
}

TEST_F(PixelsTest, NearestTakesWholePixels) {
  auto raster = scene(300, 270);
  const std::string path = make_file("scene.sinr", raster);
  const DatasetPointer dataset = open(path);
  GDALRasterBand& band = *dataset->GetRasterBand(1);
  const std::vector<double> native = read(band, {100, 100, 10, 10});
  const std::vector<double> doubled = resampled(band, 100, 100, 10, 10, 20, 20, GRIORA_NearestNeighbour);
  for (std::size_t i = 0; i < doubled.size(); ++i) EXPECT_EQ(doubled[i], native[i / 40 * 10 + i % 20 / 2]);
}

TEST_F(PixelsTest, DatasetsReadSeveralBandsIntoAnyBuffer) {
  auto raster = scene(300, 270);
  const std::string path = make_file("scene.sinr", raster);
  const DatasetPointer dataset = open(path);
  GDALRasterIOExtraArg extra;
  INIT_RASTERIO_EXTRA_ARG(extra);
  extra.eResampleAlg = GRIORA_Average;
  int bands[] = {2, 1};
  // Interleaved by pixel, as Int16, with a gap after every pixel and line.
  std::vector<std::int16_t> buffer(30 * 27 * 3 + 27, -7);
  const GSpacing line = 2 * (30 * 3 + 1);
  ASSERT_EQ(dataset->RasterIO(GF_Read, 0, 0, 300, 270, buffer.data(), 30, 27, GDT_Int16, 2, bands, 6, line, 2, &extra),
            CE_None);
  const std::vector<double> first = resampled(*dataset->GetRasterBand(1), 0, 0, 300, 270, 30, 27, GRIORA_Average);
  const std::vector<double> second = resampled(*dataset->GetRasterBand(2), 0, 0, 300, 270, 30, 27, GRIORA_Average);
  for (std::size_t y = 0; y < 27; ++y) {
    for (std::size_t x = 0; x < 30; ++x) {
      const std::size_t at = y * 91 + x * 3;
      EXPECT_EQ(buffer[at], std::round(second[y * 30 + x]));
      EXPECT_EQ(buffer[at + 1], first[y * 30 + x]);
      EXPECT_EQ(buffer[at + 2], -7);
    }
  }
}

TEST_F(PixelsTest, SeveralThreadsReadOneDatasetsBlocks) {
  auto raster = scene(600, 300);
  const std::string path = make_file("scene.sinr", raster);
  const DatasetPointer dataset = open(path);
  GDALRasterBand& band = *dataset->GetRasterBand(1);
  const std::vector<double> expected = read(*open(path)->GetRasterBand(1), {0, 0, 600, 300});
  std::vector<std::vector<std::uint16_t>> blocks(6, std::vector<std::uint16_t>(256 * 256));
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back(
        [&, i] { EXPECT_EQ(band.ReadBlock(i % 3, i / 3, blocks[static_cast<std::size_t>(i)].data()), CE_None); });
  }
  for (std::thread& thread : threads) thread.join();
  for (int y = 0; y < 300; ++y) {
    for (int x = 0; x < 600; ++x) {
      ASSERT_EQ(
          blocks[static_cast<std::size_t>(y / 256 * 3 + x / 256)][static_cast<std::size_t>(y % 256 * 256 + x % 256)],
          expected[static_cast<std::size_t>(y * 600 + x)]);
    }
  }
}

TEST_F(PixelsTest, CancellingStopsAndIsReported) {
  auto raster = scene(300, 270);
  const std::string path = make_file("scene.sinr", raster);
  const DatasetPointer dataset = open(path);
  GDALRasterIOExtraArg extra;
  INIT_RASTERIO_EXTRA_ARG(extra);
  extra.eResampleAlg = GRIORA_Cubic;
  extra.pfnProgress = [](double, const char*, void*) { return FALSE; };
  std::vector<double> buffer(600 * 540);
  const Messages messages;
  EXPECT_EQ(
      dataset->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, 300, 270, buffer.data(), 600, 540, GDT_Float64, 0, 0, &extra),
      CE_Failure);
  ASSERT_EQ(messages.all.size(), 1u);
  EXPECT_EQ(messages.last_number, CPLE_UserInterrupt);
}

TEST_F(PixelsTest, TheRastersOwnMaskComesOnEveryLevel) {
  auto raster = scene(600, 300);
  raster.change().has_mask = true;
  raster.mask = [](int x, int y) { return x >= 300 || y >= 150; };
  const std::string path = make_file("masked.sinr", raster);
  const DatasetPointer dataset = open(path);
  for (int number = 1; number <= 2; ++number) {
    GDALRasterBand& band = *dataset->GetRasterBand(number);
    EXPECT_EQ(band.GetMaskFlags(), GMF_PER_DATASET);
    EXPECT_EQ(read(*band.GetMaskBand(), {298, 148, 4, 1}), (std::vector<double>{0, 0, 255, 255}));
    EXPECT_EQ(read(*band.GetMaskBand(), {0, 148, 1, 1}), std::vector<double>{0});
    EXPECT_EQ(band.GetMaskBand()->GetOverviewCount(), 2);
    EXPECT_EQ(read(*band.GetOverview(0)->GetMaskBand(), {148, 74, 4, 1}), (std::vector<double>{0, 0, 255, 255}));
    EXPECT_EQ(resampled(*band.GetMaskBand(), 0, 0, 600, 300, 6, 2, GRIORA_Average),
              (std::vector<double>{0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255}));
  }
}

TEST_F(PixelsTest, ComplexPixelsKeepBothParts) {
  test::ComputedRaster raster(80, 70, {{Quantity::complex, PixelType::cf32, {}}}, [](int, int x, int y) {
    return Sample{std::cos(0.3 * x), std::sin(0.2 * y)};
  });
  const std::string path = make_file("complex.sinr", raster);
  const DatasetPointer dataset = open(path);
  GDALRasterBand& band = *dataset->GetRasterBand(1);
  EXPECT_EQ(band.GetRasterDataType(), GDT_CFloat32);
  const auto expected = fields(path)->renderer().native({3, 4, 5, 6})[0];
  std::vector<double> values(2 * 30);
  ASSERT_EQ(band.RasterIO(GF_Read, 3, 4, 5, 6, values.data(), 5, 6, GDT_CFloat64, 0, 0, nullptr), CE_None);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(values[2 * i], expected[i].re);
    EXPECT_EQ(values[2 * i + 1], expected[i].im);
  }
}

}  // namespace

}  // namespace sarinr::geo::driver
