#include "sarinr/scene/fit_work.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "scene/memory_raster.h"
#include "scene/part_entries.h"
#include "scene/queue_ranks.h"

namespace sarinr {
namespace {

using test::ComputedRaster;
using test::failure;
using test::MeanEngine;
using test::MemorySink;
using test::Postbox;
using test::QueueRanks;
using test::Silent;
using testing::HasSubstr;

FitJob small_job() {
  FitJob job;
  job.spec.width = 8;
  job.spec.depth = 1;
  job.tile_size = 32;
  job.epochs = 2;
  job.overviews = true;
  return job;
}

/// A corner without values first, so that parts do not begin with the first network.
ComputedRaster scene() {
  return ComputedRaster(1100, 200, {{Quantity::amplitude, PixelType::f32, -1.0}}, [](int, int x, int y) {
    return Sample{y < 50 ? -1.0 : std::floor(50 + 40 * std::sin(0.3 * x) * std::cos(0.2 * y)), 0};
  });
}

std::unique_ptr<Engine> mean_engine() { return std::make_unique<MeanEngine>(); }

Bytes uninterrupted(const FitJob& job) {
  ComputedRaster raster = scene();
  MemorySink sink;
  Silent listener;
  fit_raster(raster, sink, job, mean_engine, listener);
  return sink.data;
}

Bytes assembled(const std::vector<NamedPart>& parts) {
  MemorySink sink;
  write_field_file(parts, sink);
  return sink.data;
}

TEST(FitWork, StoppedAnywhereAndResumedMakesTheSameFile) {
  const FitJob job = small_job();
  const Bytes whole = uninterrupted(job);
  const auto part = PartFile::temporary("a job");
  int stops = 0;
  for (int steps = 3;; steps += 4) {
    ComputedRaster raster = scene();
    Silent listener;
    listener.steps_left = steps;
    try {
      fit_tiles(raster, job, mean_engine, {part.get(), {}, nullptr, nullptr}, listener);
      break;
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::interrupted);
      ++stops;
    }
  }
  EXPECT_GT(stops, 3);
  EXPECT_EQ(assembled({{"part", part.get()}}), whole);
}

TEST(FitWork, AReadThatFailsLeavesGoodTiles) {
  const FitJob job = small_job();
  const auto part = PartFile::temporary("a job");
  struct Broken final : RasterSource {
    const RasterInfo& info() const override { return raster.info(); }
    RasterWindow read(const Extent& window) override {
      if (--reads == 0) throw Error("cannot read");
      return raster.read(window);
    }
    ComputedRaster raster = scene();
    int reads = 0;
  };
  // Each failure comes while earlier batches are being fitted and coded.
  for (const int reads : {9, 40, 70, 90}) {
    Broken source;
    source.reads = reads;
    Silent listener;
    EXPECT_EQ(failure([&] {
                fit_tiles(source, job, mean_engine, {part.get(), {}, nullptr, nullptr}, listener);
              }),
              "cannot read");
  }
  ComputedRaster raster = scene();
  Silent listener;
  fit_tiles(raster, job, mean_engine, {part.get(), {}, nullptr, nullptr}, listener);
  EXPECT_EQ(assembled({{"part", part.get()}}), uninterrupted(job));
}

std::unique_ptr<PartFile> fitted(const FitJob& job, const TileRange& tiles) {
  ComputedRaster raster = scene();
  Silent listener;
  auto part = PartFile::temporary(describe(job, raster, tiles));
  fit_tiles(raster, job, mean_engine, {part.get(), tiles, nullptr, nullptr}, listener);
  return part;
}

TEST(FitWork, PartsMakeTheFileOfOneRun) {
  const FitJob job = small_job();
  const int count = tile_count(scene().info(), job);
  const auto one = fitted(job, {0, 20});
  const auto two = fitted(job, {15, count - 30});
  const auto three = fitted(job, {count - 29, count - 1});
  EXPECT_EQ(assembled({{"3", three.get()}, {"1", one.get()}, {"2", two.get()}}), uninterrupted(job));
  EXPECT_EQ(failure([&] {
              assembled({{"1", one.get()}, {"3", three.get()}});
            }),
            "the parts do not hold tiles 21 to " + std::to_string(count - 30) + " of " + std::to_string(count) +
                ": fit them with --tiles");
}

TEST(FitWork, PartsOfOtherJobsAreRefused) {
  const FitJob job = small_job();
  FitJob other = job;
  other.epochs = 3;
  const auto one = fitted(job, {0, 20});
  const auto two = fitted(other, {21, 40});
  EXPECT_EQ(failure([&] {
              assembled({{"1", one.get()}, {"2", two.get()}});
            }),
            "1 and 2 are not parts of one job: one has --epochs 2, the other --epochs 3");
}

TEST(FitWork, DamagedEntriesAreNoFile) {
  const auto part = fitted(small_job(), {0, 0});
  part->append(entry_kind::tile, 1, Bytes{1});
  const int count = tile_count(scene().info(), small_job());
  for (int tile = 2; tile < count; ++tile) part->append(entry_kind::tile, static_cast<std::uint64_t>(tile), Bytes{0});
  EXPECT_EQ(failure([&] { assembled({{"it", part.get()}}); }), "it is damaged: an entry of it makes no sense");
}

TEST(ParseTiles, TakesRangesAndFractions) {
  EXPECT_EQ(parse_tiles("0-9", 10), (TileRange{0, 9}));
  EXPECT_EQ(parse_tiles("7-7", 10), (TileRange{7, 7}));
  int next = 0;
  for (const char* text : {"1/3", "2/3", "3/3"}) {
    const TileRange range = parse_tiles(text, 11);
    EXPECT_EQ(range.first, next);
    next = range.last + 1;
  }
  EXPECT_EQ(next, 11);
  for (const char* text : {"", "-", "3", "5-4", "0-10", "-1-4", "0/3", "4/3", "1/11", "1/", "a-b", "1-2-3"}) {
    EXPECT_THAT(failure([&] { parse_tiles(text, 10); }), HasSubstr("it must be A-B, tiles between 0 and 9")) << text;
  }
}

TEST(Difference, NamesWhatChanged) {
  const ComputedRaster raster = scene();
  const FitJob job = small_job();
  const std::string before = describe(job, raster, std::nullopt);
  EXPECT_EQ(difference(before, before), "");
  FitJob other = job;
  other.spec.parameters = {31.0f, 30.0f};
  FitJob completed = job;
  completed.spec.parameters = {30.0f, 30.0f};
  EXPECT_EQ(difference(describe(completed, raster, std::nullopt), describe(other, raster, std::nullopt)),
            "it was begun with --w0-first 30.0, and this is --w0-first 31.0");
  other = job;
  other.target_psnr = 30;
  EXPECT_EQ(difference(before, describe(other, raster, std::nullopt)),
            "it was begun with --target-psnr none, and this is --target-psnr 30.0");
  EXPECT_EQ(difference(before, describe(job, raster, TileRange{3, 4})),
            "it was begun with --tiles all, and this is --tiles 3-4");
  EXPECT_THAT(difference(R"({"version":"0.0.1"})", before), HasSubstr("it was begun by sarinr 0.0.1, and this is"));
  EXPECT_EQ(difference(R"({"files":{"a.tif":{"bytes":1}}})", R"({"files":{"a.tif":{"bytes":2}}})"),
            "the input a.tif has changed since");
}

TEST(Ranks, ShareTheTilesOfAScene) {
  const FitJob job = small_job();
  constexpr int count = 3;
  Postbox box(count);
  const auto part = PartFile::temporary("a job");
  std::vector<std::thread> processes;
  std::array<std::atomic<int>, count> tiles{};
  for (int rank = 0; rank < count; ++rank) {
    processes.emplace_back([&, rank] {
      QueueRanks ranks(box, rank);
      ComputedRaster raster = scene();
      Silent listener;
      const auto make = [&tiles, rank] {
        ++tiles[static_cast<std::size_t>(rank)];
        return mean_engine();
      };
      fit_tiles(raster, job, make, {rank == 0 ? part.get() : nullptr, {}, &ranks, nullptr}, listener);
    });
  }
  for (std::thread& process : processes) process.join();
  EXPECT_EQ(assembled({{"part", part.get()}}), uninterrupted(job));
  EXPECT_GT(tiles[0] + tiles[1] + tiles[2], 1) << "one process did it all";
}

TEST(Ranks, AreDismissedWhereNothingIsLeft) {
  Postbox box(2);
  std::thread other([&box] {
    QueueRanks ranks(box, 1);
    ComputedRaster raster = scene();
    Silent listener;
    fit_tiles(raster, small_job(), mean_engine, {nullptr, {}, &ranks, nullptr}, listener);
  });
  QueueRanks ranks(box, 0);
  dismiss(ranks);
  other.join();
}

}  // namespace
}  // namespace sarinr
