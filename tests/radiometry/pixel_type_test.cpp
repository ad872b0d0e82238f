#include "sarinr/radiometry/pixel_type.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sarinr {
namespace {

constexpr PixelType all_types[] = {PixelType::u8,   PixelType::u16, PixelType::i16,  PixelType::u32,  PixelType::i32,
                                   PixelType::f32,  PixelType::f64, PixelType::ci16, PixelType::ci32, PixelType::cf32,
                                   PixelType::cf64, PixelType::u64, PixelType::i64};

class EveryType : public testing::TestWithParam<PixelType> {};
INSTANTIATE_TEST_SUITE_P(PixelType, EveryType, testing::ValuesIn(all_types),
                         [](const auto& test) { return std::string(name(test.param)); });

TEST_P(EveryType, NameFindsTheTypeInAnyCase) {
  EXPECT_EQ(pixel_type_from_name(name(GetParam())), GetParam());
  std::string upper(name(GetParam()));
  for (char& letter : upper) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  EXPECT_EQ(pixel_type_from_name(upper), GetParam());
}

TEST_P(EveryType, RoundingIsIdempotentAndClamps) {
  const PixelType type = GetParam();
  for (const double value : {0.0, 1.5, -2.5, 0.1, 1e9, -1e9, 1e300, -1e300}) {
    const double rounded = round_to(type, value);
    EXPECT_EQ(round_to(type, rounded), rounded) << value;
    EXPECT_GE(rounded, lowest(type));
    EXPECT_LE(rounded, highest(type));
  }
  EXPECT_EQ(round_to(type, lowest(type)), lowest(type));
  EXPECT_EQ(round_to(type, highest(type)), highest(type));
}

TEST_P(EveryType, NextValueIsADistinctRepresentableNeighbourAndStopsAtTheEnds) {
  const PixelType type = GetParam();
  for (const double value : {0.0, 1.0, 100.0, highest(type) / 2}) {
    const double start = round_to(type, value);
    const double above = next_value(type, start, true);
    EXPECT_GT(above, start);
    EXPECT_EQ(round_to(type, above), above);
    EXPECT_EQ(next_value(type, above, false), start);
  }
  EXPECT_EQ(next_value(type, highest(type), true), highest(type));
  EXPECT_EQ(next_value(type, lowest(type), false), lowest(type));
}

TEST(PixelType, RoundsIntegersHalfAwayFromZero) {
  EXPECT_EQ(round_to(PixelType::i16, 2.5), 3);
  EXPECT_EQ(round_to(PixelType::i16, -2.5), -3);
  EXPECT_EQ(round_to(PixelType::u8, 255.6), 255);
  EXPECT_EQ(round_to(PixelType::u8, -3), 0);
  EXPECT_EQ(round_to(PixelType::ci16, std::nan("")), 0);
  EXPECT_EQ(round_to(PixelType::u16, std::numeric_limits<double>::infinity()), 65535);
}

TEST(PixelType, RoundsFloatsToTheirPrecision) {
  EXPECT_EQ(round_to(PixelType::f32, 0.1), static_cast<double>(0.1f));
  EXPECT_EQ(round_to(PixelType::f64, 0.1), 0.1);
  EXPECT_TRUE(std::isnan(round_to(PixelType::f32, std::nan(""))));
  EXPECT_TRUE(std::isinf(round_to(PixelType::f32, std::numeric_limits<double>::infinity())));
}

TEST(PixelType, LargestWideIntegersAreTheNearestDoubles) {
  EXPECT_EQ(highest(PixelType::u64), 0x1p64);
  EXPECT_EQ(highest(PixelType::i64), 0x1p63);
  EXPECT_EQ(lowest(PixelType::i64), -0x1p63);
  EXPECT_EQ(next_value(PixelType::u64, 0x1p64, false), 0x1.FFFFFFFFFFFFFp63);
}

TEST(PixelType, KnowsSizesAndKinds) {
  EXPECT_EQ(bytes_per_pixel(PixelType::u8), 1u);
  EXPECT_EQ(bytes_per_pixel(PixelType::ci16), 4u);
  EXPECT_EQ(bytes_per_pixel(PixelType::cf32), 8u);
  EXPECT_EQ(bytes_per_pixel(PixelType::cf64), 16u);
  EXPECT_EQ(bytes_per_pixel(PixelType::i64), 8u);
  EXPECT_TRUE(is_complex(PixelType::ci32));
  EXPECT_FALSE(is_complex(PixelType::u64));
  EXPECT_TRUE(is_integer(PixelType::ci16));
  EXPECT_FALSE(is_integer(PixelType::cf64));
  EXPECT_EQ(pixel_type_from_name("Float16"), std::nullopt);
}

}  // namespace
}  // namespace sarinr
