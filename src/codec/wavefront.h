#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/entropy_network.h"
#include "sarinr/field/latent.h"

namespace sarinr {

/// What an input of an entropy network is where the grid holds a symbol: Q4 within +-2047.
std::int32_t network_input(std::int32_t sixteenths);

/// A grid of network inputs with a border of one position, row by row: (columns + 2) x (rows + 2).
using BorderedGrid = std::vector<std::int16_t>;
/// A channel's symbols as another channel's entropy network sees them; the border is 0.
BorderedGrid bordered_symbols(const std::vector<std::int16_t>& symbols, const NodeRange& range);
/// A coarser level interpolated bilinearly at the nodes of the next finer one and one node beyond them, coarse indices
/// clamped to the grid's own; all 0 where the coarser grid has no nodes.
BorderedGrid interpolated_symbols(const std::vector<std::int16_t>& coarse, const NodeRange& coarse_range,
                                  const NodeRange& fine_range);

/// Rows of a grid as a wavefront meets them: position (row r, column q) has time q + slope r, so that all positions of
/// one time can be decoded together. Holds a few times at once, each with its positions side by side.
class SkewedRing {
 public:
  SkewedRing(int rows, int slope);
  /// Value of row 0 at a time; rows -margin to rows + most_lanes + margin can be read.
  std::int32_t* at(int time) {
    return values_.data() + static_cast<std::size_t>(time & (times - 1)) * stride_ + margin;
  }
  void clear(int time);
  /// The grid's values at a time, its border's too.
  void fill(int time, const BorderedGrid& grid, int columns);

 private:
  static constexpr int times = 16;
  static constexpr int margin = 4;
  int rows_;
  int slope_;
  std::size_t stride_;
  std::vector<std::int32_t> values_;
};

/// Walks a grid in coding order, gathering the inputs of its entropy network: neighbours already passed, the coarser
/// level, the channel before.
class Wavefront {
 public:
  /// `before` is nullptr in the first channel. Both grids must outlive the wavefront.
  Wavefront(const NodeRange& range, int reach, const BorderedGrid& coarser, const BorderedGrid* before);

  /// Positions that a time holds: rows first to first + count, row r at column time - slope r.
  struct Front {
    int first = 0;
    std::size_t count = 0;
  };
  int time_count() const { return range_.columns + slope_ * (range_.rows - 1); }
  int column(int time, int row) const { return time - slope_ * row; }
  /// Goes to the next time, the first time to 0.
  Front advance();
  /// One pointer an input, to its value at the front's first position.
  const std::int32_t* const* inputs() const { return inputs_.data(); }
  /// Tells the symbol at a row of the current front.
  void set(int row, int symbol) { passed_.at(time_)[row] = network_input(16 * symbol); }

 private:
  NodeRange range_;
  int reach_;
  int slope_;
  int time_ = -1;
  const BorderedGrid& coarser_grid_;
  const BorderedGrid* before_grid_;
  SkewedRing passed_;
  SkewedRing coarser_;
  SkewedRing before_;
  std::array<const std::int32_t*, 42> inputs_{};
};

}  // namespace sarinr
