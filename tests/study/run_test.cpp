#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "sarinr/base/error.h"
#include "sarinr/study/study.h"

namespace sarinr::study {
namespace {

using testing::HasSubstr;

/// Counts what it is told and stops a job after a number of calls.
class Listener final : public JobListener {
 public:
  explicit Listener(int calls = 1 << 30) : calls_(calls) {}
  void message(const std::string&) override {}
  void warning(const std::string&) override {}
  bool progress(double done, double, std::optional<double>) override {
    first_done = first_done < 0 ? done : first_done;
    return --calls_ > 0;
  }
  double first_done = -1;

 private:
  int calls_;
};

/// A folder of its own for each test, removed behind it.
class StudyRun : public testing::Test {
 protected:
  StudyRun() : folder_(std::filesystem::temp_directory_path() / ("sarinr_study_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(folder_);
  }
  ~StudyRun() override { std::filesystem::remove_all(folder_); }

  Request request(const std::string& name) const {
    Request out;
    out.name = name;
    out.folder = folder_.string();
    out.size = Size::smoke;
    out.engine.threads = 1;
    out.encode = [](int, int, const std::vector<std::uint8_t>&) { return std::string("png"); };
    return out;
  }

  std::vector<std::string> lines() const {
    std::ifstream file(folder_ / "cells.jsonl");
    std::vector<std::string> out;
    for (std::string line; std::getline(file, line);) out.push_back(line);
    return out;
  }

  void write_lines(const std::vector<std::string>& lines) const {
    std::ofstream file(folder_ / "cells.jsonl");
    for (const std::string& line : lines) file << line << "\n";
  }

  std::string error_of(const Request& request) const {
    Listener listener;
    try {
      run(request, listener);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  std::filesystem::path folder_;
};

TEST_F(StudyRun, WritesThreeFilesThatAgree) {
  Listener listener;
  const Outcome outcome = run(request("defaults"), listener);
  const auto json = nlohmann::json::parse(outcome.json);
  EXPECT_EQ(json.at("schema"), "sarinr-study/1");
  EXPECT_EQ(json.at("study"), "defaults");
  EXPECT_EQ(json.at("size"), "smoke");
  // Three starts: two rates on the choosing image; on the other 0.002 and, where it is another, the better of the two.
  const std::size_t cells = json.at("cells").size();
  EXPECT_GE(cells, 9U);
  EXPECT_LE(cells, 12U);
  for (const auto& cell : json.at("cells")) {
    EXPECT_GT(cell.at("result").at("psnr").get<double>(), 10);
    // The default number of bits costs 0.05 dB.
    EXPECT_NEAR(cell.at("result").at("psnr").get<double>(), cell.at("result").at("psnr_stored").get<double>(), 0.06);
  }
  std::ifstream csv(folder_ / "study.csv");
  std::size_t rows = 0;
  for (std::string line; std::getline(csv, line);) ++rows;
  EXPECT_EQ(rows, cells + 1);
  std::ifstream file(folder_ / "index.html");
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  EXPECT_THAT(page, HasSubstr("<svg"));
  EXPECT_THAT(page, HasSubstr("data:image/png;base64,"));
  EXPECT_THAT(page, testing::Not(HasSubstr("http")));
  EXPECT_THAT(outcome.text, HasSubstr("| scaled |"));
}

TEST_F(StudyRun, ThreadsDoNotChangeResults) {
  Listener listener;
  Request once = request("defaults");
  const std::string one = run(once, listener).json;
  once.engine.threads = 3;
  once.overwrite = true;
  EXPECT_EQ(run(once, listener).json, one);
}

TEST_F(StudyRun, TakesUpFinishedCells) {
  Listener listener;
  const std::string whole = run(request("defaults"), listener).json;
  std::vector<std::string> kept = lines();
  const std::size_t all = kept.size();
  ASSERT_GT(all, 9U);
  // What a killed run leaves: fewer lines, the last of them torn.
  kept.resize(6);
  kept.back().resize(kept.back().size() / 2);
  write_lines(kept);
  Listener again;
  EXPECT_EQ(run(request("defaults"), again).json, whole);
  EXPECT_EQ(again.first_done, 4);
  EXPECT_EQ(lines().size(), all);
}

TEST_F(StudyRun, StopsWhenAsked) {
  Listener impatient(3);
  try {
    run(request("defaults"), impatient);
    FAIL() << "a study that was told to stop went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  Listener patient;
  EXPECT_NO_THROW(run(request("defaults"), patient));
}

TEST_F(StudyRun, RefusesCellsOfOthers) {
  Listener listener;
  run(request("defaults"), listener);
  EXPECT_THAT(error_of(request("ntk")), HasSubstr("cells.jsonl holds cells of another study: give another folder"));
  Request other = request("defaults");
  other.images = simulated_images(2, 32);
  other.images[0].values[5] += 1;
  EXPECT_THAT(error_of(other), HasSubstr("cells of another images"));
  write_lines({"not JSON"});
  EXPECT_THAT(error_of(request("defaults")), HasSubstr("cells of another study"));
  Request anew = request("defaults");
  anew.overwrite = true;
  EXPECT_EQ(error_of(anew), "");
}

TEST_F(StudyRun, SaysWhatIsWrong) {
  EXPECT_THAT(error_of(request("nothing")), HasSubstr("unknown study 'nothing': the studies are "));
  Request with_images = request("ntk");
  with_images.images = simulated_images(1, 32);
  EXPECT_THAT(error_of(with_images), HasSubstr("the study ntk takes no images: leave them out"));
  Request twice = request("defaults");
  twice.images = simulated_images(1, 32);
  twice.images.push_back(twice.images[0]);
  EXPECT_THAT(error_of(twice), HasSubstr("two images are named simulated 1, 1 look: rename one"));
}

TEST(StudyImages, AreNormalisedAsFitsAre) {
  const Image image = simulated_images(1, 32).front();
  double sum = 0;
  double squares = 0;
  for (const float value : image.tile.values) {
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  EXPECT_NEAR(sum / 1024, 0, 1e-5);
  EXPECT_NEAR(std::sqrt(squares / 1024), 0.25, 1e-5);
  EXPECT_NEAR(image.offset + image.scale * static_cast<double>(image.tile.values[7]), image.values[7], 1e-4);
}

/// A window of one band of floats.
RasterWindow window_of(int side, double value) {
  RasterWindow window;
  window.extent = {0, 0, side, side};
  window.samples = {std::vector<Sample>(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), {value, 0})};
  return window;
}

std::string refusal(const RasterInfo& info, const RasterWindow& window) {
  try {
    image_of("scene", info, window, 0);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(StudyImages, RefuseWhatCannotBeFitted) {
  RasterInfo info;
  info.bands = {BandModel{Quantity::decibel, PixelType::f32, std::nullopt}};
  EXPECT_THAT(refusal(info, window_of(16, 3)), HasSubstr("scene is constant"));
  EXPECT_THAT(refusal(info, window_of(4, 3)), HasSubstr("scene has 16 valid pixels here; a study needs 64"));
  info.bands[0].quantity = Quantity::complex;
  EXPECT_THAT(refusal(info, window_of(16, 3)), HasSubstr("scene is complex: studies take bands of one real number"));
}

TEST(StudyImages, LeaveOutPixelsWithoutValue) {
  RasterInfo info;
  info.bands = {BandModel{Quantity::amplitude, PixelType::f32, std::nullopt}};
  RasterWindow window = window_of(16, 10);
  window.samples[0][3].re = 0;
  window.samples[0][4].re = 100;
  const Image image = image_of("scene", info, window, 0);
  EXPECT_TRUE(image.backscatter);
  EXPECT_EQ(image.tile.valid[3], 0);
  EXPECT_TRUE(std::isnan(image.values[3]));
  EXPECT_DOUBLE_EQ(image.values[4], 40);
  EXPECT_DOUBLE_EQ(image.values[5], 20);
}

}  // namespace
}  // namespace sarinr::study
