// The cuda engine on several emulated GPUs: who fits which tile, what fails, and what copies meet.

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "fit/fused_problem.h"
#include "fit/wrapped_device.h"
#include "sarinr/base/error.h"

namespace sarinr {
namespace {

using fused::OpenDevice;
using test::FusedCase;
using test::problem_of;
using test::tile_of;

const FusedCase small{"siren", 16, 1, 2, 20, 12, false};

std::vector<NormalisedTile> tiles_of(int count) {
  std::vector<NormalisedTile> tiles;
  for (int i = 0; i < count; ++i) {
    tiles.push_back(
        tile_of({"siren", 16, 1, 2, 20 - i % 3, 12 - i % 2, i % 2 == 0}, 4 + static_cast<std::uint64_t>(i)));
  }
  return tiles;
}

OpenDevice emulated(std::size_t memory = std::size_t{1} << 28) {
  return [=] { return fused::make_emulated_device(memory, test::hopper_shared_bytes); };
}

std::unique_ptr<Engine> engine_on(const std::vector<OpenDevice>& gpus) {
  return fused::make_engine_on(gpus, {"cuda", "auto", 1});
}

void expect_same(const std::vector<TileFit>& a, const std::vector<TileFit>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].weights, b[i].weights) << i;
    EXPECT_EQ(a[i].losses, b[i].losses) << i;
    EXPECT_EQ(a[i].epochs, b[i].epochs) << i;
  }
}

TEST(FusedLanes, GiveTheSameBitsWhateverTheNumberOfGpus) {
  const FitProblem problem = problem_of(small);
  const std::vector<NormalisedTile> tiles = tiles_of(11);
  FitOptions options{6, 2e-3, {}};
  options.target.assign(tiles.size(), {0.0f, 0.0f});
  options.target[3] = {1.0f, 1.0f};
  const std::vector<TileFit> one = engine_on({emulated()})->fit(problem, tiles, options, {});
  EXPECT_EQ(one[3].epochs, 0);
  for (const std::size_t gpus : {2, 3, 7}) {
    expect_same(engine_on(std::vector<OpenDevice>(gpus, emulated()))->fit(problem, tiles, options, {}), one);
  }
}

/// Notes which object ran how many tiles.
class NotedDevice final : public test::WrappedDevice {
 public:
  NotedDevice(std::unique_ptr<fused::Device> device, std::atomic<int>& tiles)
      : WrappedDevice(std::move(device)), tiles_(tiles) {}
  using WrappedDevice::run;
  void run(const fused::Arguments& arguments) override {
    if (arguments.first_epoch == 0) tiles_ += arguments.tiles;
    WrappedDevice::run(arguments);
  }

 private:
  std::atomic<int>& tiles_;
};

TEST(FusedLanes, ShareTheTilesAndDoWithoutThoseThatHaveNoMemory) {
  const FitProblem problem = problem_of(small);
  const std::vector<NormalisedTile> tiles = tiles_of(9);
  const FitOptions options{3, 2e-3, {}};
  std::atomic<int> poor_tiles = 0;
  std::atomic<int> rich_tiles = 0;
  const OpenDevice poor = [&] { return std::make_unique<NotedDevice>(emulated(4000)(), poor_tiles); };
  const OpenDevice rich = [&] { return std::make_unique<NotedDevice>(emulated()(), rich_tiles); };
  expect_same(engine_on({poor, rich})->fit(problem, tiles, options, {}),
              engine_on({emulated()})->fit(problem, tiles, options, {}));
  EXPECT_EQ(poor_tiles, 0);
  EXPECT_EQ(rich_tiles, 9);
}

TEST(FusedLanes, KeepTheirRoomForTheNextBatchAndForgetTheLast) {
  const FitProblem problem = problem_of(small);
  const std::vector<NormalisedTile> tiles = tiles_of(6);
  const FitOptions options{4, 2e-3, {}};
  const std::unique_ptr<Engine> engine = engine_on({emulated()});
  const std::vector<TileFit> all = engine->fit(problem, tiles, options, {});
  expect_same(engine->fit(problem, tiles, options, {}), all);
  // Fewer, and another start, in the same room; then a fit of another kind.
  FitProblem other = problem;
  for (float& weight : other.start) weight *= 0.5f;
  const std::vector<NormalisedTile> some(tiles.begin() + 4, tiles.end());
  expect_same(engine->fit(other, some, options, {}), engine_on({emulated()})->fit(other, some, options, {}));
  FitOptions longer{7, 1e-3, {}};
  expect_same(engine->fit(problem, tiles, longer, {}), engine_on({emulated()})->fit(problem, tiles, longer, {}));
  expect_same(engine->fit(problem, tiles, options, {}), all);
}

TEST(FusedLanes, StageMoreTilesThanPageLockedMemoryHolds) {
  // 16 MB stage five tiles of the grid's size; these are smaller than their grid.
  const FitProblem problem = problem_of({"siren", 16, 0, 1, 800, 800, false});
  const std::size_t pixels = 40 * 30;
  std::vector<NormalisedTile> tiles(
      15, {40, 30, std::vector<float>(pixels, 0.5f), std::vector<std::uint8_t>(pixels, std::uint8_t{0})});
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    // One pixel counts, another value in every tile: the first loss is that pixel's square error.
    tiles[i].values[77 * i] = static_cast<float>(i);
    tiles[i].valid[77 * i] = 1;
  }
  const std::vector<TileFit> fits = engine_on({emulated()})->fit(problem, tiles, {1, 1e-3, {}}, {});
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const double expected = mean_square_error(problem, tiles[i], problem.start);
    EXPECT_NEAR(fits[i].losses.at(0), expected, 1e-3 * (1 + expected)) << i;
  }
}

/// Fails at the start of its second launch.
class FailingDevice final : public test::WrappedDevice {
 public:
  using WrappedDevice::run;
  using WrappedDevice::WrappedDevice;
  void run(const fused::Arguments& arguments) override {
    if (++launches_ == 2) throw Error("the cuda engine failed while starting the kernel: it fell off the bus");
    WrappedDevice::run(arguments);
  }

 private:
  int launches_ = 0;
};

TEST(FusedLanes, EndWithTheFirstFailure) {
  const FitProblem problem = problem_of(small);
  const std::vector<NormalisedTile> tiles = tiles_of(40);
  const OpenDevice failing = [] { return std::make_unique<FailingDevice>(emulated(60000)()); };
  try {
    engine_on({emulated(60000), failing})->fit(problem, tiles, {3, 1e-3, {}}, {});
    FAIL() << "the failure was lost";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()), "the cuda engine failed while starting the kernel: it fell off the bus");
  }
}

TEST(FusedLanes, TellOfEveryStepOneAtATimeAndStopTogether) {
  const FitProblem problem = problem_of(small);
  const std::vector<NormalisedTile> tiles = tiles_of(12);
  const std::unique_ptr<Engine> engine = engine_on({emulated(), emulated(), emulated()});
  std::size_t steps = 0;
  std::atomic<int> inside = 0;
  engine->fit(problem, tiles, {5, 1e-3, {}}, [&](std::size_t done) {
    EXPECT_EQ(++inside, 1);
    steps += done;
    --inside;
    return true;
  });
  EXPECT_EQ(steps, 60u);
  int calls = 0;
  try {
    engine->fit(problem, tiles, {5, 1e-3, {}}, [&](std::size_t) { return ++calls < 2; });
    FAIL() << "the fit went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  EXPECT_EQ(calls, 2);
}

TEST(EmulatedDevice, ShowsWhoChangesWhatIsStillToBeCopied) {
  const std::unique_ptr<fused::Device> device = emulated()();
  const fused::Buffer<int> buffer(*device, 1);
  int value = 1;
  device->upload(buffer.get(), &value, sizeof value);
  value = 2;
  int found = 0;
  device->download(&found, buffer.get(), sizeof found);
  EXPECT_EQ(found, 2);
}

}  // namespace
}  // namespace sarinr
