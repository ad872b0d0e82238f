#include "sarinr/container/repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "small_file.h"

namespace sarinr {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::MemorySink;
using testing_support::small_file;
using testing_support::small_header;
using testing_support::small_tile;

struct Repaired {
  Bytes bytes;
  RepairReport report;
  std::string failure;  ///< empty where the repair succeeded
};

Repaired repair(const Bytes& bytes) {
  MemorySink sink;
  const Result<RepairReport> report = repair_file(memory_source(bytes), sink);
  return report ? Repaired{std::move(sink.bytes), *report, {}} : Repaired{{}, {}, report.failure().message};
}

std::shared_ptr<const FileReader> open(const Bytes& bytes, OnDamage on_damage) {
  const auto file = FileReader::open(memory_source(bytes), on_damage);
  EXPECT_TRUE(file) << file.failure().message;
  return file ? *file : nullptr;
}

/// Where each tile's record begins, and behind the last.
std::vector<std::size_t> record_begins(const FileHeader& header, const FileReader& file) {
  std::vector<std::size_t> begins{encode_header(header).size() + static_cast<std::size_t>(file.sizes().shared)};
  for (int tile = 0; tile < header.grid().count(); ++tile) {
    begins.push_back(begins.back() + static_cast<std::size_t>(file.record_size(tile)));
  }
  return begins;
}

// 20 x 20 pixels: nine tiles with shared weights.
class Repair : public testing::Test {
 protected:
  FileHeader header_ = small_header(20, 20);
  Bytes sound_ = small_file(header_);
  std::vector<std::size_t> begins_ = record_begins(header_, *open(sound_, OnDamage::refuse));

  Bytes truncated(std::size_t size) const {
    return Bytes(sound_.begin(), sound_.begin() + static_cast<std::ptrdiff_t>(size));
  }
  void expect_tile(const FileReader& file, int tile) const {
    const Result<TileContent> content = file.tile(tile);
    ASSERT_TRUE(content) << content.failure().message;
    EXPECT_EQ(content->exact, small_tile(header_, tile).exact);
    EXPECT_EQ(content->weights.tensors[1].symbols, small_tile(header_, tile).weights.tensors[1].symbols);
  }
};

TEST_F(Repair, LeavesASoundFileAsItIs) {
  const Repaired repaired = repair(sound_);
  EXPECT_EQ(repaired.bytes, sound_);
  EXPECT_TRUE(repaired.report.restored.empty());
  EXPECT_TRUE(repaired.report.lost.empty());
}

TEST_F(Repair, UndoesEverySingleFlippedBit) {
  for (std::size_t bit = 0; bit < 8 * sound_.size(); ++bit) {
    Bytes bytes = sound_;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    const Repaired repaired = repair(bytes);
    ASSERT_EQ(repaired.failure, "") << "byte " << bit / 8 << " bit " << bit % 8;
    ASSERT_EQ(repaired.bytes, sound_) << "byte " << bit / 8 << " bit " << bit % 8;
    ASSERT_EQ(repaired.report.restored.size() + repaired.report.lost.size(), 1u);
    ASSERT_TRUE(repaired.report.lost_tiles.empty());
  }
}

TEST_F(Repair, SavesWhatEveryTruncationLeaves) {
  for (std::size_t size = 1; size < sound_.size(); ++size) {
    const auto whole = std::count_if(begins_.begin() + 1, begins_.end(), [&](std::size_t end) { return end <= size; });
    const Repaired repaired = repair(truncated(size));
    if (whole == 0) {
      ASSERT_THAT(repaired.failure, HasSubstr("the file is truncated")) << size;
      continue;
    }
    const auto file = open(repaired.bytes, OnDamage::refuse);
    ASSERT_NE(file, nullptr) << size;
    ASSERT_EQ(repaired.report.lost_tiles.size(), static_cast<std::size_t>(9 - whole)) << size;
    for (int tile = 0; tile < 9; ++tile) {
      if (tile < whole) {
        expect_tile(*file, tile);
      } else {
        ASSERT_THAT(file->tile(tile).failure().message,
                    HasSubstr("is lost: it was damaged before the file was repaired"));
      }
    }
  }
}

TEST_F(Repair, FindsRecordsBehindOnesThatCannotBeRecognised) {
  for (int first = 0; first < 8; ++first) {
    // Length, payload and checksum of one or two records are gone, and the index.
    for (const int gone : {1, 2}) {
      if (first + gone > 7) continue;
      Bytes bytes = truncated(sound_.size() - 30);
      Random random(static_cast<std::uint64_t>(first));
      for (std::size_t i = begins_[static_cast<std::size_t>(first)];
           i < begins_[static_cast<std::size_t>(first + gone)]; ++i) {
        bytes[i] = static_cast<std::uint8_t>(random.bits());
      }
      const auto file = open(bytes, OnDamage::accept);
      ASSERT_NE(file, nullptr);
      for (int tile = 0; tile < 7; ++tile) {
        const bool lost = tile >= first && tile < first + gone;
        ASSERT_EQ(static_cast<bool>(file->tile(tile)), !lost) << "tile " << tile << " of " << first << "+" << gone;
      }
    }
  }
}

TEST_F(Repair, MissingBytesCostTheirTileAlone) {
  Bytes bytes = sound_;
  bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(begins_[4] + 5),
              bytes.begin() + static_cast<std::ptrdiff_t>(begins_[4] + 8));
  const Repaired repaired = repair(bytes);
  EXPECT_THAT(repaired.report.lost_tiles, ElementsAre(4));
  EXPECT_THAT(repaired.report.restored,
              ElementsAre("the index was rebuilt from the records (the index is damaged: the records do not fill the "
                          "file)"));
  const auto file = open(repaired.bytes, OnDamage::refuse);
  for (int tile = 0; tile < 9; ++tile) {
    if (tile != 4) expect_tile(*file, tile);
  }
}

TEST_F(Repair, KeepsTheSummaryWhereItIsCertain) {
  // The last index bytes but the trailer: form and minimum.
  Bytes bytes = sound_;
  bytes[bytes.size() - 9] ^= 0x15;
  bytes[bytes.size() - 10] ^= 0x21;
  const Repaired repaired = repair(bytes);
  EXPECT_EQ(repaired.bytes, sound_);
  // Two bits of the summary itself cannot be put right.
  bytes = sound_;
  bytes[begins_.back()] ^= 1;
  bytes[begins_.back() + 3] ^= 1;
  const Repaired without = repair(bytes);
  EXPECT_THAT(without.report.lost,
              ElementsAre("the error of the fit and the range of values, which only the index knew"));
  EXPECT_TRUE(std::isnan(open(without.bytes, OnDamage::refuse)->summary()[0].mean_square_error));
  expect_tile(*open(without.bytes, OnDamage::refuse), 8);
}

TEST_F(Repair, TilesOutliveTheirSharedWeightsWhereTheyDoNotNeedThem) {
  header_.metadata.clear();
  MemorySink sink;
  FileWriter writer(sink, header_);
  const QuantisedWeights shared = testing_support::small_weights(header_.spec, 1000, false);
  writer.write_shared(shared);
  for (int tile = 0; tile < 9; ++tile) {
    TileContent content = small_tile(header_, tile);
    for (QuantisedTensor& tensor : content.weights.tensors) tensor.difference = tile % 2 == 0;
    writer.append_tile(encode_tile(content, {&header_.bands, &header_.spec, &shared, header_.grid().core(tile)}));
  }
  writer.finish({{}});
  const std::size_t begin = encode_header(header_).size();
  sink.bytes[begin + 2] ^= 0xFF;
  sink.bytes[begin + 3] ^= 0xFF;
  EXPECT_EQ(testing_support::open_failure(sink.bytes),
            "the shared weights are damaged: its checksum does not match; sarinr repair saves what is left");
  const auto file = open(sink.bytes, OnDamage::accept);
  ASSERT_EQ(file->damage().size(), 1u);
  EXPECT_EQ(file->damage()[0].offset, begin);
  const Repaired repaired = repair(sink.bytes);
  const auto again = open(repaired.bytes, OnDamage::refuse);
  EXPECT_THAT(repaired.report.lost_tiles, ElementsAre(0, 2, 4, 6, 8));
  for (int tile = 0; tile < 9; ++tile) {
    EXPECT_EQ(static_cast<bool>(file->tile(tile)), tile % 2 != 0) << tile;
    EXPECT_EQ(static_cast<bool>(again->tile(tile)), tile % 2 != 0) << tile;
  }
  EXPECT_THAT(file->tile(4).failure().message, HasSubstr("and the file's shared weights are damaged"));
}

TEST_F(Repair, VerifyListsEveryDamageWithItsBytes) {
  EXPECT_TRUE(open(sound_, OnDamage::refuse)->verify().empty());
  Bytes bytes = sound_;
  bytes[begins_[3] + 4] ^= 1;
  bytes[begins_[8] + 9] ^= 64;
  const std::vector<Damage> found = open(bytes, OnDamage::refuse)->verify();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].tile, 3);
  EXPECT_EQ(found[0].offset, begins_[3]);
  EXPECT_EQ(found[0].size, begins_[4] - begins_[3]);
  EXPECT_EQ(found[1].tile, 8);
  const std::vector<Damage> cut = open(truncated(begins_[5] + 7), OnDamage::accept)->verify();
  ASSERT_EQ(cut.size(), 2u);
  EXPECT_EQ(cut[0].sentence, "the file is truncated: it does not close with the end mark");
  EXPECT_EQ(cut[1].sentence, "tiles 5 to 8 are lost: no record was found");
  EXPECT_EQ(cut[1].tile, 5);
  EXPECT_EQ(cut[1].tiles, 4);
}

// 64 x 48 pixels in tiles of 8, with overviews of factor 2 and 4.
class RepairOverviews : public testing::Test {
 protected:
  FileHeader header_ = small_header(64, 48);
  Bytes sound_;
  std::size_t first_ = 0;   ///< first byte of the first overview
  std::size_t second_ = 0;  ///< and of the second

  void SetUp() override {
    MemorySink sink;
    FileWriter writer(sink, header_);
    const QuantisedWeights shared = testing_support::small_weights(header_.spec, 1000, false);
    writer.write_shared(shared);
    for (int tile = 0; tile < header_.grid().count(); ++tile) {
      writer.append_tile(
          encode_tile(small_tile(header_, tile), {&header_.bands, &header_.spec, &shared, header_.grid().core(tile)}));
    }
    first_ = sink.bytes.size();
    writer.append_overview(2, small_file(small_header(32, 24)));
    second_ = sink.bytes.size();
    writer.append_overview(4, small_file(small_header(16, 12)));
    writer.finish({{0.5f, -1.0f, 40.0f}});
    sound_ = std::move(sink.bytes);
  }
};

TEST_F(RepairOverviews, AreFoundWithoutTheIndex) {
  Bytes bytes = sound_;
  for (std::size_t i = bytes.size() - 12; i < bytes.size(); ++i) bytes[i] ^= 0x5A;
  EXPECT_EQ(repair(bytes).bytes.size(), sound_.size());
  const auto file = open(repair(bytes).bytes, OnDamage::refuse);
  ASSERT_EQ(file->overview_count(), 2);
  EXPECT_EQ(file->overview_factor(0), 2);
  EXPECT_EQ(file->overview_factor(1), 4);
  EXPECT_TRUE(file->verify().empty());
}

TEST_F(RepairOverviews, EveryFlippedBitIsFoundByVerify) {
  for (std::size_t byte = 0; byte < sound_.size(); ++byte) {
    Bytes bytes = sound_;
    bytes[byte] ^= static_cast<std::uint8_t>(1u << (byte % 8));
    const auto file = FileReader::open(memory_source(bytes), OnDamage::accept);
    if (!file) continue;
    const std::vector<Damage> found = (*file)->verify();
    ASSERT_EQ(found.size(), 1u) << byte;
    if (found[0].size > 0) {
      ASSERT_GE(byte, found[0].offset);
      ASSERT_LT(byte, found[0].offset + found[0].size);
    }
    const bool in_overview = byte >= first_ && found[0].overview != 0;
    ASSERT_EQ(in_overview, found[0].sentence.starts_with("overview 1/")) << byte;
  }
}

TEST_F(RepairOverviews, DamagedOnesAreLeftOut) {
  Bytes bytes = sound_;
  bytes[first_ + (second_ - first_) / 2] ^= 8;
  const Repaired repaired = repair(bytes);
  EXPECT_THAT(repaired.report.lost, ElementsAre("the overview of factor 2"));
  const auto file = open(repaired.bytes, OnDamage::refuse);
  ASSERT_EQ(file->overview_count(), 1);
  EXPECT_EQ(file->overview_factor(0), 4);
  EXPECT_TRUE(file->verify().empty());
}

TEST_F(Repair, SaysWhyAFileIsBeyondIt) {
  Bytes bytes = sound_;
  bytes[20] ^= 3;
  bytes[30] ^= 3;
  EXPECT_THAT(repair(bytes).failure, HasSubstr("; without its header it cannot be repaired"));
  EXPECT_EQ(repair(Bytes(100, 7)).failure,
            "not a SARINR file: it does not start with the SARINR magic; without its header it cannot be repaired");
  EXPECT_EQ(repair(truncated(begins_[0])).failure,
            "the file is truncated: it does not close with the end mark; only 0 of its 9 tiles are left, too few to go "
            "on with");
}

// A short file that claims to be vast must not become one.
TEST_F(Repair, TooFewTilesAreRefused) {
  const FileHeader vast = small_header(1 << 24, 1 << 12);
  Bytes bytes = encode_header(vast);
  for (const int tile : {0, 1, 2}) {
    ByteWriter number;
    number.u32(static_cast<std::uint32_t>(tile));
    const Bytes payload{1, 2, 3};
    ByteWriter record;
    record.varint(3);
    record.bytes(payload);
    record.u32(crc32c(payload, crc32c(number.view())));
    bytes.insert(bytes.end(), record.view().begin(), record.view().end());
  }
  EXPECT_THAT(repair(bytes).failure, HasSubstr("only 3 of its " + std::to_string(vast.grid().count()) + " tiles"));
}

}  // namespace
}  // namespace sarinr
