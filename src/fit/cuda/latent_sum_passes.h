#pragma once

#include "fit/cuda/latent_network_passes.h"

namespace sarinr::fused {

// Sums over all pixels or nodes: a thread block adds up a chunk, and whoever wants the sum adds up the chunks, both in
// a fixed order. `block` runs work on its threads and waits for them: each(count, work(i)).

/// The rows of numbers whose products over a chunk's points are the weights' gradients, in the order in which they lie
/// in shared memory: gradients of the first and second layer and of the outputs; inputs, first layer, what the last
/// layer sees, ones.
struct ProductRows {
  LatentNet net;
  LatentPlanes planes;

  SARINR_EITHER int left() const { return 2 * net.width + net.outputs; }
  SARINR_EITHER int count() const { return left() + net.inputs + 2 * net.width + 1; }
  SARINR_EITHER int weights() const {
    return net.first_size() + net.width + net.second_size() + net.width + net.outputs * (net.width + net.inputs + 1);
  }

  SARINR_DEVICE float number(int row, int point) const {
    const float* const planes_of[] = {planes.first_gradient, planes.second_gradient, planes.out_gradient,
                                      planes.input,          planes.first,           planes.hidden};
    const int sizes[] = {net.width, net.width, net.outputs, net.inputs, net.width, net.width};
    for (int k = 0; k < 6; ++k) {
      if (row < sizes[k]) return planes_of[k][row * planes.points + point];
      row -= sizes[k];
    }
    return 1;
  }

  /// The rows of a weight, tensors lying in the order of latent_tensor.
  SARINR_DEVICE void rows_of(int weight, int& left_row, int& right_row) const {
    const int inputs = left();
    const int first = inputs + net.inputs;
    const int hidden = first + net.width;
    const int ones = hidden + net.width;
    const int outputs[] = {net.width, net.width, net.width, net.width, net.outputs, net.outputs, net.outputs};
    const int columns[] = {net.inputs, 1, net.width, 1, net.width, net.inputs, 1};
    const int lefts[] = {0, 0, net.width, net.width, 2 * net.width, 2 * net.width, 2 * net.width};
    const int rights[] = {inputs, ones, first, ones, hidden, inputs, ones};
    int tensor = 0;
    while (weight >= outputs[tensor] * columns[tensor]) {
      weight -= outputs[tensor] * columns[tensor];
      ++tensor;
    }
    left_row = lefts[tensor] + weight / columns[tensor];
    right_row = rights[tensor] + weight % columns[tensor];
  }
};

SARINR_DEVICE ProductRows rows_of_chunk(const LatentArguments& a, const LatentChunk& chunk) {
  if (chunk.network < 0) return {synthesis_net(a), a.synthesis};
  return {entropy_net(a, chunk.network, chunk.level), a.entropy};
}

template <class Block>
SARINR_DEVICE void multiply(Block& block, const LatentArguments& a, int index, float* shared) {
  const LatentChunk chunk = a.chunks[index];
  const ProductRows rows = rows_of_chunk(a, chunk);
  constexpr int stride = latent_points + 1;
  for (int begin = 0; begin < chunk.count; begin += latent_points) {
    block.each(rows.count() * latent_points, [&](int k) {
      const int point = begin + k % latent_points;
      const int row = k / latent_points;
      shared[row * stride + k % latent_points] = point < chunk.count ? rows.number(row, chunk.first + point) : 0.0f;
    });
    block.each(rows.weights(), [&](int weight) {
      int left = 0;
      int right = 0;
      rows.rows_of(weight, left, right);
      float sum = 0;
      for (int point = 0; point < latent_points; ++point) {
        sum += shared[left * stride + point] * shared[right * stride + point];
      }
      float& partial = a.partials[chunk.partial + weight];
      partial = begin == 0 ? sum : partial + sum;
    });
  }
}

/// Of the filters' taps: gradients of what they make times what lies a tap away on either side, along both ways.
template <class Block>
SARINR_DEVICE void multiply_taps(Block& block, const LatentArguments& a, int index, float* shared) {
  const LatentChunk chunk = a.tap_chunks[index];
  const LatentLevel& level = a.level[chunk.level];
  block.each(latent_threads, [&](int thread) {
    float sums[latent_taps] = {};
    for (int k = thread; k < chunk.count; k += latent_threads) {
      const int i = chunk.first + k;
      const LatentPlace place = seen_place(a, i);
      for (int tap = 1; tap <= latent_taps; ++tap) {
        const int down = tap * level.seen_columns;
        float beside = place.column >= tap ? a.node[i - tap] : 0;
        if (place.column + tap < level.seen_columns) beside += a.node[i + tap];
        float above = place.row >= tap ? a.along[i - down] : 0;
        if (place.row + tap < level.seen_rows) above += a.along[i + down];
        sums[tap - 1] += a.along_gradient[i] * beside + a.filtered_gradient[i] * above;
      }
    }
    for (int tap = 0; tap < latent_taps; ++tap) shared[thread * latent_taps + tap] = sums[tap];
  });
  block.each(latent_taps, [&](int tap) {
    float sum = 0;
    for (int thread = 0; thread < latent_threads; ++thread) sum += shared[thread * latent_taps + tap];
    a.tap_partials[index * latent_taps + tap] = sum;
  });
}

/// Squared errors, then bits.
template <class Block>
SARINR_DEVICE void sum_costs(Block& block, const LatentArguments& a, int index, float* shared) {
  const LatentChunk chunk = a.chunks[index];
  const float* costs = (chunk.network < 0 ? a.synthesis : a.entropy).cost + chunk.first;
  block.each(latent_threads, [&](int thread) {
    float sum = 0;
    for (int k = thread; k < chunk.count; k += latent_threads) sum += costs[k];
    shared[thread] = sum;
  });
  block.each(1, [&](int) {
    float sum = 0;
    for (int thread = 0; thread < latent_threads; ++thread) sum += shared[thread];
    a.cost_partials[index] = sum;
  });
}

/// A weight's gradient from the chunks' parts.
SARINR_DEVICE void sum_weights(const LatentArguments& a, int weight) {
  double sum = 0;
  const auto add = [&](int first, int last, int network, int level, int offset) {
    for (int k = first; k < last; ++k) {
      const LatentChunk& chunk = a.chunks[k];
      const bool counts = chunk.network == network && (level < 0 || chunk.level == level);
      if (counts) sum += static_cast<double>(a.partials[chunk.partial + offset]);
    }
  };
  constexpr int taps = 7;
  const int entropy_begin = a.entropy_places[0][0];
  if (weight < a.synthesis_places[taps]) {
    add(0, a.pixel_chunks, -1, -1, weight);
    for (const int matrix : {0, 5}) {
      const int place = weight - a.synthesis_places[matrix];
      const int size = (matrix == 0 ? a.width : a.channels) * a.inputs();
      if (place >= 0 && place < size) sum *= static_cast<double>(a.level_step[place % a.inputs() / a.channels]);
    }
  } else if (weight < entropy_begin) {
    const int level = (weight - a.synthesis_places[taps]) / latent_taps;
    const int tap = (weight - a.synthesis_places[taps]) % latent_taps;
    for (int k = 0; k < a.tap_chunk_count; ++k) {
      if (a.tap_chunks[k].level == level) sum += static_cast<double>(a.tap_partials[k * latent_taps + tap]);
    }
  } else {
    int channel = 0;
    while (channel + 1 < a.channels && weight >= a.entropy_places[channel + 1][0]) ++channel;
    const int bias = a.entropy_places[channel][6];
    const int level = weight >= bias ? (weight - bias) / 2 : -1;
    const int offset = weight >= bias ? bias + (weight - bias) % 2 : weight;
    add(a.pixel_chunks, a.chunk_count, channel, level, offset - a.entropy_places[channel][0]);
  }
  a.weight_gradient[weight] = static_cast<float>(sum);
}

}  // namespace sarinr::fused
