#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "small_file.h"

namespace sarinr {
namespace {

using testing_support::open_failure;
using testing_support::small_file;
using testing_support::small_header;

// 20 x 20 pixels: three columns and three rows of tiles.
class Damages : public testing::Test {
 protected:
  FileHeader header_ = small_header(20, 20);
  Bytes sound_ = small_file(header_);

  /// With the header's checksum made right again.
  static Bytes header_file(Bytes structure) {
    ByteWriter writer;
    writer.text("\x89SNR\x1A\n");
    writer.u8(1);
    writer.bytes(structure);
    writer.varint(0);
    writer.u32(crc32c(writer.view()));
    writer.bytes(Bytes(40, 0));
    writer.text("RNIS");
    return writer.take();
  }
};

TEST_F(Damages, SaysWhatIsNoFileOfOurs) {
  const std::string not_ours = "not a SARINR file: it does not start with the SARINR magic";
  EXPECT_EQ(open_failure({}), not_ours);
  EXPECT_EQ(open_failure({'I', 'I', 42, 0, 8, 0, 0, 0}), not_ours);
  Bytes version = sound_;
  version[6] = 9;
  EXPECT_EQ(open_failure(version), "SARINR format version 9; this program reads version 1");
}

/// The sentence for a tile of the file of nine.
std::string named(int tile, std::uint64_t begin, std::uint64_t size) {
  return "tile " + std::to_string(tile) + " (column " + std::to_string(tile % 3) + ", row " + std::to_string(tile / 3) +
         ", bytes " + std::to_string(begin) + " to " + std::to_string(begin + size - 1) + ")";
}

TEST_F(Damages, EveryFlippedBitIsNoticedWhereItIs) {
  const auto sound = FileReader::open(memory_source(sound_));
  ASSERT_TRUE(sound);
  const int tiles = header_.grid().count();
  std::uint64_t records_begin = encode_header(header_).size() + (*sound)->sizes().shared;
  for (std::size_t byte = 0; byte < sound_.size(); ++byte) {
    int struck = -1;
    std::uint64_t struck_begin = 0;
    std::uint64_t begin = records_begin;
    for (int tile = 0; tile < tiles; begin += (*sound)->record_size(tile), ++tile) {
      if (byte < begin || byte >= begin + (*sound)->record_size(tile)) continue;
      struck = tile;
      struck_begin = begin;
    }
    for (int bit = 0; bit < 8; ++bit) {
      Bytes bytes = sound_;
      bytes[byte] ^= static_cast<std::uint8_t>(1 << bit);
      const auto file = FileReader::open(memory_source(std::move(bytes)));
      ASSERT_EQ(static_cast<bool>(file), struck >= 0) << "byte " << byte << " bit " << bit;
      for (int tile = 0; file && tile < tiles; ++tile) {
        const Result<Bytes> payload = (*file)->payload(tile);
        ASSERT_EQ(static_cast<bool>(payload), tile != struck) << "byte " << byte << " bit " << bit;
        if (tile == struck) {
          const std::string reason = byte == struck_begin ? "length" : "checksum";
          ASSERT_EQ(payload.failure().message, named(tile, struck_begin, (*sound)->record_size(tile)) +
                                                   " is damaged: its " + reason + " does not match");
        }
      }
    }
  }
}

TEST_F(Damages, EveryTruncationIsNoticed) {
  const std::size_t header_size = encode_header(header_).size();
  for (std::size_t size = 1; size < sound_.size(); ++size) {
    const std::string message = open_failure(Bytes(sound_.begin(), sound_.begin() + static_cast<std::ptrdiff_t>(size)));
    const std::string where = size < header_size
                                  ? "it ends within its header"
                                  : "it does not close with the end mark; sarinr repair saves what is left";
    ASSERT_EQ(message, "the file is truncated: " + where) << size;
  }
}

TEST_F(Damages, SwappedRecordsAreNoticed) {
  const auto sound = FileReader::open(memory_source(sound_));
  std::uint64_t begin = encode_header(header_).size() + (*sound)->sizes().shared;
  std::vector<std::uint64_t> begins;
  for (int tile = 0; tile < header_.grid().count(); ++tile) {
    begins.push_back(begin);
    begin += (*sound)->record_size(tile);
  }
  int swaps = 0;
  for (int a = 0; a < 9; ++a) {
    for (int b = a + 1; b < 9; ++b) {
      const std::uint64_t size = (*sound)->record_size(a);
      if (size != (*sound)->record_size(b)) continue;
      Bytes bytes = sound_;
      std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(begins[static_cast<std::size_t>(a)]),
                       bytes.begin() + static_cast<std::ptrdiff_t>(begins[static_cast<std::size_t>(a)] + size),
                       bytes.begin() + static_cast<std::ptrdiff_t>(begins[static_cast<std::size_t>(b)]));
      const auto file = FileReader::open(memory_source(std::move(bytes)));
      ASSERT_TRUE(file);
      EXPECT_FALSE((*file)->payload(a));
      EXPECT_FALSE((*file)->payload(b));
      ++swaps;
    }
  }
  EXPECT_GT(swaps, 0);
}

TEST_F(Damages, AnotherFilesIndexIsNoticed) {
  FileHeader other_header = header_;
  other_header.overlap = 4;
  Bytes other = small_file(other_header);
  ASSERT_EQ(other.size(), sound_.size());
  const std::ptrdiff_t index = 30;
  std::copy(sound_.end() - index, sound_.end(), other.end() - index);
  EXPECT_EQ(open_failure(other), "the index is damaged: its checksum does not match; sarinr repair saves what is left");
}

TEST_F(Damages, TilesOutsideTheGridAreRefused) {
  const auto file = FileReader::open(memory_source(sound_));
  EXPECT_EQ((*file)->payload(9).failure().message, "tile 9 does not exist: the file has 9 tiles");
  EXPECT_EQ((*file)->payload(-1).failure().message, "tile -1 does not exist: the file has 9 tiles");
}

TEST_F(Damages, SoundRecordOfAnUnreadableTileIsNamed) {
  testing_support::MemorySink sink;
  FileWriter writer(sink, header_);
  for (int tile = 0; tile < 9; ++tile) writer.append_tile(Bytes{0xF0});
  writer.finish({{}});
  const auto file = FileReader::open(memory_source(std::move(sink.bytes)));
  EXPECT_EQ((*file)->tile(5).failure().message,
            named(5, encode_header(header_).size() + 5 * 6, 6) + " is damaged: the tile is of no known kind");
}

TEST_F(Damages, HostileHeadersAreRefusedBeforeMemoryIsTaken) {
  const Bytes band_and_spec{3, 0x12, 1, 1, 4, 0, 0, 0, 0xF0, 0x41, 0, 0, 0xF0, 0x41};
  const auto with = [&](std::initializer_list<std::uint64_t> numbers) {
    ByteWriter writer;
    for (const std::uint64_t number : numbers) writer.varint(number);
    writer.bytes(band_and_spec);
    return open_failure(header_file(writer.take()));
  };
  EXPECT_THAT(with({0, 8, 8, 0}), testing::HasSubstr("the width is 0; it must lie between 1 and 16777216"));
  EXPECT_THAT(with({8, ~std::uint64_t{0}, 8, 0}), testing::HasSubstr("the height is 16777217"));
  EXPECT_THAT(with({8, 8, 5000, 0}), testing::HasSubstr("the tile size is 4097"));
  EXPECT_THAT(with({8, 8, 8, 5}), testing::HasSubstr("the overlap is 5"));
  EXPECT_THAT(with({1 << 24, 1 << 24, 8, 0}), testing::HasSubstr("more than 2147483647 tiles"));
  EXPECT_THAT(with({1 << 22, 1 << 12, 8, 0}), testing::HasSubstr("268435456 tiles cannot fit in its"));
}

TEST_F(Damages, MutatedFilesNeverThrow) {
  Random random(8);
  int refused = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    Bytes bytes = sound_;
    const std::size_t changes = 1 + random.bits() % 6;
    for (std::size_t i = 0; i < changes; ++i)
      bytes[random.bits() % bytes.size()] = static_cast<std::uint8_t>(random.bits());
    if (trial % 5 == 0) bytes.resize(random.bits() % bytes.size());
    if (trial % 7 == 0 && bytes.size() > 20) bytes.insert(bytes.begin() + 20, 3, std::uint8_t{0xFF});
    // A right checksum lets damage through to the parser behind it.
    const std::size_t header_size = encode_header(header_).size();
    if (trial % 2 == 0 && bytes.size() > header_size) {
      ByteWriter checksum;
      checksum.u32(crc32c(ByteView(bytes).first(header_size - 4)));
      std::copy(checksum.view().begin(), checksum.view().end(),
                bytes.begin() + static_cast<std::ptrdiff_t>(header_size - 4));
    }
    const auto file = FileReader::open(memory_source(std::move(bytes)));
    if (!file) {
      ++refused;
      ASSERT_FALSE(file.failure().message.empty());
      continue;
    }
    for (int tile = 0; tile < (*file)->grid().count(); ++tile) {
      const Result<TileContent> content = (*file)->tile(tile);
      EXPECT_TRUE(content || content.failure().message.starts_with("tile "));
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace sarinr
