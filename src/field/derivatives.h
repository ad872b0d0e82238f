#pragma once

#include <cstddef>

#include "field/dense_network.h"
#include "field/layer_kernels.h"

namespace sarinr {

/// Value and derivatives of a network at points (x[i], y[i]): out[(channel * terms + term) * stride + i], the terms
/// being value, d/dx, d/dy and, of order 2, d2/dx2, d2/dxdy, d2/dy2. Forward differentiation: every neuron carries its
/// terms from layer to layer.
void differentiate_dense_network(const DenseNetwork& network, const float* weights, const LayerKernels& kernels,
                                 int order, const float* x, const float* y, std::size_t count, float* out,
                                 std::size_t stride);

}  // namespace sarinr
