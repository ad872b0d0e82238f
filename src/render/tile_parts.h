#pragma once

#include <map>
#include <vector>

#include "sarinr/tiling/grid.h"

namespace sarinr {

/// A point that a tile's field takes part in, in source pixels, and how much the field counts there.
struct PartPoint {
  std::size_t index;  ///< among all points
  double x, y;
  double column_weight, column_slope;
  double row_weight, row_slope;
  double share() const { return column_weight * row_weight; }
};

struct TilePart {
  std::vector<PartPoint> points;
};

/// The points sorted by the tiles whose fields count there, in tile order.
std::map<int, TilePart> sort_by_tile(const TileGrid& grid, const std::vector<double>& x, const std::vector<double>& y);

/// The part's points in source pixels.
struct PartPlaces {
  explicit PartPlaces(const TilePart& part);
  std::vector<double> x;
  std::vector<double> y;
};

/// The part's points as the tile's field sees them, in [-1, 1] over the grid's largest support (docs/design.md).
struct TileCoordinates {
  TileCoordinates(const TileGrid& grid, int tile, const TilePart& part);
  std::vector<float> x;
  std::vector<float> y;
  double per_column;  ///< coordinate units per source pixel
  double per_row;
};

}  // namespace sarinr
