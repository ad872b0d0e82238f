#include "sarinr/render/coordinate_map.h"

namespace sarinr {

void AffineMap::to_source(std::size_t count, double* x, double* y, std::uint8_t* found) const {
  for (std::size_t i = 0; i < count; ++i) {
    const double column = x[i];
    const double row = y[i];
    x[i] = x0_ + xx_ * column + xy_ * row;
    y[i] = y0_ + yx_ * column + yy_ * row;
    found[i] = 1;
  }
}

bool reaches_beyond(const CoordinateMap& map, int target_width, int target_height, int source_width,
                    int source_height) {
  if (dynamic_cast<const AffineMap*>(&map) == nullptr) return true;
  const double width = target_width;
  const double height = target_height;
  double x[4] = {0, width, 0, width};
  double y[4] = {0, 0, height, height};
  std::uint8_t found[4];
  map.to_source(4, x, y, found);
  constexpr double rounding = 1e-6;
  for (int i = 0; i < 4; ++i) {
    if (x[i] < -rounding || y[i] < -rounding || x[i] > source_width + rounding || y[i] > source_height + rounding) {
      return true;
    }
  }
  return false;
}

}  // namespace sarinr
