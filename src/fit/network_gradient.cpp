#include "fit/network_gradient.h"

#include "fit/dense_gradient.h"
#include "fit/graph_gradient.h"

namespace sarinr {

std::unique_ptr<NetworkGradient> make_gradient(const FieldSpec& spec, const LayerKernels& kernels,
                                               const PairKernels* pairs) {
  if (const std::optional<DenseNetwork> network = dense_network(spec)) {
    return std::make_unique<DenseGradient>(*network, kernels, DenseGradient::suits_pairs(*network) ? pairs : nullptr);
  }
  if (std::optional<NetworkGraph> graph = network_graph(spec)) {
    return std::make_unique<GraphGradient>(std::move(*graph), kernels);
  }
  return nullptr;
}

}  // namespace sarinr
