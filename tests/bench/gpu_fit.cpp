// How fast an engine fits many tiles at once: one JSON object. Needs no GDAL, so that a bare GPU machine can run it.
//   bench_gpu_fit ENGINE DEVICE ARCHITECTURE WIDTH DEPTH TILES TILE_SIZE STEPS [PRECISION]

#include <cstdio>
#include <cstdlib>

#include "sarinr/base/error.h"
#include "sarinr/fit/bench.h"

int main(int argc, char** argv) {
  if (argc != 9 && argc != 10) {
    std::fprintf(stderr,
                 "usage: bench_gpu_fit ENGINE DEVICE ARCHITECTURE WIDTH DEPTH TILES TILE_SIZE STEPS [PRECISION]\n");
    return 2;
  }
  try {
    sarinr::BenchRequest request;
    request.engine = {argv[1], argv[2], 0};
    if (argc == 10) request.engine.precision = argv[9];
    request.spec.architecture = argv[3];
    request.spec.width = std::atoi(argv[4]);
    request.spec.depth = std::atoi(argv[5]);
    for (const sarinr::ParameterInfo& parameter : sarinr::architecture(argv[3]).parameters()) {
      request.spec.parameters.push_back(static_cast<float>(parameter.value));
    }
    request.tiles = std::atoi(argv[6]);
    request.tile_size = std::atoi(argv[7]);
    request.steps = std::atoi(argv[8]);
    request.rounds = 5;
    sarinr::check(request.spec);
    const sarinr::EngineTiming timing = sarinr::time_engine(request);
    std::printf(
        "{\"engine\": \"%s\", \"step_seconds_fastest\": %.9g, \"step_seconds_median\": %.9g, \"weights\": %zu}\n",
        timing.engine.c_str(), timing.fastest_step, timing.median_step, sarinr::weight_count(request.spec));
  } catch (const sarinr::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
