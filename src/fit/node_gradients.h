#pragma once

#include "field/graph.h"
#include "field/layer_kernels.h"

namespace sarinr {

/// A node over one block of pixels, on the way back: what went in and came out, the loss's derivatives by what came
/// out, and where those by what went in are added. Rows are pixels.
struct NodeGradient {
  const GraphNode& node;
  std::size_t columns;    ///< of the node
  std::size_t a_columns;  ///< of its first operand
  const float* a;
  const float* values;
  const float* gradients;
  float* a_gradients;  ///< nullptr where nobody asks
  float* scratch;      ///< a block, as is the next
  float* more_scratch;

  std::size_t width() const { return static_cast<std::size_t>(node.width); }
  std::size_t size() const { return block_pixels * columns; }
};

// Each adds its share of the derivatives by its operand, and of those by its tensors to the *_sums: NodeKind says
// what the nodes compute.

void sine_gradient(const NodeGradient& block, const LayerKernels& kernels);
void modulated_sine_gradient(const NodeGradient& block, const LayerKernels& kernels, const float* modulation,
                             float* modulation_sums);
void gabor_gradient(const NodeGradient& block);
void window_gradient(const NodeGradient& block, const float* centres, const float* precisions, float* centre_sums,
                     float* precision_sums);
void product_gradient(const NodeGradient& block, const float* b, float* b_gradients);
void normalise_gradient(const NodeGradient& block, const float* gains, float* gain_sums, float* shift_sums);
void rectify_gradient(const NodeGradient& block);

}  // namespace sarinr
