#include "fit/contrast.h"

#include <cmath>
#include <cstddef>

namespace sarinr {

std::vector<float> contrast_slopes(const std::vector<float>& image, int width, int height, double factor) {
  std::vector<float> slopes(image.size());
  const double interior = (static_cast<double>(width) - 2) * (static_cast<double>(height) - 2);
  if (width < 3 || height < 3) return slopes;
  const float share = static_cast<float>(factor / interior);
  const std::ptrdiff_t down = width;
  for (int row = 1; row + 1 < height; ++row) {
    for (int column = 1; column + 1 < width; ++column) {
      const std::ptrdiff_t place = row * down + column;
      const float* u = image.data() + place;
      const float gx = u[1 - down] - u[-1 - down] + 2 * (u[1] - u[-1]) + u[1 + down] - u[-1 + down];
      const float gy = u[-1 + down] - u[-1 - down] + 2 * (u[down] - u[-down]) + u[1 + down] - u[1 - down];
      const float scale = share / std::sqrt(gx * gx + gy * gy + 1e-12f);
      const float x = gx * scale;
      const float y = gy * scale;
      float* slope = slopes.data() + place;
      slope[-1 - down] -= x + y;
      slope[-down] -= 2 * y;
      slope[1 - down] += x - y;
      slope[-1] -= 2 * x;
      slope[1] += 2 * x;
      slope[-1 + down] += y - x;
      slope[down] += 2 * y;
      slope[1 + down] += x + y;
    }
  }
  return slopes;
}

}  // namespace sarinr
