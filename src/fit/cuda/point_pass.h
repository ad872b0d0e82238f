#pragma once

#include "fit/cuda/point_arguments.h"

namespace sarinr::fused {

/// One block's points through the network. Sums take their terms in the order of the inputs, whatever the block, so
/// that a point's value does not depend on the others.
template <class Unit, int lane_points>
class PointPass {
 public:
  static constexpr int points = lanes * lane_points;

  SARINR_DEVICE PointPass(const PointArguments& arguments, int first_point)
      : arguments_(arguments), first_point_(first_point) {}

  /// The network's inputs at point i of the block (field/dense_network.h, encode_point), one row an input.
  SARINR_DEVICE void encode(const Unit& unit, int i, float* inputs) const {
    const PointShape& shape = arguments_.shape;
    const int point = first_point_ + i;
    const bool inside = point < arguments_.count;
    const float coordinates[2] = {inside ? arguments_.x[point] : 0.0f, inside ? arguments_.y[point] : 0.0f};
    inputs[i] = coordinates[0];
    inputs[points + i] = coordinates[1];
    if (shape.frequencies == 0) return;
    float* row = inputs + 2 * points + i;
    for (int axis = 0; axis < 2; ++axis) {
      double sine = 0;
      double cosine = 0;
      unit.sine_cosine(shape.encoding_scale * static_cast<double>(coordinates[axis]), sine, cosine);
      for (int k = 0; k < shape.frequencies; ++k, row += 2 * points) {
        row[0] = static_cast<float>(sine);
        row[points] = static_cast<float>(cosine);
        const double twice = 2 * sine * cosine;
        cosine = 1 - 2 * sine * sine;
        sine = twice;
      }
    }
  }

  /// A lane's share of a layer: its points in every point_warps-th group of neurons.
  SARINR_DEVICE void layer(const Unit& unit, int number, int warp, int lane, const float* values, float* next) const {
    const int groups = arguments_.shape.layer_columns(number) / group_neurons;
    for (int group = warp; group < groups; group += point_warps) {
      float sums[group_neurons][lane_points];
      multiply(unit, number, group * group_neurons, lane, values, sums);
      if (number > arguments_.shape.depth) {
        write(group * group_neurons, lane, sums);
      } else {
        activate_layer(unit, number, sums);
        SARINR_UNROLL
        for (int n = 0; n < group_neurons; ++n) {
          unit.template store<lane_points>(next + (group * group_neurons + n) * points + lane * lane_points, sums[n]);
        }
      }
    }
  }

 private:
  using Sums = float[group_neurons][lane_points];

  SARINR_DEVICE void multiply(const Unit& unit, int number, int first_neuron, int lane, const float* values,
                              Sums& sums) const {
    const PointShape& shape = arguments_.shape;
    const int columns = shape.layer_columns(number);
    const int inputs = shape.layer_inputs(number);
    const float* weights = arguments_.weights + shape.matrix(number) + first_neuron;
    float row[group_neurons];
    unit.template load_same<group_neurons>(arguments_.weights + shape.biases(number) + first_neuron, row);
    SARINR_UNROLL
    for (int n = 0; n < group_neurons; ++n) {
      SARINR_UNROLL
      for (int p = 0; p < lane_points; ++p) sums[n][p] = row[n];
    }
    for (int k = 0; k < inputs; ++k) {
      float value[lane_points];
      unit.template load<lane_points>(values + k * points + lane * lane_points, value);
      unit.template load_same<group_neurons>(weights + k * columns, row);
      SARINR_UNROLL
      for (int n = 0; n < group_neurons; ++n) {
        SARINR_UNROLL
        for (int p = 0; p < lane_points; ++p) sums[n][p] = unit.multiply_add(row[n], value[p], sums[n][p]);
      }
    }
  }

  SARINR_DEVICE void activate_layer(const Unit& unit, int number, Sums& sums) const {
    switch (arguments_.shape.activation) {
      case Activation::sine:
        return activate_as<Activation::sine>(unit, number, sums);
      case Activation::finer:
        return activate_as<Activation::finer>(unit, number, sums);
      case Activation::gauss:
        return activate_as<Activation::gauss>(unit, number, sums);
      case Activation::relu:
        return activate_as<Activation::relu>(unit, number, sums);
    }
  }

  template <Activation activation>
  SARINR_DEVICE void activate_as(const Unit& unit, int number, Sums& sums) const {
    const float constant = arguments_.shape.finer_constant[number == 0 ? 0 : 1];
    SARINR_UNROLL
    for (int n = 0; n < group_neurons; ++n) {
      SARINR_UNROLL
      for (int p = 0; p < lane_points; ++p) sums[n][p] = value_of<activation>(unit, sums[n][p], constant);
    }
  }

  /// A layer's value from z = kernel_factor (W x + b).
  template <Activation activation>
  SARINR_DEVICE static float value_of(const Unit& unit, float z, float finer_constant) {
    if constexpr (activation == Activation::sine) {
      return unit.sine(z);
    } else if constexpr (activation == Activation::finer) {
      return unit.sine(z * unit.multiply_add(z < 0 ? -z : z, finer_constant, 1.0f));
    } else if constexpr (activation == Activation::gauss) {
      return unit.exponential(-z * z);
    } else {
      return z > 0 ? z : 0;
    }
  }

  SARINR_DEVICE void write(int first_neuron, int lane, const Sums& sums) const {
    SARINR_UNROLL
    for (int n = 0; n < group_neurons; ++n) {
      if (first_neuron + n >= arguments_.shape.outputs) return;
      float* out = arguments_.out + (first_neuron + n) * arguments_.stride;
      SARINR_UNROLL
      for (int p = 0; p < lane_points; ++p) {
        const int point = first_point_ + lane * lane_points + p;
        if (point < arguments_.count) out[point] = sums[n][p];
      }
    }
  }

  const PointArguments& arguments_;
  int first_point_;
};

/// The points of one thread block. `block` runs work on all its threads and waits until all are done: each(count,
/// work(unit, i)), each_lane(work(unit, warp, lane)). `shared`: PointArguments::shared_bytes() of its memory.
template <class Unit, int lane_points, class Block>
SARINR_DEVICE void evaluate_points(Block& block, const PointArguments& arguments, int index, float* shared) {
  using Pass = PointPass<Unit, lane_points>;
  const Pass pass(arguments, index * Pass::points);
  float* values = shared;
  float* next = shared + arguments.shape.rows() * Pass::points;
  block.each(Pass::points, [&](const Unit& unit, int i) { pass.encode(unit, i, values); });
  for (int number = 0; number <= arguments.shape.depth + 1; ++number) {
    block.each_lane([&](const Unit& unit, int warp, int lane) { pass.layer(unit, number, warp, lane, values, next); });
    float* const done = values;
    values = next;
    next = done;
  }
}

}  // namespace sarinr::fused
