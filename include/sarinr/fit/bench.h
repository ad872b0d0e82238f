#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sarinr/field/spec.h"
#include "sarinr/fit/engine.h"

namespace sarinr {

/// What to time: SIRENs and others on square tiles of random values.
struct BenchRequest {
  EngineOptions engine;  ///< one engine by name, one thread count
  FieldSpec spec;
  int tile_size = 256;
  int tiles = 1;
  int steps = 8;   ///< Adam steps of a fit
  int rounds = 5;  ///< fits, of which the fastest and the median count
};

struct EngineTiming {
  std::string engine;       ///< Engine::description
  double fastest_step = 0;  ///< seconds an Adam step of one tile takes, all threads at work
  double median_step = 0;
  double processor_step = 0;  ///< processor seconds of all threads together, the least of the rounds: steadier than the
                              ///< others where programs share the machine
  double multiply_adds = 0;   ///< of such a step: three products a layer, but two in the first
};

/// Times an engine. A step is timed from the end of the one before it, so that making tiles ready does not count.
EngineTiming time_engine(const BenchRequest& request);

/// Whether the cpu engine multiplies bfloat16 by the processor's own instructions there.
bool has_bfloat16(const std::string& instructions);

/// Pixels a processor second that the evaluator gives on one thread, the fastest of `rounds`; nothing for an
/// architecture whose evaluator has no choice of instruction set.
std::optional<double> evaluation_rate(const FieldSpec& spec, const std::string& instructions, int rounds);

/// Multiply-adds a processor second that one thread reaches on registers alone, measured: of floats; with tiles (amx),
/// of bfloat16.
double multiply_add_peak(const std::string& instructions);

}  // namespace sarinr
