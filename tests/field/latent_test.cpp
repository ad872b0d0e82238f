#include "sarinr/field/latent.h"

#include <gtest/gtest.h>

namespace sarinr {
namespace {

TEST(LatentOperations, CountTheMultiplyAddsOfEachNetwork) {
  LatentShape shape;  // one channel, 7 levels, 12 neighbours, 8 wide throughout
  EXPECT_EQ(shape.synthesis_operations(), 7U * 8 + 8 * 8 + 8 + 7 + 8)
      << "8: two filters of 3 taps at 4/3 nodes a pixel";
  EXPECT_EQ(shape.entropy_operations(), 21U * 8 + 8 * 8 + 8 * 2 + 21 * 2);
  EXPECT_EQ(operations_per_pixel(latent_spec(shape)), 143U + 387U) << "4/3 of 290 is 386.7";
  shape.channels = 2;
  shape.neighbours = 24;
  shape.entropy_width = 16;
  EXPECT_EQ(shape.synthesis_operations(), 14U * 8 + 8 * 8 + 2 * 8 + 2 * 14 + 2 * 8);
  EXPECT_EQ(shape.entropy_operations(), 33U * 16 + 16 * 16 + 16 * 2 + 33 * 2 + 42U * 16 + 16 * 16 + 16 * 2 + 42 * 2);
}

}  // namespace
}  // namespace sarinr
