// Decimation and upsampling of a study's images, against their definitions.

#include "study/decimation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sarinr/quality/rows.h"
#include "study/study.h"

namespace sarinr::study {
namespace {

Image image_with(bool backscatter, int width, int height, const std::function<double(int, int)>& value) {
  Image image;
  image.name = "made";
  image.width = width;
  image.height = height;
  image.backscatter = backscatter;
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) image.values.push_back(value(column, row));
  }
  normalise(image);
  return image;
}

double ramp(int column, int row) { return 0.5 * column - 0.25 * row; }

/// Every sample repeated; keeps what it was given.
struct Repeating {
  std::vector<double>* seen;
  std::vector<double> operator()(const std::string&, const std::vector<double>& values, int width, int height,
                                 int factor) const {
    *seen = values;
    std::vector<double> fine;
    for (int row = 0; row < height * factor; ++row) {
      for (int column = 0; column < width * factor; ++column) {
        fine.push_back(values[static_cast<std::size_t>(row / factor * width + column / factor)]);
      }
    }
    return fine;
  }
};

TEST(Decimation, ValuesTakeTheirMean) {
  const Image coarse = decimated(image_with(false, 32, 16, ramp), 2);
  ASSERT_EQ(coarse.width, 16);
  ASSERT_EQ(coarse.height, 8);
  // The mean of a ramp over a pixel is its value at the pixel's centre.
  EXPECT_NEAR(coarse.values[0], ramp(0, 0) + 0.25 - 0.125, 1e-12);
  EXPECT_NEAR(coarse.values[16 * 7 + 15], ramp(30, 14) + 0.25 - 0.125, 1e-12);
}

TEST(Decimation, BackscatterTakesTheMeanOfPower) {
  const Image coarse =
      decimated(image_with(true, 32, 16, [](int column, int) { return column % 2 == 0 ? 0.0 : 0.1 * column; }), 2);
  EXPECT_NEAR(coarse.values[3], 10 * std::log10((1 + std::pow(10, 0.07)) / 2), 1e-12);
}

TEST(Decimation, GapsAreLeftOutOfMeans) {
  const Image coarse =
      decimated(image_with(false, 32, 16,
                           [](int column, int row) {
                             const bool whole_block = column < 2 && row < 2;
                             return whole_block || (column == 2 && row == 0) ? no_value : ramp(column, row);
                           }),
                2);
  EXPECT_TRUE(std::isnan(coarse.values[0]));
  EXPECT_EQ(coarse.tile.valid[0], 0);
  EXPECT_NEAR(coarse.values[1], (ramp(3, 0) + ramp(2, 1) + ramp(3, 1)) / 3, 1e-12);
}

TEST(Decimation, TrimmedImagesKeepTheirFirstPixels) {
  const Image image = trimmed(image_with(false, 21, 19, ramp), 8);
  ASSERT_EQ(image.width, 16);
  ASSERT_EQ(image.height, 16);
  EXPECT_EQ(image.values[16 * 3 + 5], ramp(5, 3));
}

TEST(Upsampling, PowerGoesInAndDecibelsComeOut) {
  const Image image = image_with(true, 16, 8, ramp);
  std::vector<double> seen;
  const std::vector<float> fine = upsampled(image, 2, Repeating{&seen}, "any", true);
  EXPECT_NEAR(seen[3], std::pow(10, 0.15), 1e-12);
  ASSERT_EQ(fine.size(), 512U);
  EXPECT_NEAR(static_cast<double>(fine[32 * 5 + 7]), ramp(3, 2), 1e-5);
}

TEST(Upsampling, PowersBelowTheLeastAndGapsTakeWhatIsKnown) {
  const Image image = image_with(true, 16, 8, ramp);
  const auto negative = [](const std::string&, const std::vector<double>&, int, int, int) {
    std::vector<double> fine(512, -1.0);
    fine[7] = no_value;
    return fine;
  };
  const std::vector<float> fine = upsampled(image, 2, negative, "any", true);
  EXPECT_NEAR(static_cast<double>(fine[0]), ramp(0, 7), 1e-5);
  EXPECT_NEAR(static_cast<double>(fine[7]), ramp(3, 0), 1e-5);
}

TEST(Upsampling, TheMeanErrorLeavesGapsOut) {
  Image image = image_with(false, 16, 8, ramp);
  std::vector<float> values;
  for (const double value : image.values) values.push_back(static_cast<float>(value + 0.5));
  image.values[9] = no_value;
  EXPECT_NEAR(mean_error(image, values), 0.5, 1e-6);
}

}  // namespace
}  // namespace sarinr::study
