// Milliseconds an engine takes for one Adam step of one 256x256 tile: the median of several fits, or the least
// processor time of one.
//   bench_engine_step ENGINE WIDTH TILES THREADS [INSTRUCTIONS [PRECISION [processor]]]

#include <cstdio>
#include <cstdlib>
#include <string>

#include "sarinr/base/error.h"
#include "sarinr/fit/bench.h"

int main(int argc, char** argv) {
  if (argc < 5 || argc > 8) {
    std::fprintf(stderr,
                 "usage: bench_engine_step ENGINE WIDTH TILES THREADS [INSTRUCTIONS [PRECISION [processor]]]\n");
    return 2;
  }
  sarinr::BenchRequest request;
  request.engine = {argv[1], "cpu", std::atoi(argv[4])};
  if (argc > 5) request.engine.instructions = argv[5];
  if (argc > 6) request.engine.precision = argv[6];
  request.spec.width = std::atoi(argv[2]);
  request.spec.parameters = {30, 30};
  request.tiles = std::atoi(argv[3]);
  try {
    const sarinr::EngineTiming timing = sarinr::time_engine(request);
    const bool processor = argc > 7 && std::string(argv[7]) == "processor";
    std::printf("%.3f\n", 1e3 * (processor ? timing.processor_step : timing.median_step));
  } catch (const sarinr::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
