#include "fit/cuda/plan.h"

#include <algorithm>
#include <array>

#include "field/dense_network.h"
#include "sarinr/base/error.h"

namespace sarinr::fused {

namespace {

/// Widths that the kernel is compiled for.
constexpr std::array<int, 4> padded_widths = {32, 64, 96, 128};

Shape shape_of(const DenseNetwork& network) {
  Shape shape;
  shape.activation = network.activation;
  shape.width = network.width;
  shape.padded =
      *std::find_if(padded_widths.begin(), padded_widths.end(), [&](int padded) { return padded >= network.width; });
  shape.depth = network.depth;
  shape.outputs = network.outputs;
  for (const int hidden : {0, 1}) {
    // Without hidden layers, layer 1 is the linear last one, whose factors nothing asks for.
    shape.kernel_factor[hidden] = network.kernel_factor(hidden);
    shape.slope_factor[hidden] = network.slope_factor(hidden);
    shape.finer_constant[hidden] = network.finer_constant(hidden);
  }
  return shape;
}

constexpr int enough_warps = 4;

}  // namespace

std::size_t Plan::shared_bytes() const {
  const int words =
      warps * stash_words() + (blocks_in_shared ? blocks_size() : 0) + (small_in_shared ? small_size() : 0);
  return static_cast<std::size_t>(words) * sizeof(std::uint32_t);
}

bool suits(const DenseNetwork& network) {
  return network.frequencies == 0 && network.width >= 16 && network.width <= padded_widths.back() &&
         network.depth <= most_depth && network.outputs <= most_outputs;
}

Plan make_plan(const DenseNetwork& network, std::size_t shared_bytes) {
  Plan best;
  for (const auto& [blocks, small] : {std::pair{true, true}, {true, false}, {false, true}, {false, false}}) {
    Plan plan;
    plan.shape = shape_of(network);
    plan.blocks_in_shared = blocks;
    plan.small_in_shared = small;
    plan.warps = most_warps(plan.shape.padded);
    while (plan.warps > 0 && plan.shared_bytes() > shared_bytes) --plan.warps;
    if (plan.warps > best.warps) best = plan;
    if (best.warps >= enough_warps) break;
  }
  if (best.warps == 0) {
    throw Error("the cuda engine needs more shared memory for a network of width " + std::to_string(network.width) +
                " and depth " + std::to_string(network.depth) + " than this device has: give --engine torch");
  }
  const int jobs_at_once = best.warps * jobs_of_a_warp(best.shape.padded);
  best.passes = (best.jobs() + jobs_at_once - 1) / jobs_at_once;
  return best;
}

}  // namespace sarinr::fused
