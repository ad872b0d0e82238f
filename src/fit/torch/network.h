#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "sarinr/field/spec.h"

namespace sarinr::torch_engine {

/// An architecture as LibTorch computes it, for a batch of fields at once.
class Network {
 public:
  virtual ~Network() = default;
  /// Values [fields, points, outputs] at `points` [points, 2]; `tensors` in the order of Architecture::tensors, each
  /// [fields, rows, columns].
  virtual at::Tensor forward(const std::vector<at::Tensor>& tensors, const at::Tensor& points) const = 0;
  /// Adds the derivatives of what a fit minimises beside the mean square error; nothing for most.
  virtual void add_penalty_gradients(const std::vector<at::Tensor>& /*tensors*/,
                                     std::vector<at::Tensor>& /*gradients*/) const {}
};

/// The network of a spec; throws an Error naming the architectures that this engine has. `products`: of what the
/// products between the hidden layers of a chain of dense layers are, kFloat or kBFloat16; all else is of floats.
std::unique_ptr<Network> make_network(const FieldSpec& spec, at::ScalarType products);

}  // namespace sarinr::torch_engine
