#include "sarinr/base/bytes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sarinr/base/random.h"

namespace sarinr {
namespace {

ByteView view(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

TEST(ByteWriter, WritesLittleEndian) {
  ByteWriter writer;
  writer.u8(0x01);
  writer.u16(0x0203);
  writer.u32(0x04050607);
  writer.u64(0x08090A0B0C0D0E0F);
  writer.f32(1.0f);
  writer.f64(-2.0);
  writer.text("ab");
  const Bytes expected{0x01, 0x03, 0x02, 0x07, 0x06, 0x05, 0x04, 0x0F, 0x0E, 0x0D, 0x0C, 0x0B, 0x0A, 0x09, 0x08,
                       0,    0,    0x80, 0x3F, 0,    0,    0,    0,    0,    0,    0,    0xC0, 'a',  'b'};
  EXPECT_EQ(writer.view(), expected);
}

TEST(ByteReader, ReadsBackEveryNumber) {
  ByteWriter writer;
  writer.u8(200);
  writer.u16(60000);
  writer.u32(4000000000u);
  writer.u64(~std::uint64_t{5});
  writer.f32(-0.1f);
  writer.f64(std::numeric_limits<double>::denorm_min());
  const Bytes bytes = writer.take();
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u8(), 200);
  EXPECT_EQ(reader.u16(), 60000);
  EXPECT_EQ(reader.u32(), 4000000000u);
  EXPECT_EQ(reader.u64(), ~std::uint64_t{5});
  EXPECT_EQ(reader.f32(), -0.1f);
  EXPECT_EQ(reader.f64(), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(reader.left(), 0u);
  EXPECT_FALSE(reader.failed());
}

TEST(Varint, TakesSevenBitsAByte) {
  ByteWriter writer;
  writer.varint(300);
  EXPECT_EQ(writer.view(), (Bytes{0xAC, 0x02}));
}

TEST(Varint, RoundTripsAroundEveryPowerOfTwo) {
  for (int bit = 0; bit < 64; ++bit) {
    for (const int offset : {-1, 0, 1}) {
      const std::uint64_t value = (std::uint64_t{1} << bit) + static_cast<std::uint64_t>(offset);
      ByteWriter writer;
      writer.varint(value);
      ByteReader reader(writer.view());
      EXPECT_EQ(reader.varint(), value);
      EXPECT_FALSE(reader.failed());
      EXPECT_EQ(reader.left(), 0u);
    }
  }
}

TEST(Varint, FailsBeyondSixtyFourBitsAndWithoutEnd) {
  const Bytes too_large{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02};
  ByteReader large(too_large);
  EXPECT_EQ(large.varint(), 0u);
  EXPECT_TRUE(large.failed());
  const Bytes too_long(11, 0x80);
  ByteReader endless(too_long);
  EXPECT_EQ(endless.varint(), 0u);
  EXPECT_TRUE(endless.failed());
  const Bytes cut{0x80};
  ByteReader short_reader(cut);
  EXPECT_EQ(short_reader.varint(), 0u);
  EXPECT_TRUE(short_reader.failed());
}

TEST(ByteReader, GivesZeroPastTheEndAndStaysFailed) {
  const Bytes bytes{7, 8, 9};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u32(), 0u);
  EXPECT_TRUE(reader.failed());
  EXPECT_EQ(reader.u8(), 0u);
  EXPECT_TRUE(reader.failed());
  ByteReader other(bytes);
  EXPECT_TRUE(other.bytes(std::numeric_limits<std::size_t>::max()).empty());
  EXPECT_TRUE(other.failed());
}

// RFC 3720, B.4, and the check value of the CRC catalogue.
TEST(Crc32c, MatchesPublishedValues) {
  EXPECT_EQ(crc32c(view("123456789")), 0xE3069283u);
  EXPECT_EQ(crc32c(Bytes(32, 0x00)), 0x8A9136AAu);
  EXPECT_EQ(crc32c(Bytes(32, 0xFF)), 0x62A8AB43u);
  EXPECT_EQ(crc32c({}), 0u);
}

TEST(Crc32c, ChainsAtAnyCut) {
  Random random(1);
  Bytes bytes(67);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.bits());
  const ByteView all(bytes);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(crc32c(all.subspan(cut), crc32c(all.first(cut))), crc32c(all)) << cut;
  }
}

TEST(Crc32c, GivesTheSeedBack) {
  Random random(2);
  for (std::size_t size = 0; size < 40; ++size) {
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.bits());
    const auto seed = static_cast<std::uint32_t>(random.bits());
    EXPECT_EQ(crc32c_seed(bytes, crc32c(bytes, seed)), seed) << size;
  }
}

TEST(Crc32c, NamesTheOneBitThatWasFlipped) {
  Random random(3);
  Bytes bytes(37);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.bits());
  constexpr std::uint32_t seed = 17;
  const std::uint32_t checksum = crc32c(bytes, seed);
  EXPECT_FALSE(flipped_bit(bytes, checksum, seed));
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    ASSERT_EQ(flipped_bit(flipped, checksum, seed), bit);
    Bytes twice = flipped;
    twice[(bit / 8 + 5) % bytes.size()] ^= 1;
    ASSERT_FALSE(flipped_bit(twice, checksum, seed)) << bit;
  }
  for (int bit = 0; bit < 32; ++bit) {
    EXPECT_EQ(flipped_bit(bytes, checksum ^ (1u << bit), seed), 8 * bytes.size()) << bit;
  }
}

}  // namespace
}  // namespace sarinr
