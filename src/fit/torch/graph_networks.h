#pragma once

#include <memory>

#include "network.h"

namespace sarinr::torch_engine {

/// The architectures that are no chain of dense layers (docs/fit.md has their formulas); nullptr for any other.
std::unique_ptr<Network> make_graph_network(const FieldSpec& spec);

}  // namespace sarinr::torch_engine
