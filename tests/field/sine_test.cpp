#include "sarinr/field/sine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace sarinr {
namespace {

TEST(Sine, EqualsTheLibrarysOverManyTurns) {
  std::vector<float> angles;
  for (int i = -20000; i <= 20000; ++i) angles.push_back(static_cast<float>(i) * 0.00317f);
  std::vector<float> sines = angles;
  std::vector<float> cosines(angles.size());
  sine_and_cosine(sines.data(), cosines.data(), sines.size());
  for (std::size_t i = 0; i < angles.size(); ++i) {
    const double angle = std::numbers::pi * static_cast<double>(angles[i]);
    ASSERT_NEAR(sines[i], std::sin(angle), 3e-7) << angles[i];
    // t + 1/2 is rounded to a float before it is reduced: half a unit in the last place of up to 64, times pi.
    ASSERT_NEAR(cosines[i], std::cos(angle), 3e-7 + std::numbers::pi * std::abs(angles[i]) * 0x1p-24) << angles[i];
  }
}

}  // namespace
}  // namespace sarinr
