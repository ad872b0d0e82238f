#include "render/footprint.h"

#include <algorithm>
#include <cmath>

namespace sarinr {

namespace {

/// Shares below this are rounding errors of coordinates, not overlap.
constexpr double negligible = 1e-7;

int to_pixel(double coordinate) { return static_cast<int>(std::clamp(std::floor(coordinate), -2e9, 2e9)); }

}  // namespace

double Footprint::stretch() const {
  // The larger singular value of the 2x2 matrix of the two steps.
  const double squares = column_x * column_x + column_y * column_y + row_x * row_x + row_y * row_y;
  const double determinant = column_x * row_y - column_y * row_x;
  const double root = std::sqrt(std::max(squares * squares - 4 * determinant * determinant, 0.0));
  return std::sqrt((squares + root) / 2);
}

Extent Footprint::bounds() const {
  const double half_width = (std::abs(column_x) + std::abs(row_x)) / 2;
  const double half_height = (std::abs(column_y) + std::abs(row_y)) / 2;
  const int left = to_pixel(x - half_width - negligible);
  const int top = to_pixel(y - half_height - negligible);
  return {left, top, to_pixel(x + half_width + negligible) - left + 1,
          to_pixel(y + half_height + negligible) - top + 1};
}

void Overlap::compute(const Footprint& footprint, const Extent& window) {
  extent_ = intersection(footprint.bounds(), window);
  const std::size_t width = static_cast<std::size_t>(extent_.width);
  const std::size_t height = static_cast<std::size_t>(extent_.height);
  // One column more: what lies to the right of an edge's pixel is booked there.
  areas_.assign((width + 1) * height, 0);
  if (width == 0 || height == 0) return;
  const double x[4] = {-0.5, 0.5, 0.5, -0.5};
  const double y[4] = {-0.5, -0.5, 0.5, 0.5};
  double corner_x[4];
  double corner_y[4];
  for (int i = 0; i < 4; ++i) {
    corner_x[i] = footprint.x + x[i] * footprint.column_x + y[i] * footprint.row_x - extent_.x;
    corner_y[i] = footprint.y + x[i] * footprint.column_y + y[i] * footprint.row_y - extent_.y;
  }
  for (int i = 0; i < 4; ++i) {
    add_edge(corner_x[i], corner_y[i], corner_x[(i + 1) % 4], corner_y[(i + 1) % 4]);
  }
  for (std::size_t row = 0; row < height; ++row) {
    double sum = 0;
    for (std::size_t column = 0; column < width; ++column) {
      sum += areas_[row * (width + 1) + column];
      const double area = std::abs(sum);
      areas_[row * width + column] = area > negligible ? area : 0;
    }
  }
}

/// Books, row by row, what an edge adds to the area on its right; edges that run back subtract.
void Overlap::add_edge(double x0, double y0, double x1, double y1) {
  if (y0 == y1) return;
  const double sign = y1 > y0 ? 1 : -1;
  const double top = std::max(std::min(y0, y1), 0.0);
  const double bottom = std::min(std::max(y0, y1), static_cast<double>(extent_.height));
  const double slope = (x1 - x0) / (y1 - y0);
  for (int row = static_cast<int>(top); row < extent_.height && row < bottom; ++row) {
    const double begin = std::max(top, static_cast<double>(row));
    const double end = std::min(bottom, static_cast<double>(row) + 1);
    if (end <= begin) continue;
    double* areas = areas_.data() + static_cast<std::size_t>(row) * (static_cast<std::size_t>(extent_.width) + 1);
    add_in_row(areas, x0 + (begin - y0) * slope, x0 + (end - y0) * slope, sign * (end - begin));
  }
}

void Overlap::add_in_row(double* row, double x0, double x1, double height) {
  const double left = std::min(x0, x1);
  const double right = std::max(x0, x1);
  const double last = extent_.width;
  const auto add = [&](int column, double share, double inside) {
    // `inside` is how far from the pixel's left side the edge runs, on average.
    row[column] += share * (1 - inside);
    row[column + 1] += share * inside;
  };
  if (right <= 0) {
    row[0] += height;
    return;
  }
  if (left >= last) return;
  const double length = right - left;
  if (length <= 0) {
    add(static_cast<int>(left), height, left - std::floor(left));
    return;
  }
  const double per_column = height / length;
  if (left < 0) row[0] += -left * per_column;
  const double end = std::min(right, last);
  for (double from = std::max(left, 0.0); from < end;) {
    const double pixel = std::floor(from);
    const double to = std::min(pixel + 1, end);
    add(static_cast<int>(pixel), (to - from) * per_column, (from + to) / 2 - pixel);
    from = to;
  }
}

}  // namespace sarinr
