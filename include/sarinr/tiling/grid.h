#pragma once

#include "sarinr/base/extent.h"

namespace sarinr {

/// Cuts one axis of `length` pixels into round(length / tile_size) cells (at least one) whose lengths differ by one
/// pixel at most, so that the last is never degenerate; and says how strongly each cell's field counts at a coordinate.
class TileAxis {
 public:
  /// `overlap` pixels are shared by the supports of neighbouring cells, half on each side of the border.
  TileAxis(int length, int tile_size, int overlap);
  int length() const { return length_; }
  int count() const { return count_; }
  /// First pixel of cell i; border(count()) is the length.
  int border(int i) const;
  int support_begin(int i) const;
  int support_end(int i) const;
  int largest_support() const { return largest_support_; }
  /// The cell that holds a coordinate (pixel corners at whole numbers); outside the raster the nearest cell.
  int cell(double coordinate) const;

  struct Share {
    int cell;
    double weight;
    double slope;  ///< of the weight, per pixel
  };
  /// The one or two cells whose fields count at a coordinate, and their weights, which sum to 1. Weights go linearly
  /// over the overlap, so that the blend is continuous.
  struct Shares {
    Share share[2];
    int count;
  };
  Shares shares(double coordinate) const;

 private:
  int length_;
  int overlap_;
  int count_;
  int largest_support_;
};

/// The tile grid of a raster. Tiles are numbered row by row. Coordinates are pixels with corners at whole numbers: the
/// first pixel's centre is (0.5, 0.5).
class TileGrid {
 public:
  TileGrid(int width, int height, int tile_size, int overlap)
      : columns_(width, tile_size, overlap), rows_(height, tile_size, overlap) {}
  const TileAxis& columns() const { return columns_; }
  const TileAxis& rows() const { return rows_; }
  int count() const { return columns_.count() * rows_.count(); }
  int index(int column, int row) const { return row * columns_.count() + column; }
  /// The pixels that belong to the tile alone: the cores partition the raster.
  Extent core(int tile) const;
  /// The pixels its field is fitted to: the core and half the overlap beyond each border shared with a neighbour.
  Extent support(int tile) const;

 private:
  TileAxis columns_;
  TileAxis rows_;
};

}  // namespace sarinr
