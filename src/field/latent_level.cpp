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

LatentLevel::LatentLevel(int of_level, int channels, const Extent& raster_pixels, const Extent& core)
    : level(of_level), raster(nodes_within(raster_pixels, level)) {
  nodes.column = last_node(core.x, level) - 1;
  nodes.columns = last_node(core.x + core.width, level) + 3 - nodes.column;
  nodes.row = last_node(core.y, level) - 1;
  nodes.rows = last_node(core.y + core.height, level) + 3 - nodes.row;
  symbols.assign(static_cast<std::size_t>(channels) * nodes.count() + latent_slack, 0);
}

std::size_t LatentLevel::index(int channel, int column, int row) const {
  return static_cast<std::size_t>(channel) * nodes.count() + static_cast<std::size_t>(row - nodes.row) * row_step() +
         static_cast<std::size_t>(column - nodes.column);
}

NodeRange LatentLevel::within_raster() const { return common_nodes(nodes, raster); }

void LatentLevel::add(int channel, const Extent& core, const std::vector<std::int16_t>& owned) {
  const NodeRange own = nodes_within(core, level);
  if (owned.size() != own.count()) {
    throw Error("a tile has " + std::to_string(owned.size()) + " symbols of level " + std::to_string(level) +
                    ", but its core " + std::to_string(own.count()) + " nodes",
                ErrorKind::internal);
  }
  if (owned.empty()) return;
  const int raster_end = raster.column + raster.columns;
  const NodeRange taken = common_nodes(own, nodes);
  for (int row = nodes.row; row < nodes.row + nodes.rows; ++row) {
    const int from = std::clamp(row, raster.row, raster.row + raster.rows - 1) - own.row;
    if (from < 0 || from >= own.rows) continue;
    const std::int16_t* source = owned.data() + std::ptrdiff_t{from} * own.columns;
    std::int16_t* target = &symbols[index(channel, nodes.column, row)];
    std::copy_n(source + std::max(0, taken.column - own.column), taken.columns,
                target + std::max(0, taken.column - nodes.column));
    if (own.column == raster.column && nodes.column < raster.column) {
      std::fill_n(target, raster.column - nodes.column, source[0]);
    }
    if (own.column + own.columns == raster_end && nodes.column + nodes.columns > raster_end) {
      std::fill(target + (raster_end - nodes.column), target + nodes.columns, source[own.columns - 1]);
    }
  }
}

}  // namespace sarinr
