#include "sarinr/benchmark/coding_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "benchmark/images.h"

namespace sarinr::benchmark {
namespace {

TEST(CodingDomain, HasNamesAndInverses) {
  for (const CodingDomain domain : {CodingDomain::decibel, CodingDomain::root_amplitude, CodingDomain::amplitude}) {
    EXPECT_EQ(domain_from_name(std::string(name(domain))), domain);
    EXPECT_NEAR(to_decibels(domain, from_decibels(domain, -13.5)), -13.5, 1e-12);
  }
  EXPECT_NEAR(from_decibels(CodingDomain::amplitude, 20), 10, 1e-12);
  EXPECT_NEAR(from_decibels(CodingDomain::root_amplitude, 40), 10, 1e-12);
  EXPECT_EQ(error_of([] { domain_from_name("power"); }),
            "unknown coding domain 'power': the domains are db, sqrt-amplitude and amplitude");
}

TEST(CodingImage, TakesDecibelsAndFillsWithTheMean) {
  RasterWindow window{{0, 0, 3, 2}, {{{10, 0}, {0, 0}, {100, 0}, {-1, 0}, {7, 0}, {1, 0}}}, {1, 1, 1, 1, 0, 1}};
  const BandModel amplitude{Quantity::amplitude, PixelType::f32, std::nullopt};
  const CodingImage image = coding_image("six", window, 0, amplitude, CodingDomain::decibel);
  // A zero, a negative amplitude and a masked pixel have no decibels; 20, 40 and 0 dB are left, their mean 20.
  EXPECT_THAT(image.values, testing::ElementsAre(20, 20, 40, 20, 20, 0));
  EXPECT_THAT(image.valid, testing::ElementsAre(1, 0, 1, 0, 0, 1));
  EXPECT_EQ(image.low, 0);
  EXPECT_EQ(image.high, 40);
}

TEST(CodingImage, RefusesWhatIsNoBackscatterOrNothing) {
  RasterWindow window{{0, 0, 2, 1}, {{{5, 0}, {5, 0}}}, {}};
  const auto make = [&](Quantity quantity) {
    return error_of([&] {
      coding_image("pair", window, 0, {quantity, PixelType::f32, std::nullopt}, CodingDomain::decibel);
    });
  };
  EXPECT_EQ(make(Quantity::other),
            "pair is other: codecs are compared on amplitude, power and db; give --quantity if it is one of these");
  EXPECT_EQ(make(Quantity::power), "pair is constant: there is nothing to code");
  window.samples[0] = {{0, 0}, {0, 0}};
  EXPECT_EQ(make(Quantity::power), "pair has no valid pixel: there is nothing to code");
}

TEST(RangeMapping, SpansTheRangeAndRoundsToHalfAStep) {
  for (const int bits : {8, 12, 16}) {
    const RangeMapping mapping(-30, 12, bits);
    EXPECT_EQ(mapping.code(-30), 0);
    EXPECT_EQ(mapping.code(12), (1 << bits) - 1);
    EXPECT_NEAR(mapping.value((1 << bits) - 1), 12, 1e-9);
    EXPECT_EQ(mapping.code(-99), 0);
    EXPECT_EQ(mapping.code(99), (1 << bits) - 1);
    for (double value = -30; value <= 12; value += 0.37) {
      EXPECT_LE(std::abs(mapping.value(mapping.code(value)) - value), mapping.step() / 2 * (1 + 1e-9));
    }
  }
}

}  // namespace
}  // namespace sarinr::benchmark
