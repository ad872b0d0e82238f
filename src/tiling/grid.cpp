#include "sarinr/tiling/grid.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace sarinr {

TileAxis::TileAxis(int length, int tile_size, int overlap)
    : length_(length), overlap_(overlap), count_(std::max(1, (length + tile_size / 2) / tile_size)) {
  largest_support_ = 0;
  // Lengths differ by one pixel and only the outermost cells lack a neighbour: the first few cells show the largest.
  for (int i = 0; i < count_; ++i) largest_support_ = std::max(largest_support_, support_end(i) - support_begin(i));
}

int TileAxis::border(int i) const { return static_cast<int>(static_cast<std::int64_t>(i) * length_ / count_); }

int TileAxis::support_begin(int i) const { return i == 0 ? 0 : border(i) - overlap_ / 2; }

int TileAxis::support_end(int i) const { return i == count_ - 1 ? length_ : border(i + 1) + overlap_ / 2; }

int TileAxis::cell(double coordinate) const {
  const double guess = std::floor(coordinate * count_ / length_);
  int i = static_cast<int>(std::clamp(guess, 0.0, static_cast<double>(count_ - 1)));
  while (i > 0 && coordinate < border(i)) --i;
  while (i < count_ - 1 && coordinate >= border(i + 1)) ++i;
  return i;
}

TileAxis::Shares TileAxis::shares(double coordinate) const {
  const int own = cell(coordinate);
  Shares shares{{{own, 1.0, 0.0}, {own, 0.0, 0.0}}, 1};
  if (overlap_ == 0) return shares;
  const double half = overlap_ / 2.0;
  const auto share_with = [&](int neighbour, double distance_to_border) {
    const double foreign = 0.5 * (1.0 - distance_to_border / half);
    const double slope = (neighbour > own ? 0.5 : -0.5) / half;
    shares = Shares{{{own, 1.0 - foreign, -slope}, {neighbour, foreign, slope}}, 2};
  };
  if (own > 0 && coordinate - border(own) < half) {
    share_with(own - 1, std::max(0.0, coordinate - border(own)));
  } else if (own < count_ - 1 && border(own + 1) - coordinate < half) {
    share_with(own + 1, border(own + 1) - coordinate);
  }
  return shares;
}

Extent TileGrid::core(int tile) const {
  const int column = tile % columns_.count();
  const int row = tile / columns_.count();
  return Extent{columns_.border(column), rows_.border(row), columns_.border(column + 1) - columns_.border(column),
                rows_.border(row + 1) - rows_.border(row)};
}

Extent TileGrid::support(int tile) const {
  const int column = tile % columns_.count();
  const int row = tile / columns_.count();
  return Extent{columns_.support_begin(column), rows_.support_begin(row),
                columns_.support_end(column) - columns_.support_begin(column),
                rows_.support_end(row) - rows_.support_begin(row)};
}

}  // namespace sarinr
