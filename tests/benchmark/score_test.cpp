#include "sarinr/benchmark/score.h"

#include <gtest/gtest.h>

#include <limits>

#include "benchmark/images.h"

namespace sarinr::benchmark {
namespace {

TEST(Score, OfTheImageItselfIsPerfect) {
  const CodingImage image = wavy_image(120, 90, true);
  const Score same = score(image, image.values);
  EXPECT_EQ(same.rmse, 0);
  EXPECT_EQ(same.bias, 0);
  EXPECT_EQ(same.rmse_root, 0);
  EXPECT_NEAR(same.enl_ratio.value(), 1, 1e-12);
  EXPECT_NEAR(same.ssim.value(), 1, 1e-9);
  EXPECT_NEAR(same.kl.value(), 0, 1e-12);
}

/// A shift of 0.5 dB: RMSE and bias are it, the PSNR follows from the range; only the ends of the range are clamped.
TEST(Score, OfAShiftIsAnalyticInEveryDomain) {
  for (const CodingDomain domain : {CodingDomain::decibel, CodingDomain::root_amplitude, CodingDomain::amplitude}) {
    CodingImage image = wavy_image(120, 90, true, domain);
    const double range = to_decibels(domain, image.high) - to_decibels(domain, image.low);
    std::vector<float> shifted;
    for (const float value : image.values) {
      shifted.push_back(static_cast<float>(from_decibels(domain, to_decibels(domain, value) + 0.5)));
    }
    const Score found = score(image, shifted);
    EXPECT_NEAR(found.rmse.value(), 0.5, 1e-3);
    EXPECT_NEAR(found.bias.value(), 0.5, 1e-3);
    EXPECT_NEAR(found.psnr.value(), 20 * std::log10(range / 0.5), 0.02);
    EXPECT_NEAR(found.enl_ratio.value(), 1, 1e-3);
  }
}

TEST(Score, OfSquareRootAmplitudeIsThatOfTheNumbers) {
  const CodingImage image = wavy_image(120, 90, false, CodingDomain::root_amplitude);
  std::vector<float> test = image.values;
  for (float& value : test) value -= 0.25f;
  const Score found = score(image, test);
  EXPECT_NEAR(found.rmse_root.value(), 0.25, 1e-3);
  EXPECT_NEAR(found.psnr_root.value(), 20 * std::log10((image.high - image.low) / 0.25), 0.05);
}

TEST(Score, DoesNotSeePixelsThatAreNotValid) {
  const CodingImage image = wavy_image(120, 90, true);
  std::vector<float> test = image.values;
  for (std::size_t i = 0; i < test.size(); ++i) {
    if (image.valid[i] == 0) test[i] = std::numeric_limits<float>::quiet_NaN();
  }
  EXPECT_EQ(score(image, test).rmse, 0);
}

TEST(Score, ClampsToTheRangeOfTheImage) {
  const CodingImage image = wavy_image(120, 90, false);
  const std::vector<float> high(image.pixels(), 1e9f);
  const std::vector<float> highest(image.pixels(), image.high);
  EXPECT_EQ(score(image, high).rmse, score(image, highest).rmse);
  EXPECT_NE(error_of([&] { score(image, {1, 2}); }), "");
}

}  // namespace
}  // namespace sarinr::benchmark
