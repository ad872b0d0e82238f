#include <oneapi/tbb/parallel_for.h>

#include <algorithm>

#include "fit/latent_parts.h"

namespace sarinr {

namespace {

using Parts = LatentObjective::Parts;

/// A seen node's gradient, in the place of its symbol's source.
void gather_synthesis(Parts& parts, int level, int channel) {
  const NodeRange& free = parts.free_nodes[static_cast<std::size_t>(level)];
  const NodeRange& seen = parts.seen_nodes[static_cast<std::size_t>(level)];
  PaddedGrid& gradient = parts.grid(level, channel).gradient;
  PaddedGrid& sums = parts.grid(level, channel).node_gradient;
  if (parts.reach(level) == 0) parts.add_bands(level, channel, 0, sums);
  for (const Parts::Copy& copy : parts.copies[static_cast<std::size_t>(level)]) {
    sums.row(copy.from_row)[copy.from_column] += sums.row(copy.to_row)[copy.to_column];
  }
  for (int r = 0; r < free.rows; ++r) {
    const int row = free.row + r - seen.row;
    for (int c = 0; c < free.columns; ++c) {
      const int column = free.column + c - seen.column;
      const bool is_seen = row >= 0 && row < seen.rows && column >= 0 && column < seen.columns;
      gradient.row(r)[c] = is_seen ? sums.row(row)[column] : 0.0f;
    }
  }
}

void add_rows(const Parts& parts, const PaddedGrid& from, int above, const EntropyBand& band, int rows, int columns,
              PaddedGrid& to) {
  const int below = above == 1 ? 1 : 0;
  for (int r = -above; r < band.end - band.begin + below; ++r) {
    const int row = band.begin + r;
    if (row < 0 || row >= rows) continue;
    parts.kernels->add(from.row(r + above), padded_count(static_cast<std::size_t>(columns)), to.row(row));
  }
}

/// The adjoint of Parts::upsample, from the bands of a finer level.
void gather_upsampled(Parts& parts, int level, int channel) {
  const NodeRange& coarse = parts.free_nodes[static_cast<std::size_t>(level)];
  const NodeRange& fine = parts.free_nodes[static_cast<std::size_t>(level - 1)];
  PaddedGrid& gradient = parts.grid(level, channel).gradient;
  std::vector<float> mixed(static_cast<std::size_t>(coarse.columns));
  for (const EntropyBand& band : parts.entropy) {
    if (band.level != level - 1 || band.channel != channel) continue;
    for (int r = band.begin - 1; r <= band.end; ++r) {
      const float* from = band.upsampled_gradient.row(r - band.begin + 1);
      std::fill(mixed.begin(), mixed.end(), 0.0f);
      for (int c = -1; c <= fine.columns; ++c) {
        const int j = fine.column + c;
        const int close = std::clamp((j >> 1) - coarse.column, 0, coarse.columns - 1);
        const int beside = std::clamp((j >> 1) + ((j & 1) != 0 ? 1 : -1) - coarse.column, 0, coarse.columns - 1);
        mixed[static_cast<std::size_t>(close)] += 0.75f * from[c];
        mixed[static_cast<std::size_t>(beside)] += 0.25f * from[c];
      }
      const int i = fine.row + r;
      float* near = gradient.row(std::clamp((i >> 1) - coarse.row, 0, coarse.rows - 1));
      float* far = gradient.row(std::clamp((i >> 1) + ((i & 1) != 0 ? 1 : -1) - coarse.row, 0, coarse.rows - 1));
      for (int c = 0; c < coarse.columns; ++c) {
        near[c] += 0.75f * mixed[static_cast<std::size_t>(c)];
        far[c] += 0.25f * mixed[static_cast<std::size_t>(c)];
      }
    }
  }
}

void gather_grid(Parts& parts, int level, int channel) {
  const NodeRange& free = parts.free_nodes[static_cast<std::size_t>(level)];
  if (free.count() == 0) return;
  LatentLevelGrid& grid = parts.grid(level, channel);
  gather_synthesis(parts, level, channel);
  for (const EntropyBand& band : parts.entropy) {
    if (band.level != level) continue;
    if (band.channel == channel) {
      add_rows(parts, band.symbol_gradient, parts.shape.reach(), band, free.rows, free.columns, grid.gradient);
    }
    if (band.channel == channel + 1) {
      add_rows(parts, band.previous_gradient, 1, band, free.rows, free.columns, grid.gradient);
    }
  }
  if (level > 0) gather_upsampled(parts, level, channel);
  for (int r = 0; r < free.rows; ++r) {
    float* gradient = grid.gradient.row(r);
    const float* slope = grid.slope.row(r);
    for (int c = 0; c < free.columns; ++c) gradient[c] *= slope[c];
    std::fill(gradient + free.columns, gradient + padded_count(static_cast<std::size_t>(free.columns)), 0.0f);
  }
}

constexpr std::size_t tap_lanes = (2 * filter_reach + 1) * latent_lanes;

double lane_sum(const float* lanes) {
  double sum = 0;
  for (std::size_t i = 0; i < latent_lanes; ++i) sum += static_cast<double>(lanes[i]);
  return sum;
}

/// Adds sums in lanes of a matrix of `columns`, of which `first` and on, to a tensor.
void add_matrix(const std::vector<float>& sums, std::size_t rows, std::size_t columns, std::size_t first,
                std::size_t wanted, std::vector<double>& gradient, std::size_t offset) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < wanted; ++c) {
      gradient[offset + r * wanted + c] += lane_sum(sums.data() + (r * columns + first + c) * latent_lanes);
    }
  }
}

}  // namespace

void Parts::add_bands(int level, int channel, int offset, PaddedGrid& sums) const {
  const int count = columns[static_cast<std::size_t>(level)].count;
  sums.clear();
  for (const SynthesisBand& band : synthesis) {
    const SynthesisBand::Level& part = band.levels[static_cast<std::size_t>(level)];
    const float* from = part.node_gradient.data() + static_cast<std::ptrdiff_t>(channel) * part.rows * count;
    for (int r = 0; r < part.rows; ++r) {
      float* to = sums.row(part.first_row + r + offset) + offset;
      for (int c = 0; c < count; ++c) to[c] += *from++;
    }
  }
}

void Parts::gather_gradient() {
  oneapi::tbb::parallel_for(0, shape.inputs(),
                            [&](int i) { gather_grid(*this, i / shape.channels, i % shape.channels); });
}

void Parts::gather_weights(std::vector<float>& gradient) const {
  using namespace latent_tensor;
  std::vector<double> sums(tensors.back().offset + tensors.back().size());
  const auto offset = [&](int index) { return tensors[static_cast<std::size_t>(index)].offset; };
  const auto add = [&](const WeightSums& from, std::size_t inputs, std::size_t width, std::size_t outputs,
                       const int* places, std::size_t bias_offset) {
    add_matrix(from.first, width, inputs, 0, inputs, sums, offset(places[0]));
    add_matrix(from.first_bias, width, 1, 0, 1, sums, offset(places[1]));
    add_matrix(from.second, width, width, 0, width, sums, offset(places[2]));
    add_matrix(from.second_bias, width, 1, 0, 1, sums, offset(places[3]));
    add_matrix(from.last, outputs, width + inputs, 0, width, sums, offset(places[4]));
    add_matrix(from.last, outputs, width + inputs, width, inputs, sums, offset(places[5]));
    add_matrix(from.last_bias, outputs, 1, 0, 1, sums, bias_offset);
  };
  const auto inputs = static_cast<std::size_t>(shape.inputs());
  const int synthesis_places[] = {first, first_bias, second, second_bias, out, skip};
  for (const SynthesisBand& band : synthesis) {
    add(band.sums, inputs, static_cast<std::size_t>(shape.width), static_cast<std::size_t>(shape.channels),
        synthesis_places, offset(out_bias));
  }
  for (int i = 0; i < shape.filtered_levels() * shape.channels; ++i) {
    const std::vector<float>& from = grids[static_cast<std::size_t>(i)].tap_sums;
    double* to = sums.data() + offset(taps) + static_cast<std::size_t>(i / shape.channels * filter_reach);
    for (std::size_t chunk = 0; chunk < from.size(); chunk += tap_lanes) {
      for (int tap = 1; tap <= filter_reach; ++tap) {
        for (const int place : {filter_reach - tap, filter_reach + tap}) {
          to[tap - 1] += lane_sum(from.data() + chunk + static_cast<std::size_t>(place) * latent_lanes);
        }
      }
    }
  }
  for (const int matrix : {first, skip}) {
    for (std::size_t i = 0; i < tensors[static_cast<std::size_t>(matrix)].size(); ++i) {
      sums[offset(matrix) + i] *= static_cast<double>(shape.level_step(static_cast<int>(i % inputs) / shape.channels));
    }
  }
  for (const EntropyBand& band : entropy) {
    const int places[] = {of_channel(band.channel, entropy_first),  of_channel(band.channel, entropy_first_bias),
                          of_channel(band.channel, entropy_second), of_channel(band.channel, entropy_second_bias),
                          of_channel(band.channel, entropy_out),    of_channel(band.channel, entropy_skip)};
    add(band.sums, static_cast<std::size_t>(shape.entropy_inputs(band.channel)),
        static_cast<std::size_t>(shape.entropy_width), 2, places,
        offset(of_channel(band.channel, entropy_level_bias)) + static_cast<std::size_t>(2 * band.level));
  }
  gradient.assign(sums.begin(), sums.end());
}

}  // namespace sarinr
