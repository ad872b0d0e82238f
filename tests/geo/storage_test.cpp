#include "sarinr/geo/storage.h"

#include <array>
#include <thread>

#include "geo_test.h"

namespace sarinr::geo {
namespace {

using StorageTest = GeoTest;

Bytes read_all(const std::string& path) {
  const auto source = open_source(path);
  Bytes bytes(source->size());
  EXPECT_TRUE(source->read(0, bytes));
  return bytes;
}

TEST_F(StorageTest, WhatIsWrittenIsRead) {
  const std::string path = memory_path("bytes");
  const auto sink = create_sink(path, false);
  sink->write(Bytes{1, 2, 3});
  sink->write(Bytes{});
  sink->write(Bytes{4});
  EXPECT_FALSE(file_exists(path));
  sink->commit();
  EXPECT_EQ(read_all(path), (Bytes{1, 2, 3, 4}));
  EXPECT_FALSE(file_exists(path + ".part"));
}

TEST_F(StorageTest, ReadsNothingPastTheEnd) {
  const std::string path = memory_path("short");
  const auto sink = create_sink(path, false);
  sink->write(Bytes{1, 2, 3});
  sink->commit();
  const auto source = open_source(path);
  std::array<std::uint8_t, 2> out{};
  EXPECT_TRUE(source->read(1, out));
  EXPECT_EQ(out[1], 3);
  EXPECT_FALSE(source->read(2, out));
  EXPECT_FALSE(source->read(~std::uint64_t{0}, out));
}

TEST_F(StorageTest, NothingIsLeftWithoutCommit) {
  const std::string path = memory_path("left");
  create_sink(path, false)->write(Bytes{1});
  EXPECT_FALSE(file_exists(path));
  EXPECT_FALSE(file_exists(path + ".part"));
}

TEST_F(StorageTest, ReplacesOnlyWhenAsked) {
  const std::string path = memory_path("old");
  create_sink(path, false)->commit();
  EXPECT_EQ(error_of([&] { create_sink(path, false); }), path + " exists: give --overwrite to replace it");
  const auto sink = create_sink(path, true);
  sink->write(Bytes{9});
  sink->commit();
  EXPECT_EQ(read_all(path), Bytes{9});
}

TEST_F(StorageTest, ThreadsReadAtOnce) {
  const std::string path = memory_path("threads");
  Bytes bytes(100000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 >> 3);
  const auto sink = create_sink(path, false);
  sink->write(bytes);
  sink->commit();
  const auto source = open_source(path);
  std::array<int, 4> wrong{};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i + 7 < bytes.size(); i += 97) {
        std::array<std::uint8_t, 7> out{};
        const bool good =
            source->read(i, out) && std::equal(out.begin(), out.end(), bytes.begin() + static_cast<std::ptrdiff_t>(i));
        wrong[t] += good ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, (std::array<int, 4>{}));
}

TEST_F(StorageTest, SaysWhyAPathCannotBeOpened) {
  EXPECT_EQ(error_of([] { open_source("/nowhere/a.sinr"); }), "cannot open /nowhere/a.sinr: No such file or directory");
  EXPECT_EQ(error_of([] { open_source("/tmp"); }), "/tmp is a folder: name a file in it");
  EXPECT_EQ(error_of([] { create_sink("/nowhere/a.sinr", false); }).find("/nowhere/a.sinr cannot be created"), 0u);
}

TEST_F(StorageTest, CopiesToArchivesOnCommit) {
  const std::string archive = "/vsizip/" + memory_path("a.zip");
  const auto sink = create_sink(archive + "/inner.bin", false);
  sink->write(Bytes{5, 6});
  sink->commit();
  EXPECT_EQ(read_all(archive + "/inner.bin"), (Bytes{5, 6}));
}

}  // namespace
}  // namespace sarinr::geo
