#include "scene/overviews.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "scene/memory_raster.h"

namespace sarinr {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

FitJob small_job() {
  FitJob job;
  job.spec.width = 8;
  job.spec.depth = 1;
  job.tile_size = 32;
  job.epochs = 2;
  job.activation.epochs = 0;
  job.overviews = true;
  return job;
}

Bytes fitted(RasterSource& raster, const FitJob& job, FitReport* report = nullptr) {
  test::MemorySink sink;
  test::Silent silent;
  const FitReport done = fit_raster(
      raster, sink, job, [] { return std::make_unique<test::MeanEngine>(); }, silent);
  if (report != nullptr) *report = done;
  return sink.data;
}

TEST(AveragedRaster, AveragesPowerOverFootprints) {
  // Amplitudes 1 and 3 in turn: mean power 5; 7 columns to 4 pixels, of which each spans 1.75.
  test::ComputedRaster raster(
      7, 2, {{Quantity::amplitude, PixelType::f32, -1.0}, {Quantity::other, PixelType::f64, {}}}, [](int, int x, int) {
        return Sample{x % 2 == 0 ? 1.0 : 3.0, 0};
      });
  AveragedRaster reduced(raster, 4, 1);
  const RasterWindow window = reduced.read({0, 0, 4, 1});
  // First: one whole pixel of power 1 and 0.75 of one of 9.
  EXPECT_FLOAT_EQ(static_cast<float>(window.samples[0][0].re), static_cast<float>(std::sqrt((1 + 0.75 * 9) / 1.75)));
  EXPECT_NEAR(window.samples[1][0].re, (1 + 0.75 * 3) / 1.75, 1e-12);
  // Second: 0.25 of the second, the third whole, half of the fourth.
  EXPECT_NEAR(window.samples[1][1].re, (0.25 * 3 + 1 + 0.5 * 3) / 1.75, 1e-12);
  EXPECT_EQ(reduced.info().width, 4);
  // A part is what the whole has there.
  EXPECT_EQ(reduced.read({1, 0, 2, 1}).samples[1][0].re, window.samples[1][1].re);
}

TEST(AveragedRaster, DecibelsAreAveragedAsPower) {
  test::ComputedRaster raster(8, 8, {{Quantity::decibel, PixelType::f64, {}}}, [](int, int x, int) {
    return Sample{x % 2 == 0 ? 0.0 : 20.0, 0};
  });
  AveragedRaster reduced(raster, 1, 1);
  EXPECT_NEAR(reduced.read({0, 0, 1, 1}).samples[0][0].re, 10 * std::log10(50.5), 1e-9);
}

TEST(AveragedRaster, PixelsWithoutAValueDoNotCount) {
  test::ComputedRaster raster(8, 8,
                              {{Quantity::power, PixelType::f32, -5.0}, {Quantity::categorical, PixelType::u8, {}}},
                              [](int band, int x, int y) {
                                if (band == 1) return Sample{x < 3 ? 7.0 : 9.0, 0};
                                return Sample{x < 4 || y < 7 ? -5.0 : 2.0 + x, 0};
                              });
  raster.change().has_mask = true;
  raster.mask = [](int x, int) { return x != 7; };
  AveragedRaster reduced(raster, 2, 1);
  const RasterWindow window = reduced.read({0, 0, 2, 1});
  EXPECT_EQ(window.samples[0][0].re, -5);
  EXPECT_EQ(window.samples[0][1].re, 7);  // of 6, 7 and 8; the fourth is masked
  EXPECT_EQ(window.samples[1][0].re, 7);
  EXPECT_EQ(window.samples[1][1].re, 9);
  EXPECT_THAT(window.mask, ElementsAre(1, 1));
}

TEST(Overviews, AsManyAsStaySmall) {
  const auto factors = [](int width, int height) {
    FitJob job = small_job();
    job.tile_size = 256;
    RasterInfo info;
    info.width = width;
    info.height = height;
    return overview_factors(info, job);
  };
  EXPECT_THAT(factors(20000, 20000), ElementsAre(8, 16, 32, 64, 128));
  EXPECT_THAT(factors(2048, 2048), ElementsAre(8));
  EXPECT_THAT(factors(1500, 1500), ElementsAre());  // one tile for 36
  EXPECT_THAT(factors(700, 700), ElementsAre());
  FitJob job = small_job();
  job.overviews = false;
  RasterInfo large;
  large.width = large.height = 20000;
  EXPECT_THAT(overview_factors(large, job), ElementsAre());
}

TEST(Overviews, StandInTheFileAndGiveTheReducedScene) {
  test::ComputedRaster raster(1100, 1030, {{Quantity::power, PixelType::f32, {}}}, [](int, int x, int y) {
    return Sample{std::exp(0.002 * (x + y)), 0};
  });
  FitReport report;
  const Bytes bytes = fitted(raster, small_job(), &report);
  EXPECT_EQ(report.sizes.file, bytes.size());
  const auto file = FieldFile::open(memory_source(bytes), "scene");
  ASSERT_EQ(file->overview_count(), 1);
  EXPECT_EQ(file->overview_factor(0), 8);
  EXPECT_EQ(file->reader().sizes().overviews, report.sizes.overviews);
  EXPECT_EQ(file->reader().sizes().overhead(), report.sizes.overhead());
  const auto overview = file->overview(0);
  EXPECT_EQ(overview, file->overview(0));
  EXPECT_EQ(overview->header().width, 138);
  EXPECT_EQ(overview->header().height, 129);
  // The engine of this test gives each tile's mean in decibels; over 32 pixels the scene changes by about 2 dB.
  const double value = 10 * std::log10(overview->renderer().native({70, 60, 1, 1})[0][0].re);
  EXPECT_NEAR(value, 10 * std::log10(std::exp(0.002 * (70.5 + 60.5) * 8)), 1.5);
  // The tiles themselves are what they are without overviews.
  FitJob plain = small_job();
  plain.overviews = false;
  const auto alone = FieldFile::open(memory_source(fitted(raster, plain)), "alone");
  EXPECT_EQ(alone->overview_count(), 0);
  for (int tile = 0; tile < alone->reader().grid().count(); ++tile) {
    ASSERT_EQ(*alone->reader().payload(tile), *file->reader().payload(tile));
  }
}

TEST(Overviews, DamageInOneIsFoundAndNamed) {
  test::ComputedRaster raster(1100, 1030, {{Quantity::power, PixelType::f32, {}}}, [](int, int x, int y) {
    return Sample{std::exp(0.002 * (x + y)), 0};
  });
  FitReport report;
  Bytes bytes = fitted(raster, small_job(), &report);
  const auto sound = FieldFile::open(memory_source(bytes), "scene");
  const std::unique_ptr<ByteSource> part = sound->reader().overview(0);
  Bytes inner(static_cast<std::size_t>(part->size()));
  ASSERT_TRUE(part->read(0, inner));
  EXPECT_FALSE(part->read(1, inner));
  const auto place = std::search(bytes.begin(), bytes.end(), inner.begin(), inner.end());
  ASSERT_NE(place, bytes.end());
  place[3] ^= 0x55;
  const auto file = FieldFile::open(memory_source(bytes), "scene");
  EXPECT_EQ(file->renderer().native({0, 0, 1, 1}).size(), 1u);
  try {
    (void)file->overview(0);
    FAIL() << "a damaged overview was opened";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("scene, overview 1/8: "));
  }
}

TEST(Overviews, AJobCanBeStoppedWithinThem) {
  test::ComputedRaster raster(1100, 1030, {{Quantity::power, PixelType::f32, {}}}, [](int, int x, int y) {
    return Sample{1.0 + x + y, 0};
  });
  FitJob job = small_job();
  struct StopLate final : JobListener {
    void message(const std::string&) override {}
    void warning(const std::string&) override {}
    bool progress(double done, double total, std::optional<double>) override {
      last = done / total;
      return done < total - 4;
    }
    double last = 0;
  } listener;
  test::MemorySink sink;
  EXPECT_THROW(fit_raster(
                   raster, sink, job, [] { return std::make_unique<test::MeanEngine>(); }, listener),
               Error);
  EXPECT_GT(listener.last, 0.95);
}

}  // namespace

}  // namespace sarinr
