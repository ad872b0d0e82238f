#include "field/latent_level.h"

#include <algorithm>
#include <string>

#include "field/latent_kernels.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

/// The number of the last node at or before a coordinate: floor(corner / 2^level - 1/2).
int last_node(int corner, int level) {
  return static_cast<int>((2 * std::int64_t{corner} - (std::int64_t{1} << level)) >> (level + 1));
}

void shared_part(int a, int a_length, int b, int b_length, int& begin, int& length) {
  begin = std::max(a, b);
  length = std::max(0, std::min(a + a_length, b + b_length) - begin);
}

}  // namespace

NodeRange common_nodes(const NodeRange& a, const NodeRange& b) {
  NodeRange common;
  shared_part(a.column, a.columns, b.column, b.columns, common.column, common.columns);
  shared_part(a.row, a.rows, b.row, b.rows, common.row, common.rows);
  return common;
}

LatentLevel::LatentLevel(int of_level, int channels, int reach, const Extent& raster_pixels, const Extent& core)
    : level(of_level), raster(nodes_within(raster_pixels, level)) {
  nodes.column = last_node(core.x, level) - 1;
  nodes.columns = last_node(core.x + core.width, level) + 3 - nodes.column;
  nodes.row = last_node(core.y, level) - 1;
  nodes.rows = last_node(core.y + core.height, level) + 3 - nodes.row;
  seen = {nodes.column - reach, nodes.row - reach, nodes.columns + 2 * reach, nodes.rows + 2 * reach};
  symbols.assign(static_cast<std::size_t>(channels) * seen.count(), 0);
}

NodeRange LatentLevel::within_raster() const { return common_nodes(seen, raster); }

void LatentLevel::add(int channel, const Extent& core, const std::vector<std::int16_t>& owned) {
  const NodeRange own = nodes_within(core, level);
  if (owned.size() != own.count()) {
    throw Error("a tile has " + std::to_string(owned.size()) + " symbols of level " + std::to_string(level) +
                    ", but its core " + std::to_string(own.count()) + " nodes",
                ErrorKind::internal);
  }
  if (owned.empty()) return;
  const int raster_end = raster.column + raster.columns;
  const NodeRange taken = common_nodes(own, seen);
  for (int row = seen.row; row < seen.row + seen.rows; ++row) {
    const int from = std::clamp(row, raster.row, raster.row + raster.rows - 1) - own.row;
    if (from < 0 || from >= own.rows) continue;
    const std::int16_t* source = owned.data() + std::ptrdiff_t{from} * own.columns;
    std::int16_t* target = &symbols[place_in(seen, channel, seen.column, row)];
    std::copy_n(source + std::max(0, taken.column - own.column), taken.columns,
                target + std::max(0, taken.column - seen.column));
    if (own.column == raster.column && seen.column < raster.column) {
      std::fill_n(target, raster.column - seen.column, source[0]);
    }
    if (own.column + own.columns == raster_end && seen.column + seen.columns > raster_end) {
      std::fill(target + (raster_end - seen.column), target + seen.columns, source[own.columns - 1]);
    }
  }
}

/// Along rows over all rows that are seen, then along columns.
void LatentLevel::filter(int channel, const float* taps) {
  const auto columns = static_cast<std::size_t>(nodes.columns);
  const auto seen_columns = static_cast<std::size_t>(seen.columns);
  std::vector<float> along(static_cast<std::size_t>(seen.rows) * columns);
  for (int row = 0; row < seen.rows; ++row) {
    const std::int16_t* from =
        &symbols[static_cast<std::size_t>(channel) * seen.count() + static_cast<std::size_t>(row) * seen_columns];
    float* to = along.data() + static_cast<std::size_t>(row) * columns;
    for (std::size_t i = 0; i < columns; ++i) {
      float sum = static_cast<float>(from[i + filter_reach]);
      for (std::size_t k = 1; k <= filter_reach; ++k) {
        sum += taps[k - 1] * static_cast<float>(from[i + filter_reach - k] + from[i + filter_reach + k]);
      }
      to[i] = sum;
    }
  }
  for (std::size_t row = 0; row < static_cast<std::size_t>(nodes.rows); ++row) {
    const float* from = along.data() + (row + filter_reach) * columns;
    float* to = values.data() + static_cast<std::size_t>(channel) * nodes.count() + row * columns;
    for (std::size_t i = 0; i < columns; ++i) {
      float sum = from[i];
      for (std::size_t k = 1; k <= filter_reach; ++k)
        sum += taps[k - 1] * ((from - k * columns)[i] + from[i + k * columns]);
      to[i] = sum;
    }
  }
}

void LatentLevel::complete(int channels, const float* taps) {
  values.assign(static_cast<std::size_t>(channels) * nodes.count() + latent_slack, 0);
  for (int channel = 0; channel < channels; ++channel) {
    if (taps != nullptr) {
      filter(channel, taps);
    } else {
      std::copy_n(symbols.begin() + static_cast<std::ptrdiff_t>(channel) * static_cast<std::ptrdiff_t>(seen.count()),
                  seen.count(),
                  values.begin() + static_cast<std::ptrdiff_t>(channel) * static_cast<std::ptrdiff_t>(nodes.count()));
    }
  }
  symbols = {};
}

}  // namespace sarinr
