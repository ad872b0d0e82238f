// Milliseconds an engine takes for one Adam step of one 256x256 tile: the median of several fits.
//   bench_engine_step ENGINE WIDTH TILES THREADS [INSTRUCTIONS [PRECISION]]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "sarinr/base/error.h"
#include "sarinr/fit/engine.h"

namespace {

double median_step(sarinr::Engine& engine, int width, int tile_count) {
  constexpr int side = 256;
  constexpr int epochs = 5;
  constexpr int rounds = 5;
  sarinr::FitProblem problem;
  problem.spec.width = width;
  problem.spec.parameters = {30, 30};
  problem.grid_width = problem.grid_height = side;
  problem.start = sarinr::architecture("siren").initialise(problem.spec, 1);
  sarinr::NormalisedTile tile{side, side, {}, std::vector<std::uint8_t>(side * side, 1)};
  sarinr::Random random(2);
  for (int i = 0; i < side * side; ++i) tile.values.push_back(static_cast<float>(random.normal()));
  const std::vector<sarinr::NormalisedTile> tiles(static_cast<std::size_t>(tile_count), tile);
  engine.fit(problem, tiles, {1, 1e-3, {}}, {});
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    engine.fit(problem, tiles, {epochs, 1e-3, {}}, {});
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - begin;
    times.push_back(elapsed.count() / epochs / tile_count);
  }
  std::sort(times.begin(), times.end());
  return times[rounds / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5 || argc > 7) {
    std::fprintf(stderr, "usage: bench_engine_step ENGINE WIDTH TILES THREADS [INSTRUCTIONS [PRECISION]]\n");
    return 2;
  }
  try {
    sarinr::EngineOptions options{argv[1], "cpu", std::atoi(argv[4])};
    if (argc > 5) options.instructions = argv[5];
    if (argc > 6) options.precision = argv[6];
    const auto engine = sarinr::make_engine(options, "siren");
    std::printf("%.3f\n", median_step(*engine, std::atoi(argv[2]), std::atoi(argv[3])));
  } catch (const sarinr::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
