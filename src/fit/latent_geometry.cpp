#include "fit/latent_geometry.h"

#include <algorithm>
#include <cmath>

#include "fit/latent_fit_kernels.h"

namespace sarinr {

namespace {

/// Nodes that pixels begin .. begin + length - 1 see at a level, and how.
NodeAxis node_axis(int begin, int length, int level) {
  NodeAxis axis;
  const double spacing = std::pow(2.0, level);
  const auto base = [&](int pixel) { return static_cast<int>(std::floor((pixel + 0.5) / spacing - 0.5)) - 1; };
  axis.first_node = base(begin);
  axis.count = base(begin + length - 1) + 4 - axis.first_node;
  axis.stride = padded_count(static_cast<std::size_t>(length));
  axis.first.assign(axis.stride, 0);
  axis.weights.assign(4 * axis.stride, 0);
  for (int p = 0; p < length; ++p) {
    const double position = (begin + p + 0.5) / spacing - 0.5;
    const CubicWeights weights = cubic_weights(position - std::floor(position));
    const auto place = static_cast<std::size_t>(p);
    axis.first[place] = base(begin + p) - axis.first_node;
    for (std::size_t t = 0; t < 4; ++t) axis.weights[t * axis.stride + place] = weights.weight[t];
  }
  axis.adjoint_length = padded_count(std::size_t{4} << level);
  axis.start.assign(static_cast<std::size_t>(axis.count), -1);
  axis.adjoint.assign(static_cast<std::size_t>(axis.count) * axis.adjoint_length, 0);
  for (int p = 0; p < length; ++p) {
    for (int t = 0; t < 4; ++t) {
      const int seen = axis.first[static_cast<std::size_t>(p)] + t;
      const auto node = static_cast<std::size_t>(seen);
      if (axis.start[node] < 0) axis.start[node] = p;
      axis.adjoint[node * axis.adjoint_length + static_cast<std::size_t>(p - axis.start[node])] =
          axis.weights[static_cast<std::size_t>(t) * axis.stride + static_cast<std::size_t>(p)];
    }
  }
  return axis;
}

/// The finest level's nodes are the pixels themselves.
NodeAxis pixel_axis(int begin, int length) {
  NodeAxis axis;
  axis.first_node = begin;
  axis.count = length;
  return axis;
}

/// Where a seen node's symbol comes from: itself if free or known, else the nearest free node (a raster's edge, or a
/// tile that is yet to be fitted).
void find_sources(LatentGeometry& geometry) {
  const LatentTarget& target = geometry.target;
  const Extent raster{0, 0, target.raster_width, target.raster_height};
  for (int level = 0; level < geometry.shape.levels; ++level) {
    const NodeRange free = geometry.free_nodes[static_cast<std::size_t>(level)];
    const NodeRange seen = geometry.seen_nodes[static_cast<std::size_t>(level)];
    const NodeRange all = nodes_within(raster, level);
    std::vector<LatentGeometry::Copy>& copies = geometry.copies[static_cast<std::size_t>(level)];
    if (free.count() == 0) continue;
    for (int r = 0; r < seen.rows; ++r) {
      for (int c = 0; c < seen.columns; ++c) {
        int row = std::clamp(seen.row + r, all.row, all.row + all.rows - 1);
        int column = std::clamp(seen.column + c, all.column, all.column + all.columns - 1);
        const bool is_free = row >= free.row && row < free.row + free.rows && column >= free.column &&
                             column < free.column + free.columns;
        const std::int16_t* known = nullptr;
        for (int channel = 0; !is_free && target.known && channel < geometry.shape.channels; ++channel) {
          known = target.known(level, channel, column, row);
          if (known == nullptr) break;
          const int grid = level * geometry.shape.channels + channel;
          geometry.known[static_cast<std::size_t>(grid)].push_back({r, c, static_cast<float>(*known)});
        }
        if (known != nullptr) continue;
        row = std::clamp(row, free.row, free.row + free.rows - 1);
        column = std::clamp(column, free.column, free.column + free.columns - 1);
        if (row == seen.row + r && column == seen.column + c) continue;
        copies.push_back({r, c, row - seen.row, column - seen.column});
      }
    }
  }
}

}  // namespace

LatentGeometry::LatentGeometry(const LatentShape& shape_of_fields, LatentTarget target_of_tile)
    : shape(shape_of_fields), target(std::move(target_of_tile)) {
  const FieldSpec spec = latent_spec(shape);
  tensors = architecture(spec.architecture).tensors(spec);
  const Extent& region = target.region;
  copies.resize(static_cast<std::size_t>(shape.levels));
  known.resize(static_cast<std::size_t>(shape.inputs()));
  std::uint32_t draws = 0;
  for (int level = 0; level < shape.levels; ++level) {
    const NodeRange free = nodes_within(target.core, level);
    free_nodes.push_back(free);
    columns.push_back(level == 0 ? pixel_axis(region.x, region.width) : node_axis(region.x, region.width, level));
    rows.push_back(level == 0 ? pixel_axis(region.y, region.height) : node_axis(region.y, region.height, level));
    const int around = reach(level);
    seen_nodes.push_back({columns.back().first_node - around, rows.back().first_node - around,
                          columns.back().count + 2 * around, rows.back().count + 2 * around});
    const std::size_t stride = padded_count(static_cast<std::size_t>(free.columns)) + 2 * latent_padding;
    for (int channel = 0; channel < shape.channels; ++channel) {
      draw_index.push_back(draws);
      draws += static_cast<std::uint32_t>(stride) * static_cast<std::uint32_t>(free.rows);
    }
  }
  find_sources(*this);
}

}  // namespace sarinr
