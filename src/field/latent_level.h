#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sarinr/field/latent.h"

namespace sarinr {

/// The nodes of one level that count within a tile's core. Those beyond the raster repeat the nearest, so that the
/// kernels need no limits.
struct LatentLevel {
  LatentLevel(int level, int channels, const Extent& raster, const Extent& core);

  int spacing() const { return 1 << level; }
  /// The cell that holds a pixel's centre: it lies between the nodes of its own number and the next.
  int cell(int pixel) const { return (pixel - spacing() / 2) >> level; }
  /// Where the pixel's centre lies in it, 0 to spacing - 1: at a fraction of (place + 1/2) / spacing, or 0 at level 0.
  int place(int pixel) const { return pixel - spacing() / 2 - (cell(pixel) << level); }
  /// A node's place among `symbols`.
  std::size_t index(int channel, int column, int row) const;
  const std::int16_t* node(int channel, int column, int row) const { return &symbols[index(channel, column, row)]; }
  std::size_t row_step() const { return static_cast<std::size_t>(nodes.columns); }
  /// Nodes of the raster among `nodes`.
  NodeRange within_raster() const;

  /// Takes symbols over nodes_within(core, level), row by row.
  void add(int channel, const Extent& core, const std::vector<std::int16_t>& owned);

  int level;
  NodeRange raster;                   ///< all nodes of the raster
  NodeRange nodes;                    ///< may begin before them and end behind them
  std::vector<std::int16_t> symbols;  ///< [channel][row][column]
};

/// The nodes common to both; no columns or rows where there are none.
NodeRange common_nodes(const NodeRange& a, const NodeRange& b);

}  // namespace sarinr
