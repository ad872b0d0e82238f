#pragma once

#include <math.h>

#include "fit/cuda/latent_arguments.h"

namespace sarinr::fused {

// What fit/latent_rounding, latent_filter and latent_gather do on the processor, a thread for each number.

struct LatentPlace {
  int level = 0, channel = 0, row = 0, column = 0;
};

/// The place of number `i` of arrays whose levels have `count(level)` numbers a channel, rows of `columns(level)`.
template <class Count, class Columns>
SARINR_DEVICE LatentPlace place_of(const LatentArguments& a, int i, const Count& count, const Columns& columns) {
  LatentPlace place;
  while (i >= a.channels * count(a.level[place.level])) {
    i -= a.channels * count(a.level[place.level]);
    ++place.level;
  }
  const int size = count(a.level[place.level]);
  place.channel = i / size;
  place.row = i % size / columns(a.level[place.level]);
  place.column = i % size % columns(a.level[place.level]);
  return place;
}

SARINR_DEVICE LatentPlace free_place(const LatentArguments& a, int i) {
  return place_of(
      a, i, [](const LatentLevel& level) { return level.count(); },
      [](const LatentLevel& level) { return level.columns; });
}
SARINR_DEVICE LatentPlace seen_place(const LatentArguments& a, int i) {
  return place_of(
      a, i, [](const LatentLevel& level) { return level.seen_count(); },
      [](const LatentLevel& level) { return level.seen_columns; });
}
/// Rows and columns count from one before the free nodes.
SARINR_DEVICE LatentPlace around_place(const LatentArguments& a, int i) {
  return place_of(
      a, i, [](const LatentLevel& level) { return level.around_count(); },
      [](const LatentLevel& level) { return level.columns + 2; });
}

/// floor(x) + 1/2 + tanh((x - floor(x) - 1/2) / T) height, and its slope (docs/metrics.md).
SARINR_DEVICE float soft_round(const LatentArguments& a, float x, float& slope) {
  const float centre = floorf(x) + 0.5f;
  const float z = (x - centre) / a.temperature;
  const float tanh = 1 - 2 / (expf(2 * z) + 1);
  slope = a.soft_height / a.temperature * (1 - tanh * tanh);
  return centre + a.soft_height * tanh;
}

SARINR_DEVICE void round_latents(const LatentArguments& a, int i) {
  const float latent = a.latent[i];
  if (!a.soft) {
    a.symbol[i] = rintf(latent);
    return;
  }
  const LatentPlace place = free_place(a, i);
  const LatentLevel& level = a.level[place.level];
  const std::uint32_t index = level.draw + static_cast<std::uint32_t>(place.channel) * level.draw_channel +
                              static_cast<std::uint32_t>(place.row) * level.draw_row +
                              static_cast<std::uint32_t>(place.column);
  std::uint32_t hash = index * 0x9E3779B1u + a.draw_step * 0x85EBCA6Bu;
  hash = (hash ^ (hash >> 15)) * 0x2C1B3C6Du;
  hash = (hash ^ (hash >> 12)) * 0x297A2D39u;
  hash ^= hash >> 15;
  constexpr std::uint32_t last_noise = 4095;
  float first = 0;
  float second = 0;
  const float softened = soft_round(a, latent, first);
  a.symbol[i] = soft_round(a, softened + a.noise[hash & last_noise], second);
  a.slope[i] = first * second;
}

SARINR_DEVICE void place_nodes(const LatentArguments& a, int i) {
  const LatentPlace place = seen_place(a, i);
  const LatentLevel& level = a.level[place.level];
  const int source = a.sources[level.sources + place.row * level.seen_columns + place.column];
  if (source >= 0) a.node[i] = a.symbol[level.nodes + place.channel * level.count() + source];
}

/// The filter along rows or columns; it is symmetric, so its adjoint too.
template <bool down>
SARINR_DEVICE void filter(const LatentArguments& a, int i, const float* from, float* to) {
  const LatentPlace place = seen_place(a, i);
  const LatentLevel& level = a.level[place.level];
  const float* taps = a.weights + a.synthesis_places[7] + place.level * latent_taps;
  const int at = down ? place.row : place.column;
  const int count = down ? level.seen_rows : level.seen_columns;
  const int step = down ? level.seen_columns : 1;
  float sum = from[i];
  SARINR_UNROLL
  for (int tap = 1; tap <= latent_taps; ++tap) {
    if (at >= tap) sum += taps[tap - 1] * from[i - tap * step];
    if (at + tap < count) sum += taps[tap - 1] * from[i + tap * step];
  }
  to[i] = sum;
}

SARINR_DEVICE int clamped(int i, int count) { return i < 0 ? 0 : (i < count ? i : count - 1); }

/// The two coarse nodes that a fine one of global index i lies between: three quarters of one, a quarter of the other.
struct CoarsePair {
  int near = 0, far = 0;
};
SARINR_DEVICE CoarsePair coarse_pair(int i, int first, int count) {
  return {clamped((i >> 1) - first, count), clamped((i >> 1) + ((i & 1) != 0 ? 1 : -1) - first, count)};
}

SARINR_DEVICE void upsample(const LatentArguments& a, int i) {
  const LatentPlace place = around_place(a, i);
  const LatentLevel& fine = a.level[place.level];
  if (place.level + 1 >= a.levels || a.level[place.level + 1].count() == 0 || fine.count() == 0) {
    a.upsampled[i] = 0;
    return;
  }
  const LatentLevel& coarse = a.level[place.level + 1];
  const CoarsePair row = coarse_pair(fine.row + place.row - 1, coarse.row, coarse.rows);
  const CoarsePair column = coarse_pair(fine.column + place.column - 1, coarse.column, coarse.columns);
  const float* symbols = a.symbol + coarse.nodes + place.channel * coarse.count();
  const auto mixed = [&](int c) {
    return 0.75f * symbols[row.near * coarse.columns + c] + 0.25f * symbols[row.far * coarse.columns + c];
  };
  a.upsampled[i] = 0.75f * mixed(column.near) + 0.25f * mixed(column.far);
}

/// The gradient of an upsampled number, from the nodes around it whose bits depend on it.
SARINR_DEVICE void spread_upsampled(const LatentArguments& a, int i) {
  const LatentPlace place = around_place(a, i);
  const LatentLevel& level = a.level[place.level];
  const int nodes = level.nodes + place.channel * level.count();
  float sum = 0;
  for (int k = 0; k < 9; ++k) {
    const int row = place.row - 1 - (k / 3 - 1);
    const int column = place.column - 1 - (k % 3 - 1);
    if (row < 0 || row >= level.rows || column < 0 || column >= level.columns) continue;
    sum += a.entropy.input_gradient[(a.neighbours + k) * a.entropy.points + nodes + row * level.columns + column];
  }
  a.upsampled_gradient[i] = sum;
}

/// Gradients of interpolated values along a row of pixels to the columns of nodes.
SARINR_DEVICE void reduce_rows(const LatentArguments& a, int i) {
  const LatentPlace place = place_of(
      a, i, [&](const LatentLevel& level) { return level.across.count * a.region_height; },
      [](const LatentLevel& level) { return level.across.count; });
  const LatentAxis& axis = a.level[place.level].across;
  const float* gradient = a.synthesis.input_gradient + (place.level * a.channels + place.channel) * a.synthesis.points +
                          place.row * a.region_width;
  const int start = a.axis_places[axis.start + place.column];
  const float* factors = a.axis_numbers + axis.adjoint + place.column * axis.adjoint_length;
  float sum = 0;
  for (int k = 0; start >= 0 && k < axis.adjoint_length && start + k < a.region_width; ++k) {
    sum += factors[k] * gradient[start + k];
  }
  a.reduced[i] = sum;
}

/// The same along columns; the finest level's nodes are the pixels.
SARINR_DEVICE void reduce_columns(const LatentArguments& a, int i) {
  const LatentPlace place = seen_place(a, i);
  const LatentLevel& level = a.level[place.level];
  const int row = place.row - level.reach;
  const int column = place.column - level.reach;
  float* to = level.reach > 0 ? a.filtered_gradient : a.node_gradient;
  float sum = 0;
  if (place.level == 0) {
    if (row >= 0 && row < a.region_height && column >= 0 && column < a.region_width) {
      sum = a.synthesis.input_gradient[place.channel * a.synthesis.points + row * a.region_width + column];
    }
  } else if (row >= 0 && row < level.down.count && column >= 0 && column < level.across.count) {
    const LatentAxis& axis = level.down;
    const int start = a.axis_places[axis.start + row];
    const float* factors = a.axis_numbers + axis.adjoint + row * axis.adjoint_length;
    const float* gradient = a.reduced + level.reduced + place.channel * level.across.count * a.region_height + column;
    for (int k = 0; start >= 0 && k < axis.adjoint_length && start + k < a.region_height; ++k) {
      sum += factors[k] * gradient[(start + k) * level.across.count];
    }
  }
  to[i] = sum;
}

/// How the bits of the nodes behind this one, and of the next channel's, depend on its symbol.
SARINR_DEVICE float context_gradient(const LatentArguments& a, const LatentPlace& place) {
  const LatentLevel& level = a.level[place.level];
  const int points = a.entropy.points;
  const int nodes = level.nodes + place.channel * level.count();
  const auto gradient_at = [&](int input, int first, int row, int column) {
    if (row < 0 || row >= level.rows || column < 0 || column >= level.columns) return 0.0f;
    return a.entropy.input_gradient[input * points + first + row * level.columns + column];
  };
  float sum = 0;
  int input = 0;
  for (int r = -a.window_reach; r <= 0; ++r) {
    const int last = r == 0 ? -1 : a.window_reach;
    for (int c = -a.window_reach; c <= last; ++c) {
      sum += gradient_at(input++, nodes, place.row - r, place.column - c);
    }
  }
  if (place.channel + 1 == a.channels) return sum;
  for (int k = 0; k < 9; ++k) {
    sum +=
        gradient_at(a.neighbours + 9 + k, nodes + level.count(), place.row - (k / 3 - 1), place.column - (k % 3 - 1));
  }
  return sum;
}

/// The adjoint of upsample: from the finer level's numbers that a node is part of.
SARINR_DEVICE float finer_gradient(const LatentArguments& a, const LatentPlace& place) {
  const LatentLevel& coarse = a.level[place.level];
  const LatentLevel& fine = a.level[place.level - 1];
  if (fine.count() == 0) return 0;
  const float* gradients = a.upsampled_gradient + fine.around + place.channel * fine.around_count();
  const auto share = [](const CoarsePair& pair, int node) {
    return (pair.near == node ? 0.75f : 0.0f) + (pair.far == node ? 0.25f : 0.0f);
  };
  // Those around a tile's edge that count the nearest node lie at most this far.
  constexpr int far = 5;
  const int row = 2 * (coarse.row + place.row) - fine.row + 1;
  const int column = 2 * (coarse.column + place.column) - fine.column + 1;
  float sum = 0;
  for (int r = row - far; r <= row + far; ++r) {
    if (r < 0 || r >= fine.rows + 2) continue;
    const float part = share(coarse_pair(fine.row + r - 1, coarse.row, coarse.rows), place.row);
    if (part == 0) continue;
    for (int c = column - far; c <= column + far; ++c) {
      if (c < 0 || c >= fine.columns + 2) continue;
      const CoarsePair pair = coarse_pair(fine.column + c - 1, coarse.column, coarse.columns);
      sum += part * share(pair, place.column) * gradients[r * (fine.columns + 2) + c];
    }
  }
  return sum;
}

/// Everything that depends on a latent, and Adam's step with it (AdamStep; 0.9, 0.999).
SARINR_DEVICE void move_latents(const LatentArguments& a, int i) {
  const LatentPlace place = free_place(a, i);
  const LatentLevel& level = a.level[place.level];
  float sum = a.symbol_gradient[i] + context_gradient(a, place);
  if (place.level > 0) sum += finer_gradient(a, place);
  const int own = level.seers + place.row * level.columns + place.column;
  const float* seen = a.node_gradient + level.seen + place.channel * level.seen_count();
  for (int k = a.seer_starts[own]; k < a.seer_starts[own + 1]; ++k) sum += seen[a.seers[k]];
  const float gradient = a.slope[i] * sum;
  a.gradient[i] = gradient;
  if (((a.active >> place.channel) & 1u) == 0) return;
  const float first = 0.9f * a.first_moment[i] + 0.1f * gradient;
  const float second = 0.999f * a.second_moment[i] + 0.001f * gradient * gradient;
  a.first_moment[i] = first;
  a.second_moment[i] = second;
  a.latent[i] -= level.rate * (first / (sqrtf(second * a.second_correction) + 1e-12f));
}

}  // namespace sarinr::fused
