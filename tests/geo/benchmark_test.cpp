#include "sarinr/geo/benchmark.h"

#include <gmock/gmock.h>

#include <cmath>

#include "geo_test.h"
#include "sarinr/benchmark/score.h"

namespace sarinr::geo {
namespace {

using benchmark::CodingImage;

class KeepingListener final : public JobListener {
 public:
  void message(const std::string& sentence) override { messages.push_back(sentence); }
  void warning(const std::string& sentence) override { messages.push_back(sentence); }
  bool progress(double, double, std::optional<double>) override { return true; }
  std::vector<std::string> messages;
};

class BenchmarkTest : public GeoTest {
 protected:
  void SetUp() override {
    GeoTest::SetUp();
    for (const char* part : {"", "/a", "/b"}) VSIMkdir((folder() + part).c_str(), 0755);
  }
  void TearDown() override { VSIRmdirRecursive(folder().c_str()); }
  static std::string folder() { return memory_path("folder"); }

  static ImageRequest request(const std::string& input) {
    ImageRequest one;
    one.inputs = {input};
    return one;
  }

  /// Amplitudes from 20 to 180 in every band; 0 in the first column.
  static void make_waves(const std::string& path, int width, int height, int bands) {
    const auto file = make_tiff(path, width, height, bands, GDT_UInt16);
    for (int b = 1; b <= bands; ++b) {
      fill(*file->GetRasterBand(b),
           [](int x, int y) { return x == 0 ? 0 : std::round(100 + 80 * std::sin(0.2 * x) * std::cos(0.1 * y)); });
    }
  }

  std::vector<CodingImage> find(const ImageRequest& request) {
    std::vector<CodingImage> images;
    for (const auto& read : find_coding_images(request, listener)) images.push_back(read());
    return images;
  }

  KeepingListener listener;
};

TEST_F(BenchmarkTest, EveryDriverGoesThereAndBack) {
  make_waves(folder() + "/waves.tif", 101, 75, 1);
  const CodingImage image = find(request(folder() + "/waves.tif")).at(0);
  for (const auto& codec : gdal_codecs(1)) {
    if (!codec->missing().empty()) continue;
    const benchmark::QualityParameter parameter = codec->parameter(image);
    const double fine = parameter.logarithmic ? parameter.start * std::exp(1.5 / parameter.slope)
                                              : parameter.start + 1.5 / parameter.slope;
    const benchmark::Coding one = codec->code(image, parameter.start);
    const benchmark::Coding two = codec->code(image, parameter.whole ? std::round(fine) : fine);
    const double coarse_error = benchmark::score(image, one.values).rmse.value();
    const double fine_error = benchmark::score(image, two.values).rmse.value();
    EXPECT_LT(one.bytes, two.bytes) << codec->name();
    EXPECT_LT(fine_error, coarse_error) << codec->name();
    // The waves have a deviation of 3 dB.
    EXPECT_LT(fine_error, 2) << codec->name();
  }
}

TEST_F(BenchmarkTest, QuantisedValuesAreWithinHalfAStep) {
  make_waves(folder() + "/waves.tif", 64, 64, 1);
  const CodingImage image = find(request(folder() + "/waves.tif")).at(0);
  for (const auto& codec : gdal_codecs(1)) {
    if (!codec->name().starts_with("quantised")) continue;
    for (const double step : {0.01, 0.5, 4.0}) {
      const benchmark::Coding coding = codec->code(image, step);
      for (std::size_t i = 0; i < image.pixels(); ++i) {
        ASSERT_LE(std::abs(coding.values[i] - image.values[i]), step / 2 + 1e-4) << codec->name();
      }
    }
  }
}

TEST_F(BenchmarkTest, FindsTheBandsOfAFolderAndSaysWhatItLeavesOut) {
  make_waves(folder() + "/a/two.tif", 80, 70, 2);
  make_waves(folder() + "/b/two.tif", 80, 70, 1);
  make_waves(folder() + "/small.tif", 40, 70, 1);
  {
    const auto blank = make_tiff(folder() + "/blank.tif", 80, 70, 1, GDT_UInt16);
    fill(*blank->GetRasterBand(1), [](int, int) { return 3; });
    const auto coherence = make_tiff(folder() + "/coherence.tif", 80, 70, 1, GDT_Float32);
    fill(*coherence->GetRasterBand(1), [](int x, int) { return x / 100.0; });
  }
  VSIFCloseL(VSIFOpenL((folder() + "/notes.txt").c_str(), "wb"));
  const std::vector<CodingImage> images = find(request(folder()));
  std::vector<std::string> names;
  for (const CodingImage& image : images) names.push_back(image.name);
  EXPECT_THAT(names, testing::ElementsAre("a/two.tif band 1", "a/two.tif band 2", "b/two.tif"));
  EXPECT_EQ(images[0].valid.at(0), 0);
  EXPECT_EQ(images[0].valid.at(1), 1);
  EXPECT_THAT(listener.messages,
              testing::UnorderedElementsAre(
                  "blank.tif is constant: there is nothing to code; it is left out",
                  testing::StartsWith("coherence.tif is other: codecs are compared on amplitude, power and db"),
                  "small.tif has 40x70 pixels, fewer than --min-size asks for; it is left out"));
}

TEST_F(BenchmarkTest, TakesTheMiddleOfWindows) {
  make_waves(folder() + "/waves.tif", 200, 150, 1);
  const ImageRequest whole = request(folder() + "/waves.tif");
  ImageRequest part = whole;
  part.window = Extent{20, 10, 100, 80};
  part.largest = 64;
  const CodingImage all = find(whole).at(0);
  const CodingImage middle = find(part).at(0);
  ASSERT_EQ(middle.width, 64);
  ASSERT_EQ(middle.height, 64);
  // Columns from 20 + 18, rows from 10 + 8.
  EXPECT_EQ(middle.values.at(0), all.values.at(18 * 200 + 38));
}

TEST_F(BenchmarkTest, RefusesWhatWasNamed) {
  make_waves(folder() + "/small.tif", 40, 70, 1);
  const auto error = [&](const std::string& path) { return error_of([&] { find(request(path)); }); };
  EXPECT_EQ(error(folder() + "/small.tif"), "small.tif has 40x70 pixels, fewer than --min-size asks for");
  EXPECT_EQ(error(folder()), "no image of detected backscatter was found: name rasters or folders that hold them");
  EXPECT_THAT(error(folder() + "/none.tif"), testing::HasSubstr("none.tif"));
}

}  // namespace
}  // namespace sarinr::geo
