#pragma once

namespace sarinr {

/// What the layers of a dense network (field/dense_network.h) do with their sums.
enum class Activation { sine, finer, gauss, relu };

}  // namespace sarinr
