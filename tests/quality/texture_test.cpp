#include "sarinr/quality/texture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sarinr/base/error.h"
#include "sarinr/base/random.h"

namespace sarinr {
namespace {

std::vector<double> white(std::uint64_t seed, std::size_t length) {
  Random random(seed);
  std::vector<double> row(length);
  for (double& value : row) value = random.normal();
  return row;
}

TEST(FourierTransform, IsTheSumItStandsFor) {
  std::vector<std::complex<double>> values(16);
  Random random(5);
  for (auto& value : values) value = {random.normal(), random.normal()};
  std::vector<std::complex<double>> transformed = values;
  fourier_transform(transformed);
  for (std::size_t k = 0; k < 16; ++k) {
    std::complex<double> sum = 0;
    for (std::size_t n = 0; n < 16; ++n) {
      sum += values[n] * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k * n) / 16);
    }
    EXPECT_NEAR(std::abs(transformed[k] - sum), 0, 1e-12);
  }
  fourier_transform(transformed, true);
  for (std::size_t n = 0; n < 16; ++n) EXPECT_NEAR(std::abs(transformed[n] / 16.0 - values[n]), 0, 1e-14);
}

TEST(FourierTransform, RefusesOtherLengths) {
  std::vector<std::complex<double>> values(12);
  EXPECT_THROW(fourier_transform(values), Error);
}

TEST(LagCorrelation, OfAMovingSum) {
  // Sums of two neighbours along rows correlate by one half at lag 1, not at all beyond, and not along columns.
  LagCorrelation correlation;
  for (std::uint64_t y = 0; y < 300; ++y) {
    const std::vector<double> noise = white(y, 301);
    std::vector<double> row(300);
    for (std::size_t x = 0; x < 300; ++x) row[x] = noise[x] + noise[x + 1];
    correlation.add(row);
  }
  EXPECT_NEAR(*correlation.along_rows()[0], 0.5, 0.02);
  EXPECT_NEAR(*correlation.along_rows()[1], 0, 0.02);
  EXPECT_NEAR(*correlation.along_columns()[0], 0, 0.02);
  EXPECT_EQ(correlation.along_rows().size(), 8u);
}

TEST(LagCorrelation, LeavesOutPairsWithGaps) {
  LagCorrelation correlation;
  correlation.add(std::vector<double>{1, 2, no_value, 5, 6, 3});
  // Pairs at lag 1: (1, 2), (5, 6), (6, 3).
  EXPECT_NEAR(*correlation.along_rows()[0], 2 / std::sqrt(14.0 / 3 * 26.0 / 9), 1e-12);
  EXPECT_EQ(correlation.along_columns()[0], std::nullopt);
  EXPECT_EQ(correlation.along_rows()[7], std::nullopt);
}

TEST(SpeckleRows, OfASlopeIsNothingAndOfABrightPixelItsContrast) {
  SpeckleRows rows(9);
  for (int y = 0; y < 9; ++y) {
    std::vector<double> power(9, 2);
    if (y == 4) power[4] = 8;
    const std::span<const double> speckle = rows.add(power);
    if (y < 6) {
      EXPECT_TRUE(speckle.empty());
      continue;
    }
    EXPECT_TRUE(std::isnan(speckle[2]));
    EXPECT_TRUE(std::isnan(speckle[6]));
    const double mean = (48 * 2 + 8) / 49.0;
    EXPECT_NEAR(speckle[3], 10 * std::log10(2 / mean), 1e-12);
    EXPECT_NEAR(speckle[4], 10 * std::log10((y == 7 ? 8 : 2) / mean), 1e-12);
  }
}

TEST(BlockSpectrum, OfWhiteNoiseIsItsVariance) {
  BlockSpectrum spectrum(640);
  for (std::uint64_t y = 0; y < 640; ++y) {
    const std::vector<double> row = white(y, 640);
    std::vector<double> twice = row;
    for (double& value : twice) value *= 2;
    spectrum.add(row, twice);
  }
  EXPECT_EQ(spectrum.blocks(), 100u);
  // The mean is taken off each block, which empties the lowest frequencies.
  for (std::size_t k = 3; k <= 32; ++k) {
    EXPECT_NEAR(spectrum.reference()->radial[k], 1, 0.15) << k;
    EXPECT_NEAR(spectrum.test()->radial[k], 4 * spectrum.reference()->radial[k], 1e-9);
  }
  EXPECT_NEAR(spectrum.test()->high / spectrum.reference()->high, 4, 1e-12);
}

TEST(BlockSpectrum, OfAWaveAlongRowsPeaksThere) {
  BlockSpectrum spectrum(64);
  std::vector<double> row(64);
  for (std::size_t x = 0; x < 64; ++x) row[x] = std::cos(2 * std::numbers::pi * 10 * static_cast<double>(x) / 64);
  for (int y = 0; y < 64; ++y) spectrum.add(row, row);
  const BlockSpectrum::Spectrum found = *spectrum.reference();
  for (std::size_t k = 0; k <= 32; ++k) {
    if (k < 9 || k > 11) {
      EXPECT_NEAR(found.along_rows[k], 0, 1e-12) << k;
    }
    if (k > 1) {
      EXPECT_NEAR(found.along_columns[k], 0, 1e-12) << k;
    }
  }
  EXPECT_GT(found.along_rows[10], found.along_rows[9]);
}

TEST(BlockSpectrum, CountsBlocksWithoutGapsOnly) {
  BlockSpectrum spectrum(128);
  for (int y = 0; y < 64; ++y) {
    std::vector<double> row = white(static_cast<std::uint64_t>(y), 128);
    std::vector<double> other = row;
    if (y == 5) other[100] = no_value;
    spectrum.add(row, other);
  }
  EXPECT_EQ(spectrum.blocks(), 1u);
  EXPECT_EQ(BlockSpectrum(64).reference(), std::nullopt);
}

}  // namespace
}  // namespace sarinr
