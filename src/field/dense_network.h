#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "field/activation.h"
#include "sarinr/field/spec.h"

namespace sarinr {

/// A chain of dense layers as the kernels compute it: an optional positional encoding, depth + 1 layers of
/// activation(factor (W x + b)) and a linear last one. What an architecture's spec comes down to.
struct DenseNetwork {
  Activation activation = Activation::sine;
  int width = 0;
  int depth = 0;
  int outputs = 0;
  float first_factor = 1;   ///< on W x + b of the first layer: w0 (radians), s, or 1
  float hidden_factor = 1;  ///< of the other layers with an activation
  int frequencies = 0;      ///< positional encoding: x, y, then sin and cos of scale 2^k x for every k, the same of y
  float encoding_scale = 1;

  int inputs() const { return 2 + 4 * frequencies; }
  int layers() const { return depth + 2; }
  int layer_inputs(int layer) const { return layer == 0 ? inputs() : width; }
  int layer_outputs(int layer) const { return layer == depth + 1 ? outputs : width; }
  bool is_last(int layer) const { return layer == depth + 1; }
  /// z = kernel_factor (W x + b) is what the activation kernels take: half turns for sines.
  float kernel_factor(int layer) const;
  /// The derivative of a layer's values by W x + b is this times the slopes that the kernels give.
  float slope_factor(int layer) const;
  /// What FINER's kernel multiplies z with: (W x + b) / z.
  float finer_constant(int layer) const { return 1 / kernel_factor(layer); }
};

/// The network of a spec; nothing where the architecture is not a chain of dense layers.
std::optional<DenseNetwork> dense_network(const FieldSpec& spec);

/// Columns of a matrix as the kernels store it: `count` filled up to whole vectors of any instruction set.
constexpr std::size_t padded(int count) { return (static_cast<std::size_t>(count) + 15) / 16 * 16; }

/// The network's inputs at one point: network.inputs() numbers.
void encode_point(const DenseNetwork& network, float x, float y, float* inputs);

}  // namespace sarinr
