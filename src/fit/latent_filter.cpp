#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>

#include "fit/latent_parts.h"

namespace sarinr {

namespace {

constexpr int chunk_rows = 64;
constexpr std::size_t tap_count = 2 * filter_reach + 1;

/// The inputs of a filter along a row, and along the columns of one.
std::array<const float*, tap_count> beside(const PaddedGrid& grid, int row) {
  std::array<const float*, tap_count> rows;
  for (std::size_t i = 0; i < tap_count; ++i) rows[i] = grid.row(row) + i - filter_reach;
  return rows;
}
std::array<const float*, tap_count> above_and_below(const PaddedGrid& grid, int row) {
  std::array<const float*, tap_count> rows;
  for (std::size_t i = 0; i < tap_count; ++i) rows[i] = grid.row(row + static_cast<int>(i) - filter_reach);
  return rows;
}

void for_chunks(int begin, int end, const std::function<void(std::size_t, int, int)>& work) {
  const int chunks = (end - begin + chunk_rows - 1) / chunk_rows;
  oneapi::tbb::parallel_for(0, chunks, [&](int i) {
    const int first = begin + i * chunk_rows;
    work(static_cast<std::size_t>(i), first, std::min(end, first + chunk_rows));
  });
}

}  // namespace

void LatentObjective::Parts::filter(int level, int channel) {
  const NodeRange& seen = seen_nodes[static_cast<std::size_t>(level)];
  const std::size_t count = padded_count(static_cast<std::size_t>(seen.columns));
  const float* factors = weights.taps.data() + static_cast<std::size_t>(level) * tap_count;
  LatentLevelGrid& of = grid(level, channel);
  for_chunks(0, seen.rows, [&](std::size_t, int begin, int end) {
    for (int row = begin; row < end; ++row) {
      kernels->dense(beside(of.node, row).data(), tap_count, factors, nullptr, 1, count, false, of.along.row(row), 0);
    }
  });
  for_chunks(filter_reach, seen.rows - filter_reach, [&](std::size_t, int begin, int end) {
    for (int row = begin; row < end; ++row) {
      kernels->dense(above_and_below(of.along, row).data(), tap_count, factors, nullptr, 1, count, false,
                     of.filtered.row(row), 0);
    }
  });
}

void LatentObjective::Parts::filter_back(int level, int channel) {
  const NodeRange& seen = seen_nodes[static_cast<std::size_t>(level)];
  const std::size_t count = padded_count(static_cast<std::size_t>(seen.columns));
  const float* factors = weights.taps.data() + static_cast<std::size_t>(level) * tap_count;
  LatentLevelGrid& of = grid(level, channel);
  if (level > 0) add_bands(level, channel, filter_reach, of.filtered_gradient);
  // The filter is symmetric, and gradients are 0 around the nodes that it makes: it is its own adjoint.
  for_chunks(0, seen.rows, [&](std::size_t, int begin, int end) {
    for (int row = begin; row < end; ++row) {
      kernels->dense(above_and_below(of.filtered_gradient, row).data(), tap_count, factors, nullptr, 1, count, false,
                     of.along_gradient.row(row), 0);
    }
  });
  constexpr std::size_t sums = tap_count * latent_lanes;
  of.tap_sums.assign(sums * static_cast<std::size_t>((seen.rows + chunk_rows - 1) / chunk_rows), 0.0f);
  for_chunks(0, seen.rows, [&](std::size_t chunk, int begin, int end) {
    float* own = of.tap_sums.data() + chunk * sums;
    for (int row = begin; row < end; ++row) {
      kernels->outer(of.along_gradient.row(row), 0, 1, beside(of.node, row).data(), tap_count, count, own);
      kernels->outer(of.filtered_gradient.row(row), 0, 1, above_and_below(of.along, row).data(), tap_count, count, own);
      kernels->dense(beside(of.along_gradient, row).data(), tap_count, factors, nullptr, 1, count, false,
                     of.node_gradient.row(row), 0);
    }
  });
}

}  // namespace sarinr
