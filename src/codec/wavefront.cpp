#include "codec/wavefront.h"

#include <algorithm>

namespace sarinr {

namespace {

constexpr std::int32_t largest_input = 2047;

/// Along one axis: the coarse nodes near and far of each fine node from one before the first to one behind the last,
/// counted from the coarse grid's first and clamped to it.
struct CoarseNodes {
  std::vector<int> near;  ///< weight 3/4
  std::vector<int> far;   ///< weight 1/4
};

CoarseNodes coarse_nodes(int fine_first, int fine_count, int coarse_first, int coarse_count) {
  CoarseNodes nodes;
  for (int i = fine_first - 1; i <= fine_first + fine_count; ++i) {
    const int near = i >> 1;
    const int far = (i & 1) != 0 ? near + 1 : near - 1;
    nodes.near.push_back(std::clamp(near - coarse_first, 0, coarse_count - 1));
    nodes.far.push_back(std::clamp(far - coarse_first, 0, coarse_count - 1));
  }
  return nodes;
}

std::size_t bordered_size(const NodeRange& range) {
  return (static_cast<std::size_t>(range.columns) + 2) * (static_cast<std::size_t>(range.rows) + 2);
}

}  // namespace

std::int32_t network_input(std::int32_t sixteenths) { return std::clamp(sixteenths, -largest_input, largest_input); }

BorderedGrid bordered_symbols(const std::vector<std::int16_t>& symbols, const NodeRange& range) {
  BorderedGrid grid(bordered_size(range));
  const std::size_t columns = static_cast<std::size_t>(range.columns);
  for (std::size_t r = 0; r < static_cast<std::size_t>(range.rows); ++r) {
    std::transform(symbols.begin() + static_cast<std::ptrdiff_t>(r * columns),
                   symbols.begin() + static_cast<std::ptrdiff_t>((r + 1) * columns),
                   grid.begin() + static_cast<std::ptrdiff_t>((r + 1) * (columns + 2) + 1),
                   [](std::int16_t symbol) { return static_cast<std::int16_t>(network_input(16 * symbol)); });
  }
  return grid;
}

BorderedGrid interpolated_symbols(const std::vector<std::int16_t>& coarse, const NodeRange& coarse_range,
                                  const NodeRange& fine_range) {
  BorderedGrid grid(bordered_size(fine_range));
  if (coarse_range.count() == 0) return grid;
  const CoarseNodes across =
      coarse_nodes(fine_range.column, fine_range.columns, coarse_range.column, coarse_range.columns);
  const CoarseNodes down = coarse_nodes(fine_range.row, fine_range.rows, coarse_range.row, coarse_range.rows);
  const std::size_t coarse_columns = static_cast<std::size_t>(coarse_range.columns);
  std::vector<std::int32_t> blended(coarse_columns);
  std::int16_t* out = grid.data();
  for (std::size_t r = 0; r < down.near.size(); ++r) {
    const std::int16_t* near = coarse.data() + static_cast<std::size_t>(down.near[r]) * coarse_columns;
    const std::int16_t* far = coarse.data() + static_cast<std::size_t>(down.far[r]) * coarse_columns;
    for (std::size_t c = 0; c < coarse_columns; ++c) blended[c] = 3 * near[c] + far[c];
    for (std::size_t q = 0; q < across.near.size(); ++q) {
      const std::int32_t value =
          3 * blended[static_cast<std::size_t>(across.near[q])] + blended[static_cast<std::size_t>(across.far[q])];
      *out++ = static_cast<std::int16_t>(network_input(value));
    }
  }
  return grid;
}

SkewedRing::SkewedRing(int rows, int slope)
    : rows_(rows), slope_(slope), stride_(static_cast<std::size_t>(rows) + 2 * margin + most_lanes) {
  values_.resize(times * stride_);
}

void SkewedRing::clear(int time) { std::fill_n(at(time) - margin, stride_, 0); }

void SkewedRing::fill(int time, const BorderedGrid& grid, int columns) {
  // Rows whose column at this time lies between -1 and `columns`.
  const int first = time <= columns - slope_ ? -1 : (time - columns + slope_ - 1) / slope_;
  const int last = std::min(rows_, time + 1 < 0 ? -1 : (time + 1) / slope_);
  const std::ptrdiff_t width = columns + 2;
  std::ptrdiff_t from = (first + 1) * width + (time - slope_ * first + 1);
  std::int32_t* out = at(time);
  for (int row = first; row <= last; ++row, from += width - slope_) out[row] = grid[static_cast<std::size_t>(from)];
}

Wavefront::Wavefront(const NodeRange& range, int reach, const BorderedGrid& coarser, const BorderedGrid* before)
    : range_(range),
      reach_(reach),
      slope_(reach + 1),
      coarser_grid_(coarser),
      before_grid_(before),
      passed_(range.rows, slope_),
      coarser_(range.rows, slope_),
      before_(range.rows, slope_) {
  // The 3 x 3 around a position reaches one row and one column ahead: slope + 1 times.
  for (int time = -slope_ - 1; time <= slope_; ++time) {
    coarser_.fill(time, coarser_grid_, range_.columns);
    if (before_grid_ != nullptr) before_.fill(time, *before_grid_, range_.columns);
  }
}

Wavefront::Front Wavefront::advance() {
  ++time_;
  passed_.clear(time_);
  coarser_.fill(time_ + slope_ + 1, coarser_grid_, range_.columns);
  if (before_grid_ != nullptr) before_.fill(time_ + slope_ + 1, *before_grid_, range_.columns);
  const int first = time_ < range_.columns ? 0 : (time_ - range_.columns) / slope_ + 1;
  const int last = std::min(range_.rows - 1, time_ / slope_);

  std::size_t next = 0;
  const auto add = [&](SkewedRing& ring, int down, int right) {
    inputs_[next++] = ring.at(time_ + right + slope_ * down) + first + down;
  };
  for (int down = -reach_; down <= 0; ++down) {
    for (int right = -reach_; right <= (down < 0 ? reach_ : -1); ++right) add(passed_, down, right);
  }
  for (SkewedRing* ring : {&coarser_, before_grid_ != nullptr ? &before_ : nullptr}) {
    if (ring == nullptr) continue;
    for (int down = -1; down <= 1; ++down) {
      for (int right = -1; right <= 1; ++right) add(*ring, down, right);
    }
  }
  return {first, last >= first ? static_cast<std::size_t>(last - first + 1) : 0};
}

}  // namespace sarinr
