#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "scene/memory_raster.h"

namespace sarinr {
namespace {

using test::ComputedRaster;
using test::MeanEngine;
using test::MemoryRaster;
using test::MemorySink;
using test::Silent;

FitJob small_job() {
  FitJob job;
  job.spec.width = 8;
  job.spec.depth = 1;
  job.tile_size = 32;
  job.overlap = 4;
  job.epochs = 2;
  return job;
}

Bytes fit(ComputedRaster& raster, const FitJob& job, Silent& listener, int batch = 3) {
  MemorySink sink;
  fit_raster(
      raster, sink, job,
      [&] {
        auto engine = std::make_unique<MeanEngine>();
        engine->batch = batch;
        return engine;
      },
      listener);
  return sink.data;
}

MemoryRaster render(const Bytes& bytes) {
  const std::shared_ptr<FieldFile> file = FieldFile::open(memory_source(bytes), "test.sinr");
  MemoryRaster out(file->header().width);
  Silent listener;
  render_native(*file, out, listener);
  return out;
}

bool same(Sample a, Sample b) {
  return (a.re == b.re || (std::isnan(a.re) && std::isnan(b.re))) &&
         (a.im == b.im || (std::isnan(a.im) && std::isnan(b.im)));
}

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

TEST(FitRender, EveryClassComesBackExactlyAndValidPixelsStayValid) {
  const BandModel power{Quantity::power, PixelType::f32, -9999.0};
  const auto value = [](int, int x, int y) -> Sample {
    if (x < 20 && y < 60) return {-9999, 0};
    if (x == 50) return {nan_value, 0};
    if (y == 70) return {0, 0};
    if (x == 60) return {std::numeric_limits<double>::infinity(), 0};
    return {static_cast<float>((x + y) % 5 == 0 ? -0.01 * (1 + x % 3) : 0.02 * (1 + (x * y) % 7)), 0};
  };
  ComputedRaster raster(101, 90, {power}, value);
  Silent listener;
  const MemoryRaster back = render(fit(raster, small_job(), listener));
  ASSERT_EQ(back.samples.size(), 101u * 90u);
  for (int y = 0; y < 90; ++y) {
    for (int x = 0; x < 101; ++x) {
      const PixelClass before = classify(power, value(0, x, y));
      const PixelClass after = classify(power, back.at(0, x, y));
      ASSERT_EQ(before, after) << x << ", " << y;
      if (!has_value(before)) {
        EXPECT_TRUE(same(value(0, x, y), back.at(0, x, y))) << x << ", " << y;
      }
    }
  }
}

TEST(FitRender, CategoricalBandsAreLossless) {
  const auto value = [](int band, int x, int y) -> Sample {
    return {band == 0 ? -10.0 - (x ^ y) % 9 : static_cast<double>((x / 7 + y / 5) % 4), 0};
  };
  ComputedRaster raster(70, 65, {{Quantity::decibel, PixelType::f32, {}}, {Quantity::categorical, PixelType::u8, {}}},
                        value);
  Silent listener;
  const MemoryRaster back = render(fit(raster, small_job(), listener));
  for (int y = 0; y < 65; ++y) {
    for (int x = 0; x < 70; ++x) ASSERT_EQ(back.at(1, x, y).re, value(1, x, y).re);
  }
}

TEST(FitRender, ConstantRastersComeBackWithoutANetwork) {
  ComputedRaster raster(100, 100, {{Quantity::amplitude, PixelType::u16, 0.0}}, [](int, int, int) {
    return Sample{1, 0};
  });
  Silent listener;
  const Bytes bytes = fit(raster, small_job(), listener);
  ASSERT_EQ(listener.warnings.size(), 1u);
  EXPECT_TRUE(listener.warnings[0].starts_with("no tile needed a network")) << listener.warnings[0];
  EXPECT_LT(bytes.size(), 600u);
  const MemoryRaster back = render(bytes);
  for (const auto& [place, sample] : back.samples) ASSERT_EQ(sample.re, 1);
}

class TinyRasterTest : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(TinyRasterTest, IsStoredLosslesslyWithAWarning) {
  const auto [width, height] = GetParam();
  const auto value = [](int, int x, int y) { return Sample{0.37 * x - 1.7 * y, std::sin(x + 3.0 * y)}; };
  ComputedRaster raster(width, height, {{Quantity::complex, PixelType::cf64, {}}}, value);
  Silent listener;
  const MemoryRaster back = render(fit(raster, small_job(), listener));
  ASSERT_EQ(back.samples.size(), static_cast<std::size_t>(width * height));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) ASSERT_TRUE(same(value(0, x, y), back.at(0, x, y)));
  }
  EXPECT_EQ(listener.warnings.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Sizes, TinyRasterTest,
                         testing::Values(std::pair{1, 1}, std::pair{1, 200}, std::pair{333, 1}, std::pair{7, 7}));

TEST(FitRender, ARasterWithoutAValidPixelIsLegal) {
  ComputedRaster raster(80, 40, {{Quantity::decibel, PixelType::f32, {}}}, [](int, int, int) {
    return Sample{nan_value, 0};
  });
  Silent listener;
  const MemoryRaster back = render(fit(raster, small_job(), listener));
  EXPECT_EQ(listener.warnings, std::vector<std::string>{"the raster has no valid pixel: nothing was fitted"});
  for (const auto& [place, sample] : back.samples) ASSERT_TRUE(std::isnan(sample.re));
}

TEST(FitRender, TheRastersOwnMaskComesBack) {
  ComputedRaster raster(70, 70, {{Quantity::other, PixelType::f32, {}}}, [](int, int x, int y) {
    return Sample{0.01 * x + 0.02 * y, 0};
  });
  raster.change().has_mask = true;
  raster.mask = [](int x, int y) { return (x - 30) * (x - 30) + (y - 40) * (y - 40) > 200; };
  Silent listener;
  const MemoryRaster back = render(fit(raster, small_job(), listener));
  for (int y = 0; y < 70; ++y) {
    for (int x = 0; x < 70; ++x) ASSERT_EQ(back.mask.at(y * 70 + x) != 0, raster.mask(x, y));
  }
}

TEST(FitRender, SaysThatAMaskOverCategoricalBandsIsNotKept) {
  ComputedRaster raster(40, 40, {{Quantity::categorical, PixelType::u8, {}}}, [](int, int x, int) {
    return Sample{static_cast<double>(x % 3), 0};
  });
  raster.change().has_mask = true;
  raster.mask = [](int x, int) { return x > 3; };
  Silent listener;
  fit(raster, small_job(), listener);
  EXPECT_EQ(listener.warnings,
            std::vector<std::string>{"the raster's own mask is not kept: all its bands are categorical"});
}

TEST(FitRender, TheFileDoesNotDependOnBatches) {
  const auto value = [](int, int x, int y) {
    return Sample{std::floor(50 + 40 * std::sin(0.3 * x) * std::cos(0.2 * y)), 0};
  };
  ComputedRaster raster(200, 150, {{Quantity::amplitude, PixelType::u8, {}}}, value);
  Silent listener;
  const Bytes one = fit(raster, small_job(), listener, 1);
  EXPECT_EQ(one, fit(raster, small_job(), listener, 5));
  EXPECT_EQ(one, fit(raster, small_job(), listener, 100));
}

TEST(FitRender, StopsWhenAskedAndLeavesNoFile) {
  ComputedRaster raster(200, 150, {{Quantity::amplitude, PixelType::u8, {}}}, [](int, int x, int y) {
    return Sample{static_cast<double>((x * y) % 100 + 1), 0};
  });
  Silent listener;
  listener.steps_left = 2;
  MemorySink sink;
  try {
    fit_raster(
        raster, sink, small_job(), [] { return std::make_unique<MeanEngine>(); }, listener);
    FAIL() << "the job went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
}

TEST(FitRender, ATargetInDecibelsNeedsBandsInDecibels) {
  ComputedRaster raster(64, 64, {{Quantity::other, PixelType::f32, {}}}, [](int, int x, int y) {
    return Sample{0.1 * x * y, 0};
  });
  FitJob job = small_job();
  job.target_rmse_db = 1.0;
  MemorySink sink;
  Silent listener;
  try {
    fit_raster(
        raster, sink, job, [] { return std::make_unique<MeanEngine>(); }, listener);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "--target-rmse-db needs bands fitted in decibels, but one is of quantity other: give --target-psnr");
  }
}

TEST(FitRender, TheSummaryIsTheErrorOfTheRender) {
  const auto value = [](int, int x, int y) { return Sample{-12 + 3 * std::sin(0.5 * x + 0.1 * y), 0}; };
  ComputedRaster raster(96, 96, {{Quantity::decibel, PixelType::f64, {}}}, value);
  FitJob job = small_job();
  job.overlap = 0;  // without blending the summary and the render see the same fields
  Silent listener;
  const Bytes bytes = fit(raster, job, listener);
  const std::shared_ptr<FieldFile> file = FieldFile::open(memory_source(bytes), "test.sinr");
  const MemoryRaster back = render(bytes);
  double squares = 0;
  for (int y = 0; y < 96; ++y) {
    for (int x = 0; x < 96; ++x) squares += std::pow(back.at(0, x, y).re - value(0, x, y).re, 2);
  }
  EXPECT_NEAR(file->reader().summary()[0].mean_square_error, squares / (96 * 96), 1e-5);
  EXPECT_NEAR(file->reader().summary()[0].low, -15, 0.01);
  EXPECT_NEAR(file->reader().summary()[0].high, -9, 0.01);
}

}  // namespace
}  // namespace sarinr
