#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

#include "fit/latent_parts.h"

namespace sarinr {

namespace {

using Parts = LatentObjective::Parts;

/// Symbols and slopes of a few rows of a grid.
void round_rows(Parts& parts, std::size_t index, const NodeRange& free, int begin, int end,
                const Softening* softening) {
  LatentLevelGrid& grid = parts.grids[index];
  const auto columns = static_cast<std::size_t>(free.columns);
  const std::size_t padded = padded_count(columns);
  for (int r = begin; r < end; ++r) {
    const float* latent = grid.latent.row(r);
    float* symbol = grid.symbol.row(r);
    if (softening == nullptr) {
      for (std::size_t c = 0; c < columns; ++c) symbol[c] = std::nearbyint(latent[c]);
      continue;
    }
    const std::uint32_t draw =
        parts.draw_index[index] + static_cast<std::uint32_t>(static_cast<std::size_t>(r) * padded);
    parts.kernels->soften(latent, padded, *softening, draw, symbol, grid.slope.row(r));
    std::fill(symbol + columns, symbol + padded, 0.0f);
    std::fill(grid.slope.row(r) + columns, grid.slope.row(r) + padded, 0.0f);
  }
}

/// Free symbols into the seen nodes, then their copies beyond the edges.
void place_nodes(Parts& parts, int level, int channel) {
  const NodeRange& free = parts.free_nodes[static_cast<std::size_t>(level)];
  const NodeRange& seen = parts.seen_nodes[static_cast<std::size_t>(level)];
  LatentLevelGrid& grid = parts.grid(level, channel);
  for (int r = 0; r < free.rows; ++r) {
    const int row = free.row + r - seen.row;
    if (row < 0 || row >= seen.rows) continue;
    const int from = std::max(0, seen.column - free.column);
    const int to = std::min(free.columns, seen.column + seen.columns - free.column);
    std::copy(grid.symbol.row(r) + from, grid.symbol.row(r) + std::max(from, to),
              grid.node.row(row) + free.column + from - seen.column);
  }
  for (const Parts::Copy& copy : parts.copies[static_cast<std::size_t>(level)]) {
    grid.node.row(copy.to_row)[copy.to_column] = grid.node.row(copy.from_row)[copy.from_column];
  }
}

}  // namespace

/// The coarser level's symbols at this level's nodes and one around: a node of global index i lies a quarter of a
/// coarse step from node i >> 1. Beyond the tile's own coarse nodes the nearest counts.
void Parts::upsample(int level, int channel) {
  const NodeRange& fine = free_nodes[static_cast<std::size_t>(level)];
  const NodeRange& coarse = free_nodes[static_cast<std::size_t>(level + 1)];
  LatentLevelGrid& out = grid(level, channel);
  if (coarse.count() == 0 || fine.count() == 0) return;
  const PaddedGrid& in = grid(level + 1, channel).symbol;
  std::vector<float> mixed(static_cast<std::size_t>(coarse.columns));
  for (int r = -1; r <= fine.rows; ++r) {
    const int i = fine.row + r;
    const int near = std::clamp((i >> 1) - coarse.row, 0, coarse.rows - 1);
    const int far = std::clamp((i >> 1) + ((i & 1) != 0 ? 1 : -1) - coarse.row, 0, coarse.rows - 1);
    const float* near_row = in.row(near);
    const float* far_row = in.row(far);
    for (int c = 0; c < coarse.columns; ++c) {
      mixed[static_cast<std::size_t>(c)] = 0.75f * near_row[c] + 0.25f * far_row[c];
    }
    float* row = out.upsampled.row(r);
    for (int c = -1; c <= fine.columns; ++c) {
      const int j = fine.column + c;
      const int close = std::clamp((j >> 1) - coarse.column, 0, coarse.columns - 1);
      const int beside = std::clamp((j >> 1) + ((j & 1) != 0 ? 1 : -1) - coarse.column, 0, coarse.columns - 1);
      row[c] = 0.75f * mixed[static_cast<std::size_t>(close)] + 0.25f * mixed[static_cast<std::size_t>(beside)];
    }
  }
}

void Parts::round(const Softening* softening) {
  constexpr int chunk = 64;
  struct Chunk {
    std::size_t grid;
    int level, begin, end;
  };
  std::vector<Chunk> chunks;
  for (int level = 0; level < shape.levels; ++level) {
    const int count = free_nodes[static_cast<std::size_t>(level)].rows;
    for (int channel = 0; channel < shape.channels; ++channel) {
      for (int r = 0; r < count; r += chunk) {
        chunks.push_back(
            {static_cast<std::size_t>(level * shape.channels + channel), level, r, std::min(count, r + chunk)});
      }
    }
  }
  oneapi::tbb::parallel_for(std::size_t{0}, chunks.size(), [&](std::size_t i) {
    const Chunk& part = chunks[i];
    round_rows(*this, part.grid, free_nodes[static_cast<std::size_t>(part.level)], part.begin, part.end, softening);
  });
  oneapi::tbb::parallel_for(0, shape.inputs(), [&](int i) {
    const int level = i / shape.channels;
    const int channel = i % shape.channels;
    place_nodes(*this, level, channel);
    if (level < shape.filtered_levels()) filter(level, channel);
    if (level + 1 < shape.levels) upsample(level, channel);
  });
}

}  // namespace sarinr
