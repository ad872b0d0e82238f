#pragma once

#include <vector>

#include "sarinr/base/random.h"

namespace sarinr::test {

struct Points {
  std::vector<float> x;
  std::vector<float> y;
};

/// Points in [-1, 1], the same at every call.
inline Points random_points(std::size_t count) {
  Points points;
  Random random(3);
  for (std::size_t i = 0; i < count; ++i) {
    points.x.push_back(static_cast<float>(random.uniform(-1, 1)));
    points.y.push_back(static_cast<float>(random.uniform(-1, 1)));
  }
  return points;
}

}  // namespace sarinr::test
