// How fast fields are evaluated as a renderer asks for them, tile after tile by several threads, and how far the values
// are from the processor's: one JSON object. Needs no GDAL, so that a bare GPU machine can run it.
//   bench_gpu_evaluate ENGINE DEVICE ARCHITECTURE WIDTH DEPTH TILES TILE_SIZE THREADS

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "sarinr/base/error.h"
#include "sarinr/fit/evaluator.h"

namespace {

using sarinr::FieldEvaluator;

/// The centres of a tile's pixels.
struct Grid {
  explicit Grid(int size) {
    for (int row = 0; row < size; ++row) {
      for (int column = 0; column < size; ++column) {
        x.push_back(static_cast<float>((2.0 * column + 1) / size - 1));
        y.push_back(static_cast<float>((2.0 * row + 1) / size - 1));
      }
    }
  }
  std::vector<float> x;
  std::vector<float> y;
};

std::vector<float> values(const FieldEvaluator& evaluator, const std::vector<float>& weights, const Grid& grid) {
  std::vector<float> out(grid.x.size());
  evaluator.evaluate(weights.data(), grid.x.data(), grid.y.data(), grid.x.size(), out.data(), grid.x.size());
  return out;
}

double seconds(const FieldEvaluator& evaluator, const std::vector<float>& weights, const Grid& grid, int tiles,
               int thread_count) {
  std::atomic<int> next = 0;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; ++i) {
    threads.emplace_back([&] {
      while (next++ < tiles) values(evaluator, weights, grid);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void run(char** argv) {
  sarinr::FieldSpec spec;
  spec.architecture = argv[3];
  spec.width = std::atoi(argv[4]);
  spec.depth = std::atoi(argv[5]);
  for (const sarinr::ParameterInfo& parameter : sarinr::architecture(argv[3]).parameters()) {
    spec.parameters.push_back(static_cast<float>(parameter.value));
  }
  sarinr::check(spec);
  const int tiles = std::atoi(argv[6]);
  const Grid grid(std::atoi(argv[7]));
  const int threads = std::atoi(argv[8]);
  const std::vector<float> weights = sarinr::architecture(spec.architecture).initialise(spec, 1);
  const auto evaluator = sarinr::make_evaluator({argv[1], argv[2]}, spec);
  const std::vector<float> found = values(*evaluator, weights, grid);
  const std::vector<float> expected = values(*sarinr::cpu_evaluator(spec), weights, grid);
  const auto [low, high] = std::minmax_element(expected.begin(), expected.end());
  float error = 0;
  for (std::size_t i = 0; i < found.size(); ++i) error = std::max(error, std::abs(found[i] - expected[i]));
  std::vector<double> times;
  for (int round = 0; round < 5; ++round) times.push_back(seconds(*evaluator, weights, grid, tiles, threads));
  std::sort(times.begin(), times.end());
  const double points = static_cast<double>(grid.x.size()) * tiles;
  std::printf(
      "{\"evaluation\": \"%s\", \"points_per_second_median\": %.4g, \"points_per_second_best\": %.4g, "
      "\"error_of_range\": %.3g}\n",
      evaluator->description().c_str(), points / times[times.size() / 2], points / times[0],
      static_cast<double>(error / (*high - *low)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9) {
    std::fprintf(stderr, "usage: bench_gpu_evaluate ENGINE DEVICE ARCHITECTURE WIDTH DEPTH TILES TILE_SIZE THREADS\n");
    return 2;
  }
  try {
    run(argv);
  } catch (const sarinr::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
