#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "quality/pair_rows.h"
#include "sarinr/base/error.h"
#include "sarinr/base/random.h"
#include "sarinr/quality/complex.h"
#include "sarinr/quality/edges.h"
#include "sarinr/quality/figures.h"

namespace sarinr {
namespace {

using test::ImagePair;

double noise(int x, int y) { return Random(static_cast<std::uint64_t>(y * 1000 + x)).normal(); }

ImagePair complex_pair(std::complex<double> factor) {
  ImagePair pair(20, 10, noise, noise);
  for (int i = 0; i < 200; ++i) {
    const std::complex<double> value(noise(i, 50), noise(i, 60));
    pair.reference_complex.push_back(value);
    pair.test_complex.push_back(value * factor);
  }
  return pair;
}

TEST(ComplexAgreement, OfAFactorIsItsAngle) {
  ComplexAgreement agreement;
  complex_pair(std::polar(2.0, 0.3)).feed(agreement);
  EXPECT_NEAR(*agreement.coherence(), 1, 1e-12) << "a constant factor is coherent";
  EXPECT_NEAR(*agreement.phase_bias(), 0.3, 1e-12);
  EXPECT_NEAR(*agreement.phase_error(), 0.3, 1e-12);
  EXPECT_NEAR(*agreement.weighted_phase_error(), 0.3, 1e-12);
  EXPECT_NEAR(*agreement.signal_to_noise(), -10 * std::log10(std::norm(std::polar(2.0, 0.3) - 1.0)), 1e-9);
}

TEST(ComplexAgreement, OfEqualsIsPerfectAndOfNothingEmpty) {
  ComplexAgreement agreement;
  EXPECT_EQ(agreement.coherence(), std::nullopt);
  EXPECT_EQ(agreement.signal_to_noise(), std::nullopt);
  complex_pair(1).feed(agreement);
  EXPECT_EQ(*agreement.phase_error(), 0);
  EXPECT_EQ(*agreement.signal_to_noise(), std::numeric_limits<double>::infinity());
}

TEST(ComplexAgreement, OfIndependentDataIsLow) {
  ImagePair pair = complex_pair(1);
  for (int i = 0; i < 200; ++i) {
    pair.test_complex[static_cast<std::size_t>(i)] = {noise(i, 70), noise(i, 80)};
  }
  ComplexAgreement agreement;
  pair.feed(agreement);
  EXPECT_LT(*agreement.coherence(), 0.25) << "1 / sqrt(200) is expected";
  EXPECT_NEAR(*agreement.phase_error(), 3.14159 / std::sqrt(3.0), 0.3) << "angles are uniform";
}

TEST(EdgePreservation, OfAContrastIsTheContrast) {
  const ImagePair pair(30, 20, noise, [](int x, int y) { return 0.25 * noise(x, y) + 3; });
  EdgePreservation edges;
  pair.feed(edges);
  EXPECT_NEAR(*edges.gradient(), 0.25, 1e-12);
  EXPECT_NEAR(*edges.correlation(), 1, 1e-12);
}

TEST(EdgePreservation, CountsPairsWithValuesOnly) {
  // One row: differences 1 and 3 on either side of a gap; the test doubles the second.
  const double reference[] = {0, 1, no_value, 2, 5};
  const double test[] = {0, 1, no_value, 2, 8};
  const ImagePair pair(
      5, 1, [&](int x, int) { return reference[x]; }, [&](int x, int) { return test[x]; });
  EdgePreservation edges;
  EXPECT_EQ(edges.gradient(), std::nullopt);
  pair.feed(edges);
  EXPECT_DOUBLE_EQ(*edges.gradient(), 7.0 / 4);
  EXPECT_EQ(edges.correlation(), std::nullopt);
}

TEST(Figures, KeepTheTablesOrderAndRefuseOtherNames) {
  Figures figures;
  figures.set("kl", 0.5);
  figures.set("psnr", std::nullopt);
  figures.set("kl", 0.25);
  ASSERT_EQ(figures.entries().size(), 2u);
  EXPECT_STREQ(figures.entries()[0].info->name, "psnr");
  EXPECT_EQ(*figures.get("kl"), 0.25);
  EXPECT_EQ(figures.get("psnr"), std::nullopt);
  EXPECT_TRUE(figures.has("psnr"));
  EXPECT_FALSE(figures.has("rmse"));
  try {
    figures.set("beauty", 1);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "there is no figure beauty");
  }
}

TEST(Figures, AreAveragedAndCountsAreSummed) {
  Figures a;
  Figures b;
  a.set("rmse", 1);
  b.set("rmse", 3);
  a.set("pixels_compared", 10);
  b.set("pixels_compared", 5);
  b.set("ssim", 0.5);
  a.set("kl", std::nullopt);
  a.set("max_error_x", 7);
  a.set("max_error", 2);
  b.set("max_error", 6);
  const Figures* parts[] = {&a, &b};
  const Figures mean = mean_figures(parts);
  EXPECT_EQ(*mean.get("rmse"), 2);
  EXPECT_EQ(*mean.get("pixels_compared"), 15);
  EXPECT_EQ(*mean.get("ssim"), 0.5);
  EXPECT_EQ(*mean.get("max_error"), 6);
  EXPECT_TRUE(mean.has("kl"));
  EXPECT_EQ(mean.get("kl"), std::nullopt);
  EXPECT_FALSE(mean.has("max_error_x")) << "places have no mean";
}

TEST(Figures, HaveDifferentNames) {
  const auto table = figure_table();
  for (std::size_t i = 0; i < table.size(); ++i) EXPECT_EQ(find_figure(table[i].name), &table[i]);
}

}  // namespace
}  // namespace sarinr
