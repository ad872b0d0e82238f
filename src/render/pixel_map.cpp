#include "render/pixel_map.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sarinr {

namespace {

constexpr int largest_cell = 32;

/// A square of target pixels and what the map says at 3x3 points of it: corners, middles of edges, centre.
struct Cell {
  int x;
  int y;
  int size;
  std::array<double, 9> source_x;
  std::array<double, 9> source_y;
  std::array<std::uint8_t, 9> found;
};

void map_points(const CoordinateMap& map, Cell& cell) {
  for (int i = 0; i < 9; ++i) {
    const auto at = static_cast<std::size_t>(i);
    cell.source_x[at] = cell.x + cell.size * 0.5 * (i % 3);
    cell.source_y[at] = cell.y + cell.size * 0.5 * (i / 3);
  }
  map.to_source(9, cell.source_x.data(), cell.source_y.data(), cell.found.data());
}

bool all_found(const Cell& cell) {
  return std::all_of(cell.found.begin(), cell.found.end(), [](std::uint8_t found) { return found != 0; });
}

/// How far the middle of two nodes lies from where the map puts it.
double distance_from_middle(const Cell& cell, std::size_t a, std::size_t b, std::size_t middle) {
  return std::hypot((cell.source_x[a] + cell.source_x[b]) / 2 - cell.source_x[middle],
                    (cell.source_y[a] + cell.source_y[b]) / 2 - cell.source_y[middle]);
}

double bilinear_error(const Cell& cell) {
  const double edges = std::max({distance_from_middle(cell, 0, 2, 1), distance_from_middle(cell, 0, 6, 3),
                                 distance_from_middle(cell, 2, 8, 5), distance_from_middle(cell, 6, 8, 7)});
  const double x = (cell.source_x[0] + cell.source_x[2] + cell.source_x[6] + cell.source_x[8]) / 4;
  const double y = (cell.source_y[0] + cell.source_y[2] + cell.source_y[6] + cell.source_y[8]) / 4;
  return std::max(edges, std::hypot(x - cell.source_x[4], y - cell.source_y[4]));
}

/// Footprint of the target pixel whose centre lies at (u, v) of the cell, both in [0, 1].
Footprint bilinear_footprint(const Cell& cell, double u, double v) {
  const auto& x = cell.source_x;
  const auto& y = cell.source_y;
  const double step = 1.0 / cell.size;
  Footprint footprint{};
  footprint.x = (1 - v) * ((1 - u) * x[0] + u * x[2]) + v * ((1 - u) * x[6] + u * x[8]);
  footprint.y = (1 - v) * ((1 - u) * y[0] + u * y[2]) + v * ((1 - u) * y[6] + u * y[8]);
  footprint.column_x = step * ((1 - v) * (x[2] - x[0]) + v * (x[8] - x[6]));
  footprint.column_y = step * ((1 - v) * (y[2] - y[0]) + v * (y[8] - y[6]));
  footprint.row_x = step * ((1 - u) * (x[6] - x[0]) + u * (x[8] - x[2]));
  footprint.row_y = step * ((1 - u) * (y[6] - y[0]) + u * (y[8] - y[2]));
  return footprint;
}

/// A pixel on its own: exact centre, steps from the middles of its edges; not found where its centre is not.
MappedPixel single_pixel(const Cell& cell) {
  MappedPixel pixel;
  pixel.found = cell.found[4] != 0;
  if (!pixel.found) return pixel;
  const auto& x = cell.source_x;
  const auto& y = cell.source_y;
  // At the edge of the map's domain one half of a step may be missing: the other half stands for both.
  const auto step = [&](const std::array<double, 9>& values, std::size_t before, std::size_t after) {
    if (cell.found[before] != 0 && cell.found[after] != 0) return values[after] - values[before];
    if (cell.found[after] != 0) return 2 * (values[after] - values[4]);
    return cell.found[before] != 0 ? 2 * (values[4] - values[before]) : 0.0;
  };
  pixel.footprint = {x[4], y[4], step(x, 3, 5), step(y, 3, 5), step(x, 1, 7), step(y, 1, 7)};
  return pixel;
}

void fill(const CoordinateMap& map, Cell& cell, const Extent& window, std::vector<MappedPixel>& pixels) {
  const Extent part = intersection({cell.x, cell.y, cell.size, cell.size}, window);
  if (part.width == 0 || part.height == 0) return;
  map_points(map, cell);
  const auto at = [&](int x, int y) -> MappedPixel& {
    return pixels[static_cast<std::size_t>(y - window.y) * static_cast<std::size_t>(window.width) +
                  static_cast<std::size_t>(x - window.x)];
  };
  if (cell.size == 1) {
    at(cell.x, cell.y) = single_pixel(cell);
    return;
  }
  if (!all_found(cell) || bilinear_error(cell) > map_tolerance / 2) {
    const int half = cell.size / 2;
    for (int i = 0; i < 4; ++i) {
      Cell part_cell{cell.x + half * (i % 2), cell.y + half * (i / 2), half, {}, {}, {}};
      fill(map, part_cell, window, pixels);
    }
    return;
  }
  for (int y = part.y; y < part.y + part.height; ++y) {
    for (int x = part.x; x < part.x + part.width; ++x) {
      at(x, y) = {bilinear_footprint(cell, (x - cell.x + 0.5) / cell.size, (y - cell.y + 0.5) / cell.size), true};
    }
  }
}

std::vector<MappedPixel> affine_pixels(const AffineMap& map, const Extent& window) {
  std::vector<MappedPixel> pixels;
  pixels.reserve(static_cast<std::size_t>(window.width) * static_cast<std::size_t>(window.height));
  Footprint footprint{0, 0, map.xx(), map.yx(), map.xy(), map.yy()};
  for (int row = window.y; row < window.y + window.height; ++row) {
    for (int column = window.x; column < window.x + window.width; ++column) {
      footprint.x = column + 0.5;
      footprint.y = row + 0.5;
      std::uint8_t found = 1;
      map.to_source(1, &footprint.x, &footprint.y, &found);
      pixels.push_back({footprint, true});
    }
  }
  return pixels;
}

}  // namespace

std::vector<MappedPixel> PixelMap::pixels(const Extent& window) const {
  if (const auto* affine = dynamic_cast<const AffineMap*>(map_.get())) return affine_pixels(*affine, window);
  std::vector<MappedPixel> pixels(static_cast<std::size_t>(window.width) * static_cast<std::size_t>(window.height));
  const auto first = [](int begin) { return begin - ((begin % largest_cell) + largest_cell) % largest_cell; };
  for (int y = first(window.y); y < window.y + window.height; y += largest_cell) {
    for (int x = first(window.x); x < window.x + window.width; x += largest_cell) {
      Cell cell{x, y, largest_cell, {}, {}, {}};
      fill(*map_, cell, window, pixels);
    }
  }
  return pixels;
}

}  // namespace sarinr
