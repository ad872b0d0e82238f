#include "render/tile_parts.h"

namespace sarinr {

std::map<int, TilePart> sort_by_tile(const TileGrid& grid, const std::vector<double>& x, const std::vector<double>& y) {
  std::map<int, TilePart> parts;
  int last_tile = -1;
  TilePart* last = nullptr;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const TileAxis::Shares columns = grid.columns().shares(x[i]);
    const TileAxis::Shares rows = grid.rows().shares(y[i]);
    for (int r = 0; r < rows.count; ++r) {
      for (int c = 0; c < columns.count; ++c) {
        const TileAxis::Share& column = columns.share[c];
        const TileAxis::Share& row = rows.share[r];
        if (column.weight * row.weight <= 0) continue;
        const int tile = grid.index(column.cell, row.cell);
        if (tile != last_tile) last = &parts[tile];
        last_tile = tile;
        last->points.push_back({i, x[i], y[i], column.weight, column.slope, row.weight, row.slope});
      }
    }
  }
  return parts;
}

PartPlaces::PartPlaces(const TilePart& part) {
  x.reserve(part.points.size());
  y.reserve(part.points.size());
  for (const PartPoint& point : part.points) {
    x.push_back(point.x);
    y.push_back(point.y);
  }
}

TileCoordinates::TileCoordinates(const TileGrid& grid, int tile, const TilePart& part)
    : per_column(2.0 / grid.columns().largest_support()), per_row(2.0 / grid.rows().largest_support()) {
  const Extent support = grid.support(tile);
  const double width = grid.columns().largest_support();
  const double height = grid.rows().largest_support();
  x.reserve(part.points.size());
  y.reserve(part.points.size());
  for (const PartPoint& point : part.points) {
    x.push_back(static_cast<float>(2 * (point.x - support.x) / width - 1));
    y.push_back(static_cast<float>(2 * (point.y - support.y) / height - 1));
  }
}

}  // namespace sarinr
