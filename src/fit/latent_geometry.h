#pragma once

#include <cstdint>
#include <vector>

#include "sarinr/fit/latent.h"

namespace sarinr {

/// How an axis of pixels sees the nodes of a level: pixel p (of the region) is the sum of weights[t][p] over the nodes
/// first[p] + t (of the axis's node range).
struct NodeAxis {
  int first_node = 0;  ///< of the range, global
  int count = 0;
  std::vector<std::int32_t> first;
  std::vector<float> weights;  ///< [t * stride + p]
  std::size_t stride = 0;
  /// The adjoint: node k is the sum of adjoint[k][i] over pixels start[k] + i, i < adjoint_length.
  std::vector<std::int32_t> start;
  std::vector<float> adjoint;
  std::size_t adjoint_length = 0;
};

/// Which nodes a tile's fit moves, which its pixels see, and how: the same for whatever computes it.
struct LatentGeometry {
  LatentGeometry(const LatentShape& shape, LatentTarget target);

  LatentShape shape;
  LatentTarget target;
  std::vector<TensorInfo> tensors;
  std::vector<NodeRange> free_nodes;  ///< per level
  std::vector<NodeRange> seen_nodes;  ///< per level: the ranges of `columns` and `rows` and what filters look at
  std::vector<NodeAxis> columns, rows;
  std::vector<std::uint32_t> draw_index;  ///< per grid: of its first latent
  /// Per level, places of seen nodes outside the core: copies of another seen node, (row, column) to (row, column).
  struct Copy {
    int to_row, to_column, from_row, from_column;
  };
  std::vector<std::vector<Copy>> copies;
  /// Per grid, seen nodes whose symbols other tiles have.
  struct Known {
    int row, column;
    float symbol;
  };
  std::vector<std::vector<Known>> known;

  double pixels() const { return static_cast<double>(target.core.width) * target.core.height; }
  bool is_active(int channel) const {
    return target.active.empty() || target.active[static_cast<std::size_t>(channel)];
  }
  /// Nodes on either side that the level's filter looks at.
  int reach(int level) const { return level < shape.filtered_levels() ? filter_reach : 0; }
};

}  // namespace sarinr
