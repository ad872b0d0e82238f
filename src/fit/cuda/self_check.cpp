#include "fit/cuda/self_check.h"

#include <cmath>
#include <vector>

#include "field/dense_network.h"
#include "fit/cuda/emulated_device.h"
#include "fit/cuda/tile_group.h"
#include "sarinr/base/error.h"

namespace sarinr::fused {

namespace {

constexpr int columns = 23;
constexpr int rows = 17;

FitProblem small_problem(int width) {
  FitProblem problem;
  problem.spec.width = width;
  problem.spec.depth = 2;
  problem.spec.outputs = 2;
  problem.spec.parameters = {30, 30};
  problem.grid_width = columns;
  problem.grid_height = rows;
  problem.start = architecture("siren").initialise(problem.spec, 1);
  return problem;
}

NormalisedTile small_tile() {
  NormalisedTile tile{columns, rows, {}, {}};
  Random random(2);
  for (int i = 0; i < 2 * columns * rows; ++i) {
    tile.values.push_back(static_cast<float>(0.25 * random.normal()));
    tile.valid.push_back(i % 5 > 0 ? 1 : 0);
  }
  return tile;
}

std::vector<float> gradient_on(Device& device, const FitProblem& problem) {
  const FitOptions options{1, 1e-3, {}};
  const FitTables tables(device, problem, make_plan(*dense_network(problem.spec), device.shared_bytes()), options);
  TileGroup group(device, tables, 1, false);
  group.load(problem, {small_tile()}, options, 0, 1);
  group.run(1);
  std::vector<float> gradient(problem.start.size());
  device.download(gradient.data(), group.arguments().gradients, gradient.size() * sizeof(float));
  return gradient;
}

/// Sums in another order and the hardware's sines move a gradient by some 1e-4 of its length: now and then a number
/// rounds to the other neighbour in bfloat16.
constexpr double tolerance = 5e-3;

}  // namespace

void check_device(Device& device) {
  for (const int width : {32, 64}) {
    const FitProblem problem = small_problem(width);
    const std::unique_ptr<Device> emulated = make_emulated_device(std::size_t{1} << 26, device.shared_bytes());
    const std::vector<float> expected = gradient_on(*emulated, problem);
    const std::vector<float> found = gradient_on(device, problem);
    double error = 0;
    double size = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      error += std::pow(static_cast<double>(found[i]) - static_cast<double>(expected[i]), 2);
      size += std::pow(static_cast<double>(expected[i]), 2);
    }
    if (std::sqrt(error) <= tolerance * std::sqrt(size)) continue;
    throw Error("the cuda engine's gradient on " + device.name() + " is not what it should be (width " +
                    std::to_string(width) + ", off by " + std::to_string(std::sqrt(error / size)) +
                    " of its length): give --engine cpu or --engine torch",
                ErrorKind::internal);
  }
}

}  // namespace sarinr::fused
