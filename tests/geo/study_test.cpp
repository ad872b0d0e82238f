// GDAL's kernels as studies take them: pixels are areas, so the fine pixels' centres lie between the coarse ones'.

#include "sarinr/geo/study.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sarinr/base/error.h"
#include "sarinr/geo/raster.h"

namespace sarinr::geo {
namespace {

class UpsampleTest : public testing::TestWithParam<const char*> {
 protected:
  static void SetUpTestSuite() { start(std::size_t{16} << 20); }
};

TEST_P(UpsampleTest, RampsStayRamps) {
  constexpr int width = 16;
  constexpr int height = 12;
  std::vector<double> values;
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) values.push_back(0.5 * (column + 0.5) - 0.25 * (row + 0.5));
  }
  for (const int factor : {2, 4}) {
    const std::vector<double> fine = upsample(GetParam(), values, width, height, factor);
    ASSERT_EQ(fine.size(), values.size() * static_cast<std::size_t>(factor * factor));
    for (int row = 4 * factor; row < (height - 4) * factor; ++row) {
      for (int column = 4 * factor; column < (width - 4) * factor; ++column) {
        const double expected = (0.5 * (column + 0.5) - 0.25 * (row + 0.5)) / factor;
        // Lanczos' kernel does not reproduce ramps exactly.
        EXPECT_NEAR(fine[static_cast<std::size_t>(row * width * factor + column)], expected, 0.02);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, UpsampleTest, testing::Values("bilinear", "cubic", "cubicspline", "lanczos"));

TEST(Upsample, UnknownKernelsAreRefused) {
  try {
    upsample("sinc", {0, 1, 2, 3}, 2, 2, 2);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "unknown kernel 'sinc': the kernels are bilinear, cubic, cubicspline and lanczos");
  }
}

}  // namespace
}  // namespace sarinr::geo
