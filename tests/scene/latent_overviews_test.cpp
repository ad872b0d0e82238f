#include "scene/latent_overviews.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "sarinr/container/part_file.h"
#include "sarinr/scene/fit_work.h"
#include "sarinr/scene/latent.h"
#include "scene/latent_fits.h"
#include "scene/memory_raster.h"

namespace sarinr {
namespace {

using test::ComputedRaster;
using test::MemorySink;
using test::Silent;

/// Just large enough for an overview of one tile.
ComputedRaster scene() {
  return ComputedRaster(1250, 1060, {{Quantity::decibel, PixelType::f32, -99.0}}, [](int, int x, int y) {
    const double ripple = 3 * std::sin(0.9 * x + 0.01 * y) * std::cos(0.7 * y);
    return Sample{x + y < 40 ? -99.0 : 6 * std::sin(0.008 * x) * std::cos(0.011 * y) + ripple, 0};
  });
}

LatentJob small_job() {
  LatentJob job;
  job.tile_size = 192;
  job.steps = 2;
  job.levels = 3;
  job.entropy_width = 4;
  job.lambda = 0.05;
  job.overviews = true;
  return job;
}

Bytes fitted(const LatentJob& job, FitReport* report = nullptr) { return test::latent_file(scene(), job, report); }

/// The small job's file, fitted once.
const Bytes& small_file(FitReport* report = nullptr) {
  static FitReport known;
  static const Bytes file = fitted(small_job(), &known);
  if (report != nullptr) *report = known;
  return file;
}

TEST(LatentOverviews, AreFilesOfTheSceneReducedAtItsLambda) {
  FitReport report;
  const auto file = FieldFile::open(memory_source(small_file(&report)), "scene");
  ASSERT_EQ(file->overview_count(), 1);
  EXPECT_EQ(file->overview_factor(0), 8);
  EXPECT_GT(report.sizes.overviews, 0U);
  const auto overview = file->overview(0);
  EXPECT_EQ(overview->header().width, 157);
  EXPECT_EQ(overview->header().height, 133);
  EXPECT_TRUE(is_latent(overview->header().spec));
  EXPECT_EQ(nlohmann::json::parse(overview->header().metadata)["fit"]["lambda"], 0.05);
  // Of decibels the power is averaged: the ripple, 1.5 dB about nothing, adds some tenths.
  const double value = overview->renderer().native({24, 17, 1, 1})[0][0].re;
  EXPECT_NEAR(value, 6 * std::sin(0.008 * 196) * std::cos(0.011 * 140), 1.5);
  EXPECT_EQ(overview->renderer().native({0, 0, 1, 1})[0][0].re, -99);
  LatentJob plain = small_job();
  plain.overviews = false;
  const auto alone = FieldFile::open(memory_source(fitted(plain)), "alone");
  EXPECT_EQ(alone->overview_count(), 0);
  for (int tile = 0; tile < alone->reader().grid().count(); ++tile) {
    ASSERT_EQ(*alone->reader().payload(tile), *file->reader().payload(tile)) << tile;
  }
}

TEST(LatentOverviews, CountTowardsTheRate) {
  ComputedRaster raster = scene();
  const LatentJob job = small_job();
  const std::unique_ptr<LatentEngine> engine = make_latent_engine();
  LatentOverviews overviews(raster, job, *engine);
  ASSERT_TRUE(overviews.any());
  // 157 x 133 of 1250 x 1060 pixels and themselves.
  EXPECT_NEAR(overviews.bits(1e6), 1e6 * 20881 / (1325000 + 20881), 1e-3);
  LatentWork none(nullptr);
  Silent listener;
  double steps = 0;
  const auto advance = [&steps](double done) {
    steps += done;
    return true;
  };
  overviews.fit({0, 41}, 0.05, none, advance, listener);
  EXPECT_EQ(steps, 0) << "it belongs to the part that has tile 42";
  overviews.fit({42, 42}, 0.05, none, advance, listener);
  EXPECT_EQ(steps, 2);
  EXPECT_EQ(overviews.steps({0, 41}), 43 * 2);
  EXPECT_EQ(overviews.steps({40, 42}), (2 + 1 + 1) * 2);
  FitReport report;
  small_file(&report);
  EXPECT_EQ(overviews.bits(1e6), 8 * static_cast<double>(report.sizes.overviews));
}

TEST(LatentOverviews, AreKeptInUnfinishedWork) {
  const Bytes& whole = small_file();
  const auto part = PartFile::temporary("a job");
  // Stopped in the networks, in the overview, behind it and among the tiles.
  for (const int steps : {1, 3, 4, 40}) {
    ComputedRaster raster = scene();
    MemorySink sink;
    Silent listener;
    listener.steps_left = steps;
    EXPECT_THROW(fit_latent_raster(raster, sink, small_job(), *make_latent_engine(), listener, part.get()), Error);
  }
  ComputedRaster raster = scene();
  MemorySink sink;
  Silent listener;
  fit_latent_raster(raster, sink, small_job(), *make_latent_engine(), listener, part.get());
  EXPECT_EQ(sink.data, whole);
}

TEST(LatentOverviews, ThatLeaveTheTilesNothingAreNamed) {
  LatentJob job = small_job();
  job.lambda.reset();
  job.bits = 0.001;
  try {
    fitted(job);
    FAIL() << "no bits were enough";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("masks and header and overviews take"));
  }
}

}  // namespace
}  // namespace sarinr
