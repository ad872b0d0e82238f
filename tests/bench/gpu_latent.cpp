// How long a step of a latent field's fit takes, with networks that stay as they are and with networks in training: one
// JSON object. Needs no GDAL.
//   bench_gpu_latent ENGINE DEVICE TILE_SIZE CHANNELS WIDTH NEIGHBOURS ENTROPY_WIDTH STEPS

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "fit/latent_training.h"
#include "sarinr/base/error.h"
#include "sarinr/base/random.h"

namespace {

using sarinr::LatentShape;

sarinr::LatentTarget noise(int size, int channels) {
  sarinr::LatentTarget target;
  target.raster_width = target.raster_height = size;
  target.core = target.region = {0, 0, size, size};
  sarinr::Random random(1);
  const auto count =
      static_cast<std::size_t>(channels) * static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  for (std::size_t i = 0; i < count; ++i) target.values.push_back(static_cast<float>(random.normal()));
  target.weights.assign(count, 1);
  return target;
}

/// Median of five rounds, after one that warms up.
double seconds_a_step(sarinr::TileTraining& tile, int steps, bool trains_networks) {
  sarinr::LatentSchedule schedule;
  schedule.steps = steps;
  schedule.hard_steps = 0;
  schedule.train_weights = trains_networks;
  std::vector<double> seconds;
  for (int round = 0; round < 6; ++round) {
    sarinr::LatentTrainer trainer(tile.shape(), {}, 1);
    trainer.add(tile);
    const auto begin = std::chrono::steady_clock::now();
    trainer.run(schedule, {}, [] { return true; });
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    if (round > 0) seconds.push_back(taken.count() / steps);
  }
  std::nth_element(seconds.begin(), seconds.begin() + 2, seconds.end());
  return seconds[2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9) {
    std::fprintf(stderr,
                 "usage: bench_gpu_latent ENGINE DEVICE TILE_SIZE CHANNELS WIDTH NEIGHBOURS ENTROPY_WIDTH STEPS\n");
    return 2;
  }
  try {
    const auto engine = sarinr::make_latent_engine({.engine = argv[1], .device = argv[2]});
    const int size = std::atoi(argv[3]);
    LatentShape shape;
    shape.levels = 6;
    shape.channels = std::atoi(argv[4]);
    shape.width = std::atoi(argv[5]);
    shape.neighbours = std::atoi(argv[6]);
    shape.entropy_width = std::atoi(argv[7]);
    sarinr::check(sarinr::latent_spec(shape));
    const auto tile = engine->train(shape, noise(size, shape.channels));
    const int steps = std::atoi(argv[8]);
    const double grids = seconds_a_step(*tile, steps, false);
    std::printf(
        "{\"engine\": \"%s\", \"tile_size\": %d, \"channels\": %d, \"step_seconds_grids\": %.9g, "
        "\"step_seconds_with_networks\": %.9g}\n",
        engine->description().c_str(), size, shape.channels, grids, seconds_a_step(*tile, steps, true));
  } catch (const sarinr::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
