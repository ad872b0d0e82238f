#include "sarinr/base/storage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "sarinr/base/error.h"

namespace sarinr {
namespace {

class LocalStorage : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("sarinr_storage_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "out.sinr";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  bool exists(const std::string& name) const { return std::filesystem::exists(folder_ / name); }
  static std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::string failure(const std::function<void()>& act) {
    try {
      act();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(LocalStorage, OutputAppearsOnCommitOnly) {
  const std::unique_ptr<ByteSink> sink = create_local_sink(path_, false);
  sink->write(Bytes{'a', 'b'});
  sink->write(Bytes{'c'});
  EXPECT_FALSE(exists("out.sinr"));
  EXPECT_TRUE(exists("out.sinr.part"));
  sink->commit();
  EXPECT_FALSE(exists("out.sinr.part"));
  EXPECT_EQ(content(path_), "abc");
}

TEST_F(LocalStorage, UncommittedOutputVanishes) {
  std::ofstream(path_) << "old";
  {
    const std::unique_ptr<ByteSink> sink = create_local_sink(path_, true);
    sink->write(Bytes{'n', 'e', 'w'});
  }
  EXPECT_FALSE(exists("out.sinr.part"));
  EXPECT_EQ(content(path_), "old");
}

TEST_F(LocalStorage, CommitReplacesWhenAskedTo) {
  std::ofstream(path_) << "a longer old file";
  const std::unique_ptr<ByteSink> sink = create_local_sink(path_, true);
  sink->write(Bytes{'n', 'e', 'w'});
  sink->commit();
  EXPECT_EQ(content(path_), "new");
}

TEST_F(LocalStorage, RefusesWhatExists) {
  std::ofstream(path_) << "old";
  EXPECT_EQ(failure([&] { create_local_sink(path_, false); }), path_ + " exists: give --overwrite to replace it");
  EXPECT_FALSE(exists("out.sinr.part"));
}

TEST_F(LocalStorage, NamesMissingFoldersAndFiles) {
  const std::string missing = folder_ / "no" / "out.sinr";
  EXPECT_EQ(failure([&] { create_local_sink(missing, false); }),
            missing + " cannot be created: No such file or directory");
  EXPECT_EQ(failure([&] { open_local_source(missing); }), missing + " cannot be opened: No such file or directory");
}

TEST_F(LocalStorage, RefusesFolders) {
  EXPECT_THAT(failure([&] { open_local_source(folder_); }), testing::EndsWith(" is a folder: name a file in it"));
  EXPECT_THAT(failure([&] { create_local_sink(folder_, true); }), testing::EndsWith(" is a folder: name a file in it"));
}

TEST_F(LocalStorage, SourcesReadAnyRangeAndNoneBeyond) {
  std::ofstream(path_) << "0123456789";
  for (const auto& source :
       {open_local_source(path_), memory_source({'0', '1', '2', '3', '4', '5', '6', '7', '8', '9'})}) {
    EXPECT_EQ(source->size(), 10u);
    Bytes out(3);
    EXPECT_TRUE(source->read(7, out));
    EXPECT_EQ(out, (Bytes{'7', '8', '9'}));
    EXPECT_TRUE(source->read(0, out));
    EXPECT_EQ(out, (Bytes{'0', '1', '2'}));
    EXPECT_FALSE(source->read(8, out));
    EXPECT_FALSE(source->read(~std::uint64_t{0}, out));
    EXPECT_TRUE(source->read(10, {}));
  }
}

}  // namespace
}  // namespace sarinr
