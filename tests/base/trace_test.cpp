#include "sarinr/base/trace.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "sarinr/base/error.h"

namespace sarinr {
namespace {

TEST(Trace, IsAnArrayOfSpansThatLieWithinEachOther) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("sarinr_trace_" + std::to_string(::getpid()) + ".json");
  {
    Trace trace(path);
    const TraceSpan outer(&trace, "fit", 7, 4);
    { const TraceSpan inner(&trace, "code", 8); }
    std::thread([&] { const TraceSpan other(&trace, "read", 9); }).join();
  }
  std::ifstream file(path);
  const nlohmann::json events = nlohmann::json::parse(file);
  std::filesystem::remove(path);
  ASSERT_EQ(events.size(), 4u);
  const nlohmann::json inner = events[0];
  const nlohmann::json other = events[1];
  const nlohmann::json outer = events[2];
  EXPECT_EQ(inner["name"], "code");
  EXPECT_EQ(outer["name"], "fit");
  EXPECT_EQ(outer["args"]["number"], 7);
  EXPECT_EQ(outer["args"]["count"], 4);
  EXPECT_EQ(inner["tid"], outer["tid"]);
  EXPECT_NE(other["tid"], outer["tid"]);
  EXPECT_LE(outer["ts"].get<double>(), inner["ts"].get<double>());
  // Times are rounded to a tenth of a microsecond.
  EXPECT_GE(outer["ts"].get<double>() + outer["dur"].get<double>() + 0.2,
            inner["ts"].get<double>() + inner["dur"].get<double>());
}

TEST(Trace, NamesThePathThatCannotBeCreated) {
  try {
    Trace trace("/nowhere/trace.json");
    FAIL() << "created";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "/nowhere/trace.json cannot be created: No such file or directory");
  }
}

}  // namespace
}  // namespace sarinr
