#include "sarinr/codec/mask.h"

#include <gtest/gtest.h>

#include "sarinr/base/random.h"

namespace sarinr {
namespace {

using ClassMap = std::vector<PixelClass>;

ClassMap wedge(int size, double slope) {
  ClassMap map(static_cast<std::size_t>(size) * static_cast<std::size_t>(size), PixelClass::valid);
  for (int row = 0; row < size; ++row) {
    for (int column = 0; column < size; ++column) {
      if (column < 40 + slope * row) map[static_cast<std::size_t>(row * size + column)] = PixelClass::nodata;
    }
  }
  return map;
}

ClassMap noise(int width, int height, int classes, std::uint64_t seed) {
  Random random(seed);
  ClassMap map(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (PixelClass& c : map) c = static_cast<PixelClass>(random.bits() % static_cast<unsigned>(classes));
  return map;
}

Bytes coded(const ClassMap& map, int width, int height, const ClassMap* guide) {
  BinaryEncoder encoder;
  encode_mask(map, width, height, guide, encoder);
  return encoder.finish();
}

void expect_round_trip(const ClassMap& map, int width, int height, const ClassMap* guide) {
  const Bytes bytes = coded(map, width, height, guide);
  BinaryDecoder decoder(bytes);
  ASSERT_EQ(decode_mask(width, height, guide, decoder), map) << width << " x " << height;
}

TEST(Mask, RoundTripsMapsOfAnyShapeAndClass) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 9}, {9, 1}, {2, 2}, {17, 5}, {40, 41}}) {
    for (int classes = 1; classes <= pixel_class_count; ++classes) {
      const ClassMap map = noise(width, height, classes, static_cast<std::uint64_t>(classes));
      const ClassMap guide = noise(width, height, pixel_class_count, 99);
      expect_round_trip(map, width, height, nullptr);
      expect_round_trip(map, width, height, &guide);
      expect_round_trip(map, width, height, &map);
    }
  }
}

TEST(Mask, StraightWedgeIsCheap) {
  for (const double slope : {0.0, 0.21, 0.6180339887, -0.137}) {
    const ClassMap map = wedge(256, slope);
    expect_round_trip(map, 256, 256, nullptr);
    EXPECT_LT(coded(map, 256, 256, nullptr).size(), 150u) << slope;
  }
}

TEST(Mask, SimilarGuideMakesAnIrregularMapCheap) {
  const ClassMap guide = noise(64, 64, 2, 4);
  ClassMap map = guide;
  map[100] = PixelClass::zero;
  expect_round_trip(map, 64, 64, &guide);
  EXPECT_GT(coded(map, 64, 64, nullptr).size(), 450u);
  EXPECT_LT(coded(map, 64, 64, &guide).size(), 50u);
}

TEST(Mask, DamagedStreamGivesSomeMap) {
  const Bytes bytes(50, 0xFF);
  BinaryDecoder decoder(bytes);
  EXPECT_EQ(decode_mask(33, 21, nullptr, decoder).size(), 33u * 21u);
}

}  // namespace
}  // namespace sarinr
