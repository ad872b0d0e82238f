#include "sarinr/fit/bench.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "field/packed_network.h"
#include "fit/pair_kernels.h"
#include "sarinr/base/random.h"

namespace sarinr {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// Processor time of all threads of this process.
double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

NormalisedTile random_tile(int side, int channels) {
  NormalisedTile tile{side, side, {}, {}};
  Random random(2);
  const std::size_t count =
      static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * static_cast<std::size_t>(channels);
  for (std::size_t i = 0; i < count; ++i) tile.values.push_back(static_cast<float>(0.25 * random.normal()));
  tile.valid.assign(count, 1);
  return tile;
}

/// Matrices are multiplied forward, back and for their own gradient; the first needs no way back.
double multiply_adds_of_step(const FieldSpec& spec, int side) {
  const TensorInfo first = architecture(spec.architecture).tensors(spec)[0];
  const double pixel = 3 * static_cast<double>(operations_per_pixel(spec)) - static_cast<double>(first.size());
  return pixel * side * side;
}

struct StepTimes {
  double elapsed = 0;
  double processor = 0;
};

/// From the end of the first step, or of the first few where an engine takes several at once; of the whole fit where it
/// takes all at once.
StepTimes time_steps(Engine& engine, const FitProblem& problem, const std::vector<NormalisedTile>& tiles, int steps) {
  Clock::time_point first = Clock::now();
  double processor_first = processor_seconds();
  int calls = 0;
  std::size_t taken = 0;
  StepTimes times;
  engine.fit(problem, tiles, {steps, 1e-4, {}}, [&](std::size_t done) {
    taken += done;
    times = {seconds_since(first), processor_seconds() - processor_first};
    if (calls++ == 0 && taken < tiles.size() * static_cast<std::size_t>(steps)) {
      first = Clock::now();
      processor_first = processor_seconds();
      taken = 0;
    }
    return true;
  });
  const double count = static_cast<double>(std::max<std::size_t>(1, taken));
  return {times.elapsed / count, times.processor / count};
}

}  // namespace

EngineTiming time_engine(const BenchRequest& request) {
  FitProblem problem;
  problem.spec = request.spec;
  problem.grid_width = problem.grid_height = request.tile_size;
  problem.start = architecture(request.spec.architecture).initialise(request.spec, 1);
  const std::vector<NormalisedTile> tiles(static_cast<std::size_t>(request.tiles),
                                          random_tile(request.tile_size, request.spec.outputs));
  const std::unique_ptr<Engine> engine = make_engine(request.engine, request.spec);
  std::vector<double> times;
  std::vector<double> processor_times;
  for (int round = 0; round < request.rounds; ++round) {
    const StepTimes step = time_steps(*engine, problem, tiles, request.steps);
    times.push_back(step.elapsed);
    processor_times.push_back(step.processor);
  }
  std::sort(times.begin(), times.end());
  return {engine->description(), times.front(), times[times.size() / 2],
          *std::min_element(processor_times.begin(), processor_times.end()),
          multiply_adds_of_step(request.spec, request.tile_size)};
}

bool has_bfloat16(const std::string& instructions) { return pair_kernels(instructions).native; }

std::optional<double> evaluation_rate(const FieldSpec& spec, const std::string& instructions, int rounds) {
  const std::optional<DenseNetwork> network = dense_network(spec);
  if (!network) return std::nullopt;
  const std::vector<float> weights = architecture(spec.architecture).initialise(spec, 1);
  constexpr std::size_t points = 1 << 15;
  std::vector<float> x(points);
  std::vector<float> y(points);
  Random random(3);
  for (std::size_t i = 0; i < points; ++i) {
    x[i] = static_cast<float>(random.uniform(-1, 1));
    y[i] = static_cast<float>(random.uniform(-1, 1));
  }
  std::vector<float> out(points * static_cast<std::size_t>(spec.outputs));
  double best = 0;
  for (int round = 0; round < rounds; ++round) {
    const double begin = processor_seconds();
    evaluate_dense_network(*network, weights.data(), layer_kernels(instructions), x.data(), y.data(), points,
                           out.data(), points);
    best = std::max(best, static_cast<double>(points) / (processor_seconds() - begin));
  }
  return best;
}

double multiply_add_peak(const std::string& instructions) {
  const PairKernels& pairs = pair_kernels(instructions);
  const bool tiles = pairs.native && pairs.multiply_adds != nullptr;
  const auto multiply_adds = tiles ? pairs.multiply_adds : layer_kernels(instructions).multiply_adds;
  constexpr std::size_t rounds = 100000;
  double best = 0;
  for (int repeat = 0; repeat < 20; ++repeat) {
    const double begin = processor_seconds();
    const std::size_t done = multiply_adds(rounds);
    best = std::max(best, static_cast<double>(done) / (processor_seconds() - begin));
  }
  return best;
}

}  // namespace sarinr
