#pragma once

#include "field/graph.h"

namespace sarinr {

/// Value and derivatives of a graph at points (x[i], y[i]): out[(channel * terms + term) * stride + i], the terms being
/// value, d/dx, d/dy and, of order 2, d2/dx2, d2/dxdy, d2/dy2. Each point by itself, in double: derivatives are asked
/// for seldom. The slope of a rectifier at its kink is 0.
void differentiate_graph(const NetworkGraph& graph, const float* weights, int order, const float* x, const float* y,
                         std::size_t count, float* out, std::size_t stride);

}  // namespace sarinr
