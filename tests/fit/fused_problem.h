#pragma once

#include <cmath>
#include <memory>
#include <string>

#include "field/dense_reference.h"
#include "fit/cuda/emulated_device.h"
#include "fit/cuda/fused_engine.h"
#include "sarinr/fit/engine.h"

namespace sarinr::test {

/// A fit of one tile by its numbers.
struct FusedCase {
  std::string architecture;
  int width;
  int depth;
  int outputs;
  int columns;
  int rows;
  bool masked;
};

inline std::ostream& operator<<(std::ostream& out, const FusedCase& c) {
  return out << c.architecture << "_" << c.width << "x" << c.depth << "_" << c.outputs << "_" << c.columns << "x"
             << c.rows << (c.masked ? "_masked" : "");
}

/// The grid is a row higher than the tile.
inline FitProblem problem_of(const FusedCase& c) {
  FitProblem problem;
  problem.spec = spec_of(c.architecture, c.width, c.depth, c.outputs);
  problem.grid_width = c.columns;
  problem.grid_height = c.rows + 1;
  problem.start = architecture(c.architecture).initialise(problem.spec, 11);
  return problem;
}

/// Waves with speckle; masked: two fifths of the pixels, others in every channel, do not count.
inline NormalisedTile tile_of(const FusedCase& c, std::uint64_t seed = 4) {
  NormalisedTile tile{c.columns, c.rows, {}, {}};
  Random random(seed);
  for (int channel = 0; channel < c.outputs; ++channel) {
    for (int y = 0; y < c.rows; ++y) {
      for (int x = 0; x < c.columns; ++x) {
        const bool valid = !c.masked || (x * 7 + y * 3 + channel) % 5 > 1;
        const double value = 0.2 * std::sin(0.2 * x + 0.1 * (channel + 1) * y) + 0.1 * random.normal();
        tile.values.push_back(valid ? static_cast<float>(value) : 0.0f);
        tile.valid.push_back(valid ? 1 : 0);
      }
    }
  }
  return tile;
}

constexpr std::size_t hopper_shared_bytes = 232448;
constexpr std::size_t ampere_shared_bytes = 166912;

/// The cuda engine's own code on devices that plain C++ plays.
inline std::unique_ptr<Engine> emulated_engine(std::size_t memory = std::size_t{1} << 30,
                                               std::size_t shared_bytes = hopper_shared_bytes, std::size_t gpus = 1) {
  const fused::OpenDevice open = [=] { return fused::make_emulated_device(memory, shared_bytes); };
  return fused::make_engine_on(std::vector<fused::OpenDevice>(gpus, open), {"cuda", "auto", 1});
}

}  // namespace sarinr::test
