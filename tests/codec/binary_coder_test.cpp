#include "sarinr/codec/binary_coder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sarinr/base/random.h"

namespace sarinr {
namespace {

double entropy(double p) { return -p * std::log2(p) - (1 - p) * std::log2(1 - p); }

std::vector<bool> random_bits(std::size_t count, double one, std::uint64_t seed) {
  Random random(seed);
  std::vector<bool> bits(count);
  for (std::size_t i = 0; i < count; ++i) bits[i] = random.uniform() < one;
  return bits;
}

Bytes code(const std::vector<bool>& bits) {
  BinaryEncoder encoder;
  BitModel model;
  for (const bool bit : bits) encoder.encode(bit, model);
  return encoder.finish();
}

std::vector<bool> decode(ByteView bytes, std::size_t count) {
  BinaryDecoder decoder(bytes);
  BitModel model;
  std::vector<bool> bits(count);
  for (std::size_t i = 0; i < count; ++i) bits[i] = decoder.decode(model);
  return bits;
}

TEST(BinaryCoder, RoundTripsEveryShortSequence) {
  for (std::size_t length = 0; length <= 12; ++length) {
    for (unsigned pattern = 0; pattern < (1u << length); ++pattern) {
      std::vector<bool> bits(length);
      for (std::size_t i = 0; i < length; ++i) bits[i] = (pattern >> i) & 1;
      ASSERT_EQ(decode(code(bits), length), bits) << length << " bits of " << pattern;
    }
  }
}

TEST(BinaryCoder, RoundTripsModelledAndRawBitsMixed) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const double one = random.uniform();
    std::vector<std::uint32_t> raw;
    std::vector<bool> bits;
    BinaryEncoder encoder;
    BitModel model;
    for (int i = 0; i < 200; ++i) {
      const int width = i % 25;
      raw.push_back(static_cast<std::uint32_t>(random.bits()) & ((1u << width) - 1));
      bits.push_back(random.uniform() < one);
      encoder.encode_raw(raw.back(), width);
      encoder.encode(bits.back(), model);
    }
    const Bytes bytes = encoder.finish();
    BinaryDecoder decoder(bytes);
    BitModel again;
    for (int i = 0; i < 200; ++i) {
      ASSERT_EQ(decoder.decode_raw(i % 25), raw[static_cast<std::size_t>(i)]);
      ASSERT_EQ(decoder.decode(again), bits[static_cast<std::size_t>(i)]);
    }
  }
}

// Runs of ones keep the range's low end just below a carry.
TEST(BinaryCoder, CarriesThroughLongRuns) {
  for (std::size_t ones = 0; ones < 3000; ones += 37) {
    std::vector<bool> bits(ones, true);
    bits.push_back(false);
    bits.insert(bits.end(), ones, true);
    ASSERT_EQ(decode(code(bits), bits.size()), bits) << ones;
  }
}

TEST(BinaryCoder, CostsNearTheEntropy) {
  for (const double one : {0.5, 0.2, 0.03}) {
    const std::vector<bool> bits = random_bits(40000, one, 5);
    const double ones = static_cast<double>(std::count(bits.begin(), bits.end(), true));
    const double ideal = entropy(ones / 40000) * 40000 / 8;
    EXPECT_LT(static_cast<double>(code(bits).size()), 1.03 * ideal) << one;
  }
}

TEST(BinaryCoder, NeverEndsInAZeroByte) {
  EXPECT_TRUE(code({}).empty());
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Bytes bytes = code(random_bits(100, 0.5, seed));
    ASSERT_FALSE(bytes.empty());
    ASSERT_NE(bytes.back(), 0) << seed;
  }
}

TEST(BitModel, StaysWithinElevenBits) {
  for (const bool bit : {false, true}) {
    BitModel model;
    for (int i = 0; i < 100000; ++i) model.update(bit);
    EXPECT_GE(model.probability_of_zero(), 32u);
    EXPECT_LE(model.probability_of_zero(), 65536u - 32u);
  }
}

TEST(BinaryDecoder, ReadsZerosPastTheEnd) {
  BinaryDecoder empty(ByteView{});
  BitModel model;
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(empty.decode(model));
  EXPECT_EQ(empty.decode_raw(24), 0u);
}

}  // namespace
}  // namespace sarinr
