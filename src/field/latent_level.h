#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sarinr/field/latent.h"

namespace sarinr {

/// The nodes of one level that count within a tile's core. Those beyond the raster repeat the nearest, so that the
/// kernels need no limits.
struct LatentLevel {
  /// `reach`: nodes on either side that the level's filter looks at, or 0.
  LatentLevel(int level, int channels, int reach, const Extent& raster, const Extent& core);

  int spacing() const { return 1 << level; }
  /// The cell that holds a pixel's centre: it lies between the nodes of its own number and the next.
  int cell(int pixel) const { return (pixel - spacing() / 2) >> level; }
  /// Where the pixel's centre lies in it, 0 to spacing - 1: at a fraction of (place + 1/2) / spacing, or 0 at level 0.
  int place(int pixel) const { return pixel - spacing() / 2 - (cell(pixel) << level); }
  /// A node's value, once `complete` was called.
  const float* node(int channel, int column, int row) const { return &values[place_in(nodes, channel, column, row)]; }
  std::size_t row_step() const { return static_cast<std::size_t>(nodes.columns); }
  /// Nodes of the raster among `seen`.
  NodeRange within_raster() const;

  /// Takes symbols over nodes_within(core, level), row by row.
  void add(int channel, const Extent& core, const std::vector<std::int16_t>& owned);
  /// Makes values of the symbols, which are gone then: filtered with `taps` (filter_reach of them), or as they are
  /// (nullptr).
  void complete(int channels, const float* taps);

  int level;
  NodeRange raster;                   ///< all nodes of the raster
  NodeRange nodes;                    ///< that are interpolated; may begin before the raster's and end behind them
  NodeRange seen;                     ///< and those that the filter looks at
  std::vector<std::int16_t> symbols;  ///< [channel][row][column] of `seen`
  std::vector<float> values;          ///< the same of `nodes`

 private:
  static std::size_t place_in(const NodeRange& range, int channel, int column, int row) {
    return static_cast<std::size_t>(channel) * range.count() +
           static_cast<std::size_t>(row - range.row) * static_cast<std::size_t>(range.columns) +
           static_cast<std::size_t>(column - range.column);
  }
  void filter(int channel, const float* taps);
};

/// The nodes common to both; no columns or rows where there are none.
NodeRange common_nodes(const NodeRange& a, const NodeRange& b);

}  // namespace sarinr
