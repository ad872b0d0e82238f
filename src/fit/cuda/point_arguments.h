#pragma once

#include <cstddef>

#include "field/activation.h"
#include "fit/cuda/plan.h"

namespace sarinr::fused {

// Evaluation of one network at many points, in floats: a thread block takes as many points as its shared memory holds
// the values of two layers of. A lane sums 8 neurons of its points in registers; weights, the same for all lanes, come
// from global memory, where the caches keep them. At the rates of data-centre GPUs that leaves the time to copying
// points and results, so tensor cores, with numbers split to reach a float's precision, would gain nothing.

/// Neurons that a lane sums at once.
constexpr int group_neurons = 8;
constexpr int point_warps = 8;
/// Points of a lane: the kernel is compiled for 1, 2 and this many.
constexpr int most_lane_points = 4;

/// A chain of dense layers (DenseNetwork) as the kernel sees it: neurons filled up to whole groups.
struct PointShape {
  Activation activation = Activation::sine;
  int width = 0;
  int depth = 0;
  int outputs = 0;
  int frequencies = 0;
  double encoding_scale = 1;
  float finer_constant[2] = {1, 1};  ///< DenseNetwork::finer_constant of the first and of the hidden layers

  SARINR_EITHER static int whole_groups(int neurons) {
    return (neurons + group_neurons - 1) / group_neurons * group_neurons;
  }
  SARINR_EITHER int inputs() const { return 2 + 4 * frequencies; }
  SARINR_EITHER int layer_inputs(int layer) const { return layer == 0 ? inputs() : width; }
  SARINR_EITHER int layer_columns(int layer) const { return whole_groups(layer > depth ? outputs : width); }
  /// Place of a layer's matrix among the packed weights: [input][column], times kernel_factor; its biases follow.
  SARINR_EITHER int matrix(int layer) const {
    const int columns = whole_groups(width);
    return layer == 0 ? 0 : (inputs() + 1) * columns + (layer - 1) * (width + 1) * columns;
  }
  SARINR_EITHER int biases(int layer) const { return matrix(layer) + layer_inputs(layer) * layer_columns(layer); }
  SARINR_EITHER int packed_size() const { return biases(depth + 1) + layer_columns(depth + 1); }
  /// Numbers that a layer's values take for one point.
  SARINR_EITHER int rows() const { return inputs() > whole_groups(width) ? inputs() : whole_groups(width); }
};

/// What a launch evaluates, all of it in the device's memory.
struct PointArguments {
  PointShape shape;
  int lane_points = 0;
  int count = 0;
  int stride = 0;  ///< out[channel * stride + point]
  const float* x = nullptr;
  const float* y = nullptr;
  const float* weights = nullptr;  ///< packed
  float* out = nullptr;

  SARINR_EITHER int block_points() const { return lanes * lane_points; }
  std::size_t shared_bytes() const {
    return 2 * sizeof(float) * static_cast<std::size_t>(shape.rows()) * static_cast<std::size_t>(block_points());
  }
  int blocks() const { return (count + block_points() - 1) / block_points(); }
};

}  // namespace sarinr::fused
