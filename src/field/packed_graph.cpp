#include "field/packed_graph.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace sarinr {

namespace {

constexpr float half_turns_per_radian = std::numbers::inv_pi_v<float>;

/// One node's operands and where its values go, over a block of pixels.
struct NodeBlock {
  const GraphNode& node;
  std::size_t columns;    ///< of the node
  std::size_t a_columns;  ///< of its first operand
  const float* a;
  float* out;

  std::size_t width() const { return static_cast<std::size_t>(node.width); }
};

void modulated_sine(const NodeBlock& block, const float* modulation, const LayerKernels& kernels) {
  const std::size_t size = block_pixels * block.columns;
  const float rate = std::exp(modulation[1]) * block.node.frequency * half_turns_per_radian;
  const float phase = modulation[2] * half_turns_per_radian;
  for (std::size_t i = 0; i < size; ++i) block.out[i] = rate * block.a[i] + phase;
  kernels.activate(Activation::sine, 1, block.out, size, block.out);
  const float amplitude = std::exp(modulation[0]);
  for (std::size_t i = 0; i < size; ++i) block.out[i] = amplitude * block.out[i] + modulation[3];
}

void gabor(const NodeBlock& block, const LayerKernels& kernels, float* sines, float* bells) {
  const std::size_t size = block_pixels * block.columns;
  const std::size_t neurons = block.width() / 2;
  const float frequency = block.node.frequency;
  const float square = block.node.scale * block.node.scale;
  for (std::size_t i = 0; i < size; ++i) block.out[i] = frequency * half_turns_per_radian * block.a[i];
  for (std::size_t p = 0; p < block_pixels; ++p) {
    const float* real = block.a + p * block.columns;
    const float* imaginary = real + neurons;
    float* exponent = bells + p * block.columns;
    for (std::size_t n = 0; n < neurons; ++n) {
      exponent[n] = -frequency * imaginary[n] - square * (real[n] * real[n] + imaginary[n] * imaginary[n]);
    }
  }
  kernels.activate_with_slopes(Activation::sine, 1, block.out, size, sines, block.out);
  kernels.exponential(bells, size, bells);
  for (std::size_t p = 0; p < block_pixels; ++p) {
    const float* sine = sines + p * block.columns;
    const float* bell = bells + p * block.columns;
    float* out = block.out + p * block.columns;
    for (std::size_t n = 0; n < neurons; ++n) out[neurons + n] = bell[n] * sine[n];
    for (std::size_t n = 0; n < neurons; ++n) out[n] *= bell[n];
  }
}

void window(const NodeBlock& block, const LayerKernels& kernels, const float* centres, const float* precisions) {
  for (std::size_t p = 0; p < block_pixels; ++p) {
    const float* at = block.a + p * block.a_columns;
    float* out = block.out + p * block.columns;
    for (std::size_t n = 0; n < block.width(); ++n) {
      const float x = at[0] - centres[2 * n];
      const float y = at[1] - centres[2 * n + 1];
      out[n] = -0.5f * precisions[n] * (x * x + y * y);
    }
  }
  kernels.exponential(block.out, block_pixels * block.columns, block.out);
}

void normalise(const NodeBlock& block, const float* gains, const float* shifts) {
  const std::size_t width = block.width();
  for (std::size_t p = 0; p < block_pixels; ++p) {
    const float* a = block.a + p * block.columns;
    float* out = block.out + p * block.columns;
    const Moments moments = moments_of(a, width);
    for (std::size_t n = 0; n < width; ++n) out[n] = (a[n] - moments.mean) * moments.scale * gains[n] + shifts[n];
  }
}

}  // namespace

Moments moments_of(const float* values, std::size_t count) {
  const float share = 1 / static_cast<float>(count);
  const float mean = share * sum_over(count, [&](std::size_t n) { return values[n]; });
  const float variance =
      share * sum_over(count, [&](std::size_t n) { return (values[n] - mean) * (values[n] - mean); });
  return {mean, 1 / std::sqrt(variance + 1e-5f)};
}

void chebyshev_terms(int degree, const float* points, std::size_t stride, float* out) {
  const std::size_t terms = static_cast<std::size_t>(degree) + 1;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    // The recurrence multiplies rounding by up to the degree: in double nothing of it is left in a float.
    double coordinates[block_pixels];
    double before[block_pixels];
    double term[block_pixels];
    for (std::size_t p = 0; p < block_pixels; ++p) {
      coordinates[p] = std::tanh(static_cast<double>(points[2 * p + axis]));
      before[p] = coordinates[p];
      term[p] = 1;
    }
    for (std::size_t n = 0; n < terms; ++n) {
      for (std::size_t p = 0; p < block_pixels; ++p) {
        out[p * stride + axis * terms + n] = static_cast<float>(term[p]);
        const double next = 2 * coordinates[p] * term[p] - before[p];
        before[p] = term[p];
        term[p] = next;
      }
    }
  }
}

PackedGraph::PackedGraph(NetworkGraph graph, const LayerKernels& kernels)
    : graph_(std::move(graph)), kernels_(kernels), weights_(graph_.weight_count()) {
  std::size_t packed_size = 0;
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const GraphNode& node = graph_.nodes[i];
    places_.push_back(values_size_);
    values_size_ += block_size(i);
    largest_block_ = std::max(largest_block_, block_size(i));
    matrices_.push_back(packed_size);
    if (node.kind != NodeKind::affine) continue;
    packed_size += (static_cast<std::size_t>(graph_.nodes[node.a].width) + 1) * columns(i);
  }
  packed_ = aligned_zeros(packed_size);
}

void PackedGraph::pack(const float* weights) {
  std::copy_n(weights, weights_.size(), weights_.data());
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const GraphNode& node = graph_.nodes[i];
    if (node.kind != NodeKind::affine) continue;
    const auto fill = [&](const TensorBlock& block, float* matrix) {
      const TensorInfo& info = graph_.tensors[block.tensor];
      const float* from = tensor(block.tensor);
      for (std::size_t row = 0; row < static_cast<std::size_t>(info.rows); ++row) {
        for (std::size_t k = 0; k < static_cast<std::size_t>(info.columns); ++k) {
          const std::size_t input = static_cast<std::size_t>(block.column) + k;
          matrix[input * columns(i) + static_cast<std::size_t>(block.row) + row] = block.factor * *from++;
        }
      }
    };
    float* matrix = packed_.get() + matrices_[i];
    for (const TensorBlock& block : node.matrix) fill(block, matrix);
    float* bias = matrix + static_cast<std::size_t>(graph_.nodes[node.a].width) * columns(i);
    for (const TensorBlock& block : node.bias) fill(block, bias);
  }
}

void PackedGraph::affine(std::size_t node, const float* a, float* out) const {
  const std::size_t operand = graph_.nodes[node].a;
  const std::size_t inputs = static_cast<std::size_t>(graph_.nodes[operand].width);
  const float* matrix = packed_.get() + matrices_[node];
  kernels_.multiply(a, columns(operand), matrix, matrix + inputs * columns(node), inputs, columns(node), out);
}

void PackedGraph::forward(const float* points, float* values, float* scratch) const {
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const GraphNode& node = graph_.nodes[i];
    const NodeBlock block{node, columns(i), columns(node.a), values + places_[node.a], values + places_[i]};
    const std::size_t size = block_size(i);
    switch (node.kind) {
      case NodeKind::coordinates:
        for (std::size_t p = 0; p < block_pixels; ++p) std::copy_n(points + 2 * p, 2, block.out + p * block.columns);
        break;
      case NodeKind::chebyshev:
        chebyshev_terms(node.width / 2 - 1, points, block.columns, block.out);
        break;
      case NodeKind::affine:
        affine(i, block.a, block.out);
        break;
      case NodeKind::sine:
        kernels_.activate(Activation::sine, 1, block.a, size, block.out);
        break;
      case NodeKind::modulated_sine:
        modulated_sine(block, tensor(node.tensor[0]), kernels_);
        break;
      case NodeKind::gabor:
        gabor(block, kernels_, scratch, scratch + largest_block_);
        break;
      case NodeKind::window:
        window(block, kernels_, tensor(node.tensor[0]), tensor(node.tensor[1]));
        break;
      case NodeKind::product: {
        const float* b = values + places_[node.b];
        for (std::size_t k = 0; k < size; ++k) block.out[k] = block.a[k] * b[k];
        break;
      }
      case NodeKind::normalise:
        normalise(block, tensor(node.tensor[0]), tensor(node.tensor[1]));
        break;
      case NodeKind::rectify:
        kernels_.activate(Activation::relu, 1, block.a, size, block.out);
        break;
    }
  }
}

void evaluate_graph(const NetworkGraph& graph, const float* weights, const LayerKernels& kernels, const float* x,
                    const float* y, std::size_t count, float* out, std::size_t stride) {
  PackedGraph packed(graph, kernels);
  packed.pack(weights);
  const std::size_t last = graph.nodes.size() - 1;
  const AlignedFloats points = aligned_zeros(2 * block_pixels);
  const AlignedFloats values = aligned_zeros(packed.values_size());
  const AlignedFloats scratch = aligned_zeros(2 * packed.largest_block());
  for (std::size_t begin = 0; begin < count; begin += block_pixels) {
    const std::size_t filled = std::min(block_pixels, count - begin);
    for (std::size_t p = 0; p < filled; ++p) {
      points[2 * p] = x[begin + p];
      points[2 * p + 1] = y[begin + p];
    }
    packed.forward(points.get(), values.get(), scratch.get());
    for (std::size_t c = 0; c < static_cast<std::size_t>(graph.outputs()); ++c) {
      float* channel = out + c * stride + begin;
      for (std::size_t p = 0; p < filled; ++p) channel[p] = values[packed.place(last) + p * packed.columns(last) + c];
    }
  }
}

}  // namespace sarinr
