#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <thread>

#include "sarinr/base/random.h"
#include "sarinr/scene/fit_work.h"
#include "scene/latent_fits.h"
#include "scene/memory_raster.h"
#include "scene/part_entries.h"
#include "scene/queue_ranks.h"

namespace sarinr {
namespace {

using test::ComputedRaster;
using test::failure;
using test::MemorySink;
using test::Postbox;
using test::QueueRanks;
using test::Silent;
using testing::HasSubstr;

constexpr int size = 384;

/// Four tiles of waves and noise.
ComputedRaster scene(std::uint64_t seed = 1) {
  auto noise = std::make_shared<std::vector<double>>();
  Random random(seed);
  for (int i = 0; i < size * size; ++i) noise->push_back(2 * random.uniform() - 1);
  return ComputedRaster(size, size, {{Quantity::decibel, PixelType::f64, -99.0}}, [noise](int, int x, int y) {
    if (x < 30 && y > 60 && y < 220) return Sample{-99, 0};
    return Sample{5 * std::sin(0.05 * x) * std::cos(0.03 * y) + (*noise)[static_cast<std::size_t>(y * size + x)], 0};
  });
}

LatentJob small_job() {
  LatentJob job;
  job.tile_size = 192;
  job.steps = 12;
  job.levels = 4;
  job.entropy_width = 4;
  job.lambda = 0.02;
  return job;
}

Bytes uninterrupted(const LatentJob& job, FitReport* report = nullptr) {
  return test::latent_file(scene(), job, report);
}

/// Networks take most of the time: later parts of a job on the usual scene take those of its first. That they would
/// have found the same is for AreTheSameAfterAResumption.
std::unique_ptr<PartFile> fitted(const LatentJob& job, const TileRange& tiles) {
  static std::map<std::string, Bytes> networks;
  ComputedRaster raster = scene();
  Silent listener;
  auto part = PartFile::temporary(describe(job, raster, tiles));
  Bytes& known = networks[describe(job, raster, std::nullopt)];
  if (!known.empty()) part->append(entry_kind::latent_start, 0, known);
  fit_latent_part(raster, job, *make_latent_engine(), tiles, *part, listener);
  if (known.empty() && !part->entries().empty()) known = *part->read(part->entries().front());
  return part;
}

std::unique_ptr<PartFile> fitted(const LatentJob& job, const TileRange& tiles, ComputedRaster raster) {
  Silent listener;
  auto part = PartFile::temporary(describe(job, raster, tiles));
  fit_latent_part(raster, job, *make_latent_engine(), tiles, *part, listener);
  return part;
}

Bytes joined(const std::vector<NamedPart>& parts, FitReport* report = nullptr) {
  const std::unique_ptr<PartFile> whole = join_latent_parts(parts, scene(), "scene.tif");
  return test::latent_file(scene(), described_latent_job(whole->description()).value(), report, whole.get());
}

/// Mean squared errors of a file's pixels in rows [begin, end).
double error_of(const FieldFile& file, int begin, int end) {
  ComputedRaster raster = scene();
  const Extent rows{0, begin, size, end - begin};
  const std::vector<Sample> source = raster.read(rows).samples[0];
  const std::vector<Sample> found = file.renderer().native(rows)[0];
  double sum = 0;
  int count = 0;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i].re == -99) continue;
    sum += (source[i].re - found[i].re) * (source[i].re - found[i].re);
    ++count;
  }
  return sum / count;
}

TEST(LatentParts, MakeAFileThatIsAboutThatOfOneProcess) {
  FitReport whole_report;
  const auto whole = FieldFile::open(memory_source(uninterrupted(small_job(), &whole_report)), "whole");
  // The second part begins within a row of tiles, the third with one.
  const auto one = fitted(small_job(), {0, 0});
  const auto two = fitted(small_job(), {1, 1});
  const auto three = fitted(small_job(), {2, 3});
  FitReport report;
  const Bytes bytes = joined({{"3", three.get()}, {"1", one.get()}, {"2", two.get()}}, &report);
  const auto file = FieldFile::open(memory_source(bytes), "joined");
  EXPECT_EQ(*file->reader().payload(0), *whole->reader().payload(0));
  EXPECT_NE(*file->reader().payload(1), *whole->reader().payload(1));
  EXPECT_NEAR(static_cast<double>(report.sizes.file), static_cast<double>(whole_report.sizes.file),
              0.03 * static_cast<double>(whole_report.sizes.file));
  // Errors were measured with all tiles at hand, as a reader finds them.
  const double told = static_cast<double>(report.channels[0].mean_square_error);
  EXPECT_NEAR(error_of(*file, 0, size), told, 1e-3 * told);
  EXPECT_NEAR(told, static_cast<double>(whole_report.channels[0].mean_square_error), 0.05 * told);
  // Beside the border of two parts the fields miss each other's nodes, but only by so much.
  EXPECT_LT(error_of(*file, 188, 196), 1.5 * told);
}

TEST(LatentParts, AreTheSameAfterAResumption) {
  const auto straight = fitted(small_job(), {1, 2});
  const auto part = PartFile::temporary("a job");
  int stops = 0;
  for (int steps = 8;; steps += 5) {
    ComputedRaster raster = scene();
    Silent listener;
    listener.steps_left = steps;
    try {
      fit_latent_part(raster, small_job(), *make_latent_engine(), {1, 2}, *part, listener);
      break;
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::interrupted);
      ++stops;
    }
  }
  EXPECT_GT(stops, 3);
  ASSERT_EQ(part->entries().size(), straight->entries().size());
  for (std::size_t i = 0; i < part->entries().size(); ++i) {
    EXPECT_EQ(*part->read(part->entries()[i]), *straight->read(straight->entries()[i])) << i;
  }
}

TEST(LatentParts, SharesOfAGoalMakeTheGoal) {
  LatentJob job = small_job();
  job.lambda.reset();
  job.steps = 60;
  job.rmse_db = 0.5;
  const auto one = fitted(job, {0, 1});
  const auto two = fitted(job, {2, 3});
  FitReport report;
  joined({{"1", one.get()}, {"2", two.get()}}, &report);
  EXPECT_NEAR(std::sqrt(static_cast<double>(report.channels[0].mean_square_error)), 0.5, 0.04);
}

TEST(LatentParts, OfATileInSeveralPartsTheFirstCounts) {
  const auto one = fitted(small_job(), {0, 2});
  const auto two = fitted(small_job(), {2, 3});
  const auto first = FieldFile::open(memory_source(joined({{"1", one.get()}, {"2", two.get()}})), "first");
  const auto second = FieldFile::open(memory_source(joined({{"2", two.get()}, {"1", one.get()}})), "second");
  EXPECT_NE(*first->reader().payload(2), *second->reader().payload(2));
  EXPECT_EQ(*first->reader().payload(1), *second->reader().payload(1));
}

TEST(LatentParts, ThatDoNotBelongTogetherAreRefused) {
  LatentJob quick = small_job();
  quick.steps = 6;
  const auto one = fitted(quick, {0, 0});
  const auto two = fitted(quick, {3, 3});
  const auto join = [](const std::vector<NamedPart>& parts, const ComputedRaster& raster) {
    return failure([&] { join_latent_parts(parts, raster, "scene.tif"); });
  };
  EXPECT_EQ(join({{"1", one.get()}, {"2", two.get()}}, scene()),
            "the parts do not hold tiles 1 to 2 of 4: fit them with --tiles");
  const auto other = fitted(quick, {1, 2}, scene(2));
  EXPECT_THAT(join({{"1", one.get()}, {"x", other.get()}, {"2", two.get()}}, scene()),
              HasSubstr("1 and x were fitted with different networks"));
  LatentJob longer = quick;
  longer.effort = 6;
  const auto effort = fitted(longer, {1, 2});
  EXPECT_EQ(join({{"1", one.get()}, {"e", effort.get()}, {"2", two.get()}}, scene()),
            "1 and e are not of one job: one has --effort 5, the other --effort 6");
  const auto empty = PartFile::temporary(one->description());
  EXPECT_EQ(join({{"empty", empty.get()}}, scene()), "empty holds no networks yet");
}

TEST(LatentParts, ThereAreNoneOfWhatCannotBeShared) {
  LatentJob job = small_job();
  job.tile_size = 1024;
  EXPECT_TRUE(fitted(job, {0, 0})->entries().empty());
  const ComputedRaster constant(size, size, {{Quantity::decibel, PixelType::f32, {}}}, [](int, int, int) {
    return Sample{3, 0};
  });
  EXPECT_TRUE(fitted(small_job(), {0, 1}, constant)->entries().empty());
}

/// What so many ranks leave in rank 0's part file.
std::unique_ptr<PartFile> shared(int count, const LatentJob& job, std::unique_ptr<PartFile> part) {
  Postbox box(count);
  std::vector<std::thread> processes;
  for (int rank = 0; rank < count; ++rank) {
    processes.emplace_back([&, rank] {
      QueueRanks ranks(box, rank);
      ComputedRaster raster = scene();
      Silent listener;
      share_latent_tiles(raster, job, *make_latent_engine(), rank == 0 ? part.get() : nullptr, ranks, listener);
    });
  }
  for (std::thread& process : processes) process.join();
  return part;
}

TEST(LatentRanks, MakeTheFileOfAsManyParts) {
  const LatentJob job = small_job();
  const auto one = fitted(job, {0, 1});
  const auto two = fitted(job, {2, 3});
  const Bytes parts = joined({{"1", one.get()}, {"2", two.get()}});
  const std::string description = describe(job, scene(), std::nullopt);
  const auto whole = shared(2, job, PartFile::temporary(description));
  EXPECT_EQ(joined({{"whole", whole.get()}}), parts);
  // Begun before: of the networks and tiles that are there none is fitted again.
  auto begun = PartFile::temporary(description);
  for (const PartFile::Entry& entry : whole->entries()) {
    if (is_latent_start(entry) || entry.number % 3 == 0) begun->append(entry.kind, entry.number, *whole->read(entry));
  }
  const std::size_t before = begun->entries().size();
  begun = shared(2, job, std::move(begun));
  EXPECT_EQ(begun->entries().size(), whole->entries().size());
  EXPECT_GT(begun->entries().size(), before);
  EXPECT_EQ(joined({{"begun", begun.get()}}), parts);
}

TEST(LatentRanks, MoreThanTilesAndNoneToShare) {
  LatentJob job = small_job();
  job.steps = 4;
  const auto many = shared(6, job, PartFile::temporary(describe(job, scene(), std::nullopt)));
  FitReport report;
  joined({{"many", many.get()}}, &report);
  EXPECT_EQ(report.network_tiles, 4);
  job.tile_size = 1024;
  EXPECT_TRUE(shared(2, job, PartFile::temporary("a job"))->entries().empty());
}

TEST(LatentRanks, AreDismissedWhereNothingIsLeft) {
  Postbox box(2);
  std::thread other([&box] {
    QueueRanks ranks(box, 1);
    ComputedRaster raster = scene();
    Silent listener;
    share_latent_tiles(raster, small_job(), *make_latent_engine(), nullptr, ranks, listener);
  });
  QueueRanks ranks(box, 0);
  dismiss(ranks);
  other.join();
}

TEST(LatentParts, DescribeTheirJob) {
  LatentJob job = small_job();
  job.lambda.reset();
  job.rmse_db = 0.1 + 0.2;
  job.seed = 18446744073709551615U;
  job.neighbours = 24;
  job.overviews = true;
  job.keep_speckle = true;
  job.preset = "archive";
  const std::string description = describe(job, scene(), TileRange{1, 2});
  const LatentJob found = described_latent_job(description).value();
  EXPECT_EQ(describe(found, scene(), TileRange{1, 2}), description);
  EXPECT_EQ(found.rmse_db, job.rmse_db);
  EXPECT_FALSE(described_latent_job(describe(FitJob{}, scene(), std::nullopt)).has_value());
  EXPECT_THAT(failure([] { described_latent_job(R"({"options":{"--field":"latent","--tile-size":"x"}})"); }),
              HasSubstr("makes no sense"));
}

}  // namespace
}  // namespace sarinr
