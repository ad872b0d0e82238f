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

}  // namespace sarinr
