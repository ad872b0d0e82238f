#include "sarinr/container/part_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "sarinr/base/error.h"

namespace sarinr {
namespace {

class PartFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("sarinr_part_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "out.sinr.part";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }
  /// A file of three entries; its bytes.
  std::string three_entries() const {
    const auto part = PartFile::create(path_, "a job");
    part->append(3, 0, Bytes{1, 2, 3});
    part->append(1, 500, Bytes{});
    part->append(3, 1, Bytes(300, 7));
    return content(path_);
  }
  std::string failure_of(const Result<std::unique_ptr<PartFile>>& part) const {
    return part ? "no failure" : part.failure().message;
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(PartFileTest, GivesBackWhatWasAppended) {
  three_entries();
  const auto part = PartFile::open(path_);
  ASSERT_TRUE(part);
  EXPECT_EQ((*part)->description(), "a job");
  const std::vector<PartFile::Entry> entries = (*part)->entries();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[1].kind, 1);
  EXPECT_EQ(entries[1].number, 500u);
  EXPECT_EQ(*(*part)->read(entries[0]), (Bytes{1, 2, 3}));
  EXPECT_EQ(*(*part)->read(entries[1]), Bytes());
  EXPECT_EQ(*(*part)->read(entries[2]), Bytes(300, 7));
}

TEST_F(PartFileTest, EveryTruncationLeavesTheEntriesBefore) {
  const std::string whole = three_entries();
  std::size_t last = 0;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    write(whole.substr(0, size));
    auto part = PartFile::resume(path_);
    ASSERT_TRUE(part) << size;
    const std::size_t found = *part == nullptr ? 0 : (*part)->entries().size();
    EXPECT_GE(found, last) << size;
    EXPECT_EQ(found == 3, size == whole.size());
    last = found;
    if (*part == nullptr) continue;
    // Going on: what is missing is appended anew, and the file is as if nothing had happened.
    if (found < 1) (*part)->append(3, 0, Bytes{1, 2, 3});
    if (found < 2) (*part)->append(1, 500, Bytes{});
    if (found < 3) (*part)->append(3, 1, Bytes(300, 7));
    EXPECT_EQ(content(path_), whole) << size;
  }
}

TEST_F(PartFileTest, NoFlippedBitGoesUnnoticed) {
  const std::string whole = three_entries();
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    write(flipped);
    const auto part = PartFile::open(path_);
    if (part) {
      EXPECT_LT((*part)->entries().size(), 3u) << bit;
    }
  }
}

TEST_F(PartFileTest, RefusesWhatIsNoPartFile) {
  write("II*\0 a TIFF file, say");
  EXPECT_EQ(failure_of(PartFile::resume(path_)), "it is not unfinished work of sarinr");
  EXPECT_FALSE(is_part_file(path_));
  three_entries();
  EXPECT_TRUE(is_part_file(path_));
  std::string other = content(path_);
  other[6] = 9;
  write(other);
  EXPECT_EQ(failure_of(PartFile::open(path_)), "it was written by another version of sarinr");
  EXPECT_EQ(failure_of(PartFile::open(folder_ / "missing")), "it cannot be opened: No such file or directory");
  write("");
  EXPECT_EQ(failure_of(PartFile::open(path_)), "it holds no work yet");
}

TEST_F(PartFileTest, WithoutAFileThereIsNothingToResume) {
  const auto part = PartFile::resume(path_);
  ASSERT_TRUE(part);
  EXPECT_EQ(*part, nullptr);
}

TEST_F(PartFileTest, OneWriterAtATime) {
  const auto first = PartFile::create(path_, "a job");
  const auto blocked = [this](const std::function<void()>& act) {
    try {
      act();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const std::string sentence = path_ + " is being written by another process: wait for it, or end it";
  EXPECT_EQ(blocked([&] { static_cast<void>(PartFile::resume(path_)); }), sentence);
  EXPECT_EQ(blocked([&] { PartFile::create(path_, "another"); }), sentence);
  EXPECT_EQ(content(path_).find("another"), std::string::npos);
}

TEST_F(PartFileTest, NamesThePlaceThatCannotBeWritten) {
  try {
    PartFile::create(folder_ / "no" / "out.part", "a job");
    FAIL() << "created";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::EndsWith("out.part cannot be created: No such file or directory"));
  }
}

TEST_F(PartFileTest, TakesItsFinalNameOrVanishes) {
  auto part = PartFile::create(path_, "a job");
  part->append(3, 0, Bytes{1});
  part->rename(folder_ / "done");
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_TRUE(is_part_file(folder_ / "done"));
  part->remove();
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(PartFileTest, ATemporaryOneHasNoName) {
  const auto part = PartFile::temporary("a job");
  part->append(3, 4, Bytes{9});
  EXPECT_EQ(*part->read(part->entries().front()), Bytes{9});
}

}  // namespace
}  // namespace sarinr
