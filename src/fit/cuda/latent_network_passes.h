#pragma once

#include "fit/cuda/latent_grid_passes.h"

namespace sarinr::fused {

// What fit/latent_synthesis and latent_entropy do on the processor, a thread for each pixel or node. Kernels are
// compiled for hidden layers of at most `padded` neurons, which stay in registers.

/// A network of two hidden layers beside which the inputs go straight to the last; matrices are outputs x inputs.
struct LatentNet {
  int inputs = 0, width = 0, outputs = 0;
  bool residual = false;  ///< the second layer adds to the first
  const float *first = nullptr, *first_bias = nullptr, *second = nullptr, *second_bias = nullptr;
  const float *out = nullptr, *skip = nullptr, *out_bias = nullptr;

  /// Weights of the tensors, one after the other.
  SARINR_EITHER int first_size() const { return width * inputs; }
  SARINR_EITHER int second_size() const { return width * width; }
};

/// Its tensors, whose places are in the order of latent_tensor.
SARINR_DEVICE void take_weights(const LatentArguments& a, const int* places, LatentNet& net) {
  const float** const tensors[] = {&net.first, &net.first_bias, &net.second,  &net.second_bias,
                                   &net.out,   &net.skip,       &net.out_bias};
  SARINR_UNROLL
  for (int k = 0; k < 7; ++k) *tensors[k] = a.weights + places[k];
}

SARINR_DEVICE LatentNet synthesis_net(const LatentArguments& a) {
  LatentNet net{a.inputs(), a.width, a.channels};
  take_weights(a, a.synthesis_places, net);
  return net;
}

SARINR_DEVICE LatentNet entropy_net(const LatentArguments& a, int channel, int level) {
  LatentNet net{a.entropy_inputs(channel), a.entropy_width, 2, true};
  take_weights(a, a.entropy_places[channel], net);
  net.out_bias += 2 * level;
  return net;
}

template <int padded>
struct LatentLayers {
  float first[padded];
  float second[padded];
};

/// The hidden layers of point `i`, whose inputs lie in the planes.
template <int padded>
SARINR_DEVICE void run_layers(const LatentNet& net, const LatentPlanes& planes, int i, LatentLayers<padded>& layers) {
  SARINR_UNROLL
  for (int k = 0; k < padded; ++k) layers.first[k] = k < net.width ? net.first_bias[k] : 0;
  for (int input = 0; input < net.inputs; ++input) {
    const float x = planes.input[input * planes.points + i];
    SARINR_UNROLL
    for (int k = 0; k < padded; ++k) {
      if (k < net.width) layers.first[k] += net.first[k * net.inputs + input] * x;
    }
  }
  SARINR_UNROLL
  for (int k = 0; k < padded; ++k) layers.first[k] = fmaxf(layers.first[k], 0.0f);
  SARINR_UNROLL
  for (int k = 0; k < padded; ++k) {
    float sum = k < net.width ? net.second_bias[k] : 0;
    SARINR_UNROLL
    for (int j = 0; j < padded; ++j) {
      if (k < net.width && j < net.width) sum += net.second[k * net.width + j] * layers.first[j];
    }
    layers.second[k] = fmaxf(sum, 0.0f);
  }
}

template <int padded>
SARINR_DEVICE float output_of(const LatentNet& net, const LatentPlanes& planes, int i,
                              const LatentLayers<padded>& layers, int output) {
  float sum = net.out_bias[output];
  SARINR_UNROLL
  for (int k = 0; k < padded; ++k) {
    const float hidden = layers.second[k] + (net.residual ? layers.first[k] : 0.0f);
    if (k < net.width) sum += net.out[output * net.width + k] * hidden;
  }
  for (int input = 0; input < net.inputs; ++input) {
    sum += net.skip[output * net.inputs + input] * planes.input[input * planes.points + i];
  }
  return sum;
}

/// From the outputs' gradients, which lie in the planes, to all others.
template <int padded>
SARINR_DEVICE void run_back(const LatentNet& net, const LatentPlanes& planes, int i,
                            const LatentLayers<padded>& layers) {
  float hidden[padded];
  float second[padded];
  SARINR_UNROLL
  for (int k = 0; k < padded; ++k) {
    hidden[k] = 0;
    if (k >= net.width) continue;
    for (int o = 0; o < net.outputs; ++o) {
      hidden[k] += net.out[o * net.width + k] * planes.out_gradient[o * planes.points + i];
    }
  }
  SARINR_UNROLL
  for (int k = 0; k < padded; ++k) second[k] = layers.second[k] > 0 ? hidden[k] : 0;
  float first[padded];
  SARINR_UNROLL
  for (int k = 0; k < padded; ++k) {
    float sum = net.residual ? hidden[k] : 0;
    SARINR_UNROLL
    for (int j = 0; j < padded; ++j) {
      if (k < net.width && j < net.width) sum += net.second[j * net.width + k] * second[j];
    }
    first[k] = layers.first[k] > 0 ? sum : 0;
  }
  SARINR_UNROLL
  for (int k = 0; k < padded; ++k) {
    if (k >= net.width) continue;
    const int at = k * planes.points + i;
    planes.first[at] = layers.first[k];
    planes.hidden[at] = layers.second[k] + (net.residual ? layers.first[k] : 0.0f);
    planes.first_gradient[at] = first[k];
    planes.second_gradient[at] = second[k];
  }
  for (int input = 0; input < net.inputs; ++input) {
    float sum = 0;
    SARINR_UNROLL
    for (int k = 0; k < padded; ++k) {
      if (k < net.width) sum += net.first[k * net.inputs + input] * first[k];
    }
    for (int o = 0; o < net.outputs; ++o) {
      sum += net.skip[o * net.inputs + input] * planes.out_gradient[o * planes.points + i];
    }
    planes.input_gradient[input * planes.points + i] = sum;
  }
}

/// A level's grid at a pixel: Keys' cubic interpolation of 4 x 4 nodes, or the node itself.
SARINR_DEVICE float interpolated(const LatentArguments& a, int number, int channel, int x, int y) {
  const LatentLevel& level = a.level[number];
  const float* nodes = (level.reach > 0 ? a.filtered : a.node) + level.seen + channel * level.seen_count() +
                       level.reach * (level.seen_columns + 1);
  if (number == 0) return nodes[y * level.seen_columns + x];
  const int column = a.axis_places[level.across.first + x];
  const int row = a.axis_places[level.down.first + y];
  float sum = 0;
  SARINR_UNROLL
  for (int r = 0; r < 4; ++r) {
    float along = 0;
    SARINR_UNROLL
    for (int c = 0; c < 4; ++c) {
      along += a.axis_numbers[level.across.weights + c * level.across.stride + x] *
               nodes[(row + r) * level.seen_columns + column + c];
    }
    sum += a.axis_numbers[level.down.weights + r * level.down.stride + y] * along;
  }
  return sum;
}

/// A pixel's values and their squared error, and all of it backwards.
template <int padded>
SARINR_DEVICE void synthesise(const LatentArguments& a, int i) {
  const LatentPlanes& planes = a.synthesis;
  const LatentNet net = synthesis_net(a);
  for (int input = 0; input < net.inputs; ++input) {
    planes.input[input * planes.points + i] =
        interpolated(a, input / a.channels, input % a.channels, i % a.region_width, i / a.region_width);
  }
  LatentLayers<padded> layers;
  run_layers(net, planes, i, layers);
  float cost = 0;
  for (int channel = 0; channel < a.channels; ++channel) {
    const int at = channel * planes.points + i;
    const float value = output_of(net, planes, i, layers, channel);
    if (a.out != nullptr) a.out[at] = value;
    const float error = value - a.target[at];
    const float weighted = a.target_weight[at] * error;
    cost += weighted * error;
    planes.out_gradient[at] = 2 * a.error_factor * weighted;
  }
  planes.cost[i] = cost;
  if (a.gradients) run_back(net, planes, i, layers);
}

/// Bits of a symbol under a Laplace density integrated over its cell, and their derivatives.
struct SymbolBits {
  float bits = 0, by_symbol = 0, by_log_scale = 0;
};

SARINR_DEVICE SymbolBits laplace_bits(float symbol, float position, float raw) {
  constexpr float least_scale = -3.25f;
  constexpr float greatest_scale = 4.75f;
  constexpr float bits_per_nat = 1.44269504f;
  const float inverse = expf(-fminf(fmaxf(raw, least_scale), greatest_scale));
  const float offset = symbol - position;
  const float distance = fabsf(offset);
  const float beyond = distance - 0.5f;
  // a = exp(-|d - 1/2| / b), e = exp(-1 / b), g = exp(-(d + 1/2) / b) inside the cell.
  const float a = expf(-fabsf(beyond) * inverse);
  const float e = expf(-inverse);
  const float g = e / a;
  const bool inside = beyond <= 0;
  const float probability = fmaxf(inside ? 1 - 0.5f * (a + g) : 0.5f * (1 - e), 1e-30f);
  SymbolBits out;
  out.bits = -bits_per_nat * (logf(probability) - (inside ? 0 : beyond * inverse));
  const float scaled = 0.5f * inverse / probability;
  const float by_distance = inside ? -scaled * (a - g) : -inverse;
  const float by_scale =
      inside ? -scaled * (g * (0.5f + distance) - a * beyond) : inverse * (beyond - e / fmaxf(1 - e, 1e-12f));
  out.by_symbol = -bits_per_nat * (offset < 0 ? -by_distance : by_distance);
  out.by_log_scale = -bits_per_nat * by_scale;
  // Outside its range a scale only moves back in: against the gradient.
  const bool stuck = (raw < least_scale && out.by_log_scale > 0) || (raw > greatest_scale && out.by_log_scale < 0);
  if (stuck) out.by_log_scale = 0;
  return out;
}

/// What the entropy network sees of a node, into the planes.
SARINR_DEVICE void store_context(const LatentArguments& a, const LatentPlace& place, int i) {
  const LatentLevel& level = a.level[place.level];
  const LatentPlanes& planes = a.entropy;
  int input = 0;
  const auto store = [&](float x) { planes.input[input++ * planes.points + i] = x; };
  const auto symbol_at = [&](const float* symbols, int row, int column) {
    if (row < 0 || row >= level.rows || column < 0 || column >= level.columns) return 0.0f;
    return symbols[row * level.columns + column];
  };
  const float* own = a.symbol + level.nodes + place.channel * level.count();
  for (int r = -a.window_reach; r <= 0; ++r) {
    const int last = r == 0 ? -1 : a.window_reach;
    for (int c = -a.window_reach; c <= last; ++c) store(symbol_at(own, place.row + r, place.column + c));
  }
  const float* around = a.upsampled + level.around + place.channel * level.around_count();
  for (int k = 0; k < 9; ++k) {
    store(around[(place.row + k / 3) * (level.columns + 2) + place.column + k % 3]);
  }
  if (place.channel == 0) return;
  for (int k = 0; k < 9; ++k) {
    store(symbol_at(own - level.count(), place.row + k / 3 - 1, place.column + k % 3 - 1));
  }
}

/// A node's bits, and all of it backwards.
template <int padded>
SARINR_DEVICE void count_bits(const LatentArguments& a, int i) {
  const LatentPlace place = free_place(a, i);
  const LatentPlanes& planes = a.entropy;
  const LatentNet net = entropy_net(a, place.channel, place.level);
  store_context(a, place, i);
  LatentLayers<padded> layers;
  run_layers(net, planes, i, layers);
  const float position = output_of(net, planes, i, layers, 0);
  const float log_scale = output_of(net, planes, i, layers, 1);
  const SymbolBits bits = laplace_bits(a.symbol[i], position, log_scale);
  planes.cost[i] = bits.bits;
  if (!a.gradients) return;
  a.symbol_gradient[i] = a.bit_weight * bits.by_symbol;
  planes.out_gradient[i] = -a.bit_weight * bits.by_symbol;
  planes.out_gradient[planes.points + i] = a.bit_weight * bits.by_log_scale;
  run_back(net, planes, i, layers);
}

}  // namespace sarinr::fused
