#include "fit/graph_gradient.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fit/node_gradients.h"

namespace sarinr {

namespace {

/// The place of the sums of a tensor that has none of its own.
constexpr std::size_t none = static_cast<std::size_t>(-1);

}  // namespace

GraphGradient::GraphGradient(NetworkGraph graph, const LayerKernels& kernels)
    : packed_(std::move(graph), kernels), last_(packed_.graph().nodes.size() - 1) {
  const NetworkGraph& network = packed_.graph();
  std::size_t backward_size = 0;
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    const GraphNode& node = network.nodes[i];
    depends_.push_back(node.kind == NodeKind::affine || !node.tensor.empty() ||
                       (i > 0 && (depends_[node.a] || depends_[node.b])));
    matrices_.push_back(backward_size);
    matrix_sums_.push_back(sums_size_);
    if (node.kind != NodeKind::affine) continue;
    if (depends_[node.a]) backward_size += static_cast<std::size_t>(node.width) * packed_.columns(node.a);
    sums_size_ += (static_cast<std::size_t>(network.nodes[node.a].width) + 1) * packed_.columns(i);
  }
  // A tensor may serve several nodes, which then add to the same sums.
  tensor_sums_.assign(network.tensors.size(), none);
  for (const GraphNode& node : network.nodes) {
    for (const std::size_t tensor : node.tensor) {
      if (tensor_sums_[tensor] != none) continue;
      tensor_sums_[tensor] = sums_size_;
      sums_size_ += padded(static_cast<int>(network.tensors[tensor].size()));
    }
  }
  backward_ = aligned_zeros(backward_size);
  zeros_ = aligned_zeros(packed_.largest_block() / block_pixels);
}

void GraphGradient::encode(float x, float y, float* inputs) const {
  inputs[0] = x;
  inputs[1] = y;
}

std::unique_ptr<NetworkGradient::Workspace> GraphGradient::workspace() const {
  auto work = std::make_unique<GraphWorkspace>();
  work->outputs = aligned_zeros(block_pixels * output_stride());
  work->values = aligned_zeros(packed_.values_size());
  work->gradients = aligned_zeros(packed_.values_size());
  work->scratch = aligned_zeros(2 * packed_.largest_block());
  return work;
}

void GraphGradient::set_weights(const float* weights) {
  packed_.pack(weights);
  const NetworkGraph& network = packed_.graph();
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    const GraphNode& node = network.nodes[i];
    if (node.kind != NodeKind::affine || !depends_[node.a]) continue;
    float* matrix = backward_.get() + matrices_[i];
    for (const TensorBlock& block : node.matrix) {
      const TensorInfo& info = network.tensors[block.tensor];
      const float* weight = packed_.tensor(block.tensor);
      for (std::size_t row = 0; row < static_cast<std::size_t>(info.rows); ++row) {
        float* out = matrix + (static_cast<std::size_t>(block.row) + row) * packed_.columns(node.a) + block.column;
        for (std::size_t k = 0; k < static_cast<std::size_t>(info.columns); ++k) out[k] = block.factor * *weight++;
      }
    }
  }
}

void GraphGradient::forward(const float* points, Workspace& work) const {
  auto& space = static_cast<GraphWorkspace&>(work);
  packed_.forward(points, space.values.get(), space.scratch.get());
  std::copy_n(space.values.get() + packed_.place(last_), packed_.block_size(last_), space.outputs.get());
}

void GraphGradient::backward(const float*, const float* output_gradients, Workspace& work, float* sums) const {
  auto& space = static_cast<GraphWorkspace&>(work);
  for (std::size_t i = 0; i < last_; ++i) {
    if (depends_[i]) std::fill_n(space.gradients.get() + packed_.place(i), packed_.block_size(i), 0.0f);
  }
  std::copy_n(output_gradients, packed_.block_size(last_), space.gradients.get() + packed_.place(last_));
  for (std::size_t i = last_; i > 0; --i) {
    if (depends_[i]) backward_node(i, space, sums);
  }
}

void GraphGradient::backward_affine(std::size_t node, GraphWorkspace& work, float* sums) const {
  const NetworkGraph& network = packed_.graph();
  const LayerKernels& kernels = packed_.kernels();
  const std::size_t a = network.nodes[node].a;
  const std::size_t inputs = static_cast<std::size_t>(network.nodes[a].width);
  const std::size_t columns = packed_.columns(node);
  const float* gradients = work.gradients.get() + packed_.place(node);
  float* matrix = sums + matrix_sums_[node];
  kernels.accumulate(work.values.get() + packed_.place(a), packed_.columns(a), inputs, gradients, columns, matrix);
  kernels.add_rows(gradients, columns, matrix + inputs * columns);
  if (!depends_[a]) return;
  kernels.multiply(gradients, columns, backward_.get() + matrices_[node], zeros_.get(),
                   static_cast<std::size_t>(network.nodes[node].width), packed_.columns(a), work.scratch.get());
  float* below = work.gradients.get() + packed_.place(a);
  for (std::size_t i = 0; i < packed_.block_size(a); ++i) below[i] += work.scratch[i];
}

void GraphGradient::backward_node(std::size_t node, GraphWorkspace& work, float* sums) const {
  const GraphNode& here = packed_.graph().nodes[node];
  const auto values = [&](std::size_t of) { return work.values.get() + packed_.place(of); };
  const auto gradients = [&](std::size_t of) { return work.gradients.get() + packed_.place(of); };
  const NodeGradient block{here,
                           packed_.columns(node),
                           packed_.columns(here.a),
                           values(here.a),
                           values(node),
                           gradients(node),
                           depends_[here.a] ? gradients(here.a) : nullptr,
                           work.scratch.get(),
                           work.scratch.get() + packed_.largest_block()};
  const auto tensor = [&](std::size_t place) { return packed_.tensor(here.tensor[place]); };
  const auto tensor_sums = [&](std::size_t place) { return sums + tensor_sums_[here.tensor[place]]; };
  switch (here.kind) {
    case NodeKind::coordinates:
    case NodeKind::chebyshev:
      return;
    case NodeKind::affine:
      return backward_affine(node, work, sums);
    case NodeKind::sine:
      return sine_gradient(block, packed_.kernels());
    case NodeKind::modulated_sine:
      return modulated_sine_gradient(block, packed_.kernels(), tensor(0), tensor_sums(0));
    case NodeKind::gabor:
      return gabor_gradient(block);
    case NodeKind::window:
      return window_gradient(block, tensor(0), tensor(1), tensor_sums(0), tensor_sums(1));
    case NodeKind::product:
      return product_gradient(block, values(here.b), depends_[here.b] ? gradients(here.b) : nullptr);
    case NodeKind::normalise:
      return normalise_gradient(block, tensor(0), tensor_sums(0), tensor_sums(1));
    case NodeKind::rectify:
      return rectify_gradient(block);
  }
}

template <class Visit>
void GraphGradient::visit_block(std::size_t node, const TensorBlock& block, std::size_t first,
                                const Visit& visit) const {
  const TensorInfo& info = packed_.graph().tensors[block.tensor];
  const std::size_t columns = packed_.columns(node);
  std::size_t weight = info.offset;
  for (std::size_t row = 0; row < static_cast<std::size_t>(info.rows); ++row) {
    for (std::size_t k = 0; k < static_cast<std::size_t>(info.columns); ++k) {
      visit(weight++,
            first + (static_cast<std::size_t>(block.column) + k) * columns + static_cast<std::size_t>(block.row) + row);
    }
  }
}

void GraphGradient::gather(const float* sums, float* gradient) const {
  const NetworkGraph& network = packed_.graph();
  std::fill_n(gradient, network.weight_count(), 0.0f);
  for (std::size_t tensor = 0; tensor < network.tensors.size(); ++tensor) {
    if (tensor_sums_[tensor] == none) continue;
    const TensorInfo& info = network.tensors[tensor];
    std::copy_n(sums + tensor_sums_[tensor], info.size(), gradient + info.offset);
  }
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    const GraphNode& node = network.nodes[i];
    const std::size_t bias =
        matrix_sums_[i] + static_cast<std::size_t>(network.nodes[node.a].width) * packed_.columns(i);
    const auto add = [&](const TensorBlock& block, std::size_t first) {
      visit_block(i, block, first,
                  [&](std::size_t weight, std::size_t place) { gradient[weight] += block.factor * sums[place]; });
    };
    for (const TensorBlock& block : node.matrix) add(block, matrix_sums_[i]);
    for (const TensorBlock& block : node.bias) add(block, bias);
  }
}

}  // namespace sarinr
