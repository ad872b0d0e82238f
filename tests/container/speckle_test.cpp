#include <gtest/gtest.h>

#include "sarinr/container/repair.h"
#include "small_file.h"

namespace sarinr {
namespace {

using testing_support::MemorySink;
using testing_support::small_file;
using testing_support::small_header;

class SpeckledFile : public testing::Test {
 protected:
  SpeckledFile() {
    Random random(1);
    SpeckleChannel& channel = model_.channels.emplace_back();
    channel.skewness = 114;
    channel.correlations[3] = -20;
    const int blocks = SpeckleAxis(header_.grid().columns()).count() * SpeckleAxis(header_.grid().rows()).count();
    for (int b = 0; b < blocks; ++b) channel.levels.push_back(static_cast<std::int8_t>(5 + random.bits() % 5));
    bytes_ = small_file(header_, model_);
  }
  void expect_model(const FileReader& file) const {
    const Result<SpeckleModel> found = file.speckle();
    ASSERT_TRUE(found) << found.failure().message;
    ASSERT_EQ(found->channels.size(), 1u);
    EXPECT_EQ(found->channels[0].skewness, 114);
    EXPECT_EQ(found->channels[0].correlations, model_.channels[0].correlations);
    EXPECT_EQ(found->channels[0].levels, model_.channels[0].levels);
  }

  FileHeader header_ = small_header(20, 20);
  SpeckleModel model_;
  Bytes bytes_;
};

TEST_F(SpeckledFile, GivesBackWhatItKeeps) {
  const auto file = FileReader::open(memory_source(bytes_));
  ASSERT_TRUE(file) << file.failure().message;
  expect_model(**file);
  EXPECT_EQ((*file)->sizes().speckle, encode_speckle(model_, header_.grid()).size());
  EXPECT_EQ((*file)->sizes().overhead(),
            (*FileReader::open(memory_source(small_file(header_))))->sizes().overhead() + 2);
  EXPECT_EQ((*file)->summary()[0].high, 40.0f);
  EXPECT_TRUE((*file)->verify().empty());
}

TEST_F(SpeckledFile, OthersKeepNone) {
  const auto file = FileReader::open(memory_source(small_file(header_)));
  ASSERT_TRUE(file);
  EXPECT_TRUE((*file)->speckle()->channels.empty());
  EXPECT_EQ((*file)->sizes().speckle, 0u);
}

TEST_F(SpeckledFile, EveryFlippedBitIsNoticedAndCostsNoTile) {
  for (std::size_t bit = 0; bit < 8 * bytes_.size(); ++bit) {
    Bytes bytes = bytes_;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    const auto file = FileReader::open(memory_source(bytes));
    ASSERT_TRUE(!file || !(*file)->verify().empty()) << "byte " << bit / 8 << " bit " << bit % 8;
    MemorySink sink;
    const Result<RepairReport> repaired = repair_file(memory_source(bytes), sink);
    ASSERT_TRUE(repaired) << repaired.failure().message;
    ASSERT_TRUE(repaired->lost_tiles.empty()) << "byte " << bit / 8 << " bit " << bit % 8;
  }
}

TEST_F(SpeckledFile, RepairKeepsIt) {
  MemorySink sink;
  Bytes bytes = bytes_;
  const std::size_t header = encode_header(header_).size();
  bytes[header + 60] ^= 1;  // in a record
  ASSERT_TRUE(repair_file(memory_source(bytes), sink));
  EXPECT_EQ(sink.bytes, bytes_);
}

TEST_F(SpeckledFile, TruncatedOnesAreRefused) {
  for (std::size_t size = bytes_.size() - 60; size < bytes_.size(); ++size) {
    EXPECT_FALSE(
        FileReader::open(memory_source(Bytes(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(size)))));
  }
}

}  // namespace
}  // namespace sarinr
