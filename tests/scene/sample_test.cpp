#include "sarinr/scene/sample.h"

#include <gtest/gtest.h>

#include <cmath>

#include "scene/memory_raster.h"

namespace sarinr {
namespace {

/// A raster too small for fields: its values are known exactly.
std::shared_ptr<FieldFile> small_file() {
  const auto value = [](int band, int x, int y) -> Sample {
    if (band == 0 && x == 2 && y == 1) return {-99, 0};
    if (band == 0 && x == 3 && y == 1) return {std::nan(""), 0};
    return {100.0 * band + 10 * y + x, band == 1 ? -0.5 * x : 0};
  };
  test::ComputedRaster raster(7, 5,
                              {{Quantity::decibel, PixelType::f32, -99.0},
                               {Quantity::complex, PixelType::cf32, {}},
                               {Quantity::other, PixelType::f32, {}}},
                              value);
  raster.change().metadata = R"({"bands": [{"description": "VV"}, {}, {"description": "VV"}]})";
  test::MemorySink sink;
  test::Silent listener;
  fit_raster(
      raster, sink, {}, [] { return std::make_unique<test::MeanEngine>(); }, listener);
  return FieldFile::open(memory_source(sink.data), "test.sinr");
}

TEST(SamplePlaces, ValuesOfThePixelThatHoldsThePlace) {
  const auto bands = sample_places(*small_file(), {SourcePlace{3.5, 2.5}, SourcePlace{0, 0}, SourcePlace{7, 5}}, {});
  ASSERT_EQ(bands.size(), 3u);
  EXPECT_EQ(bands[0].values[0]->re, 23);
  EXPECT_EQ(bands[0].values[1]->re, 0);
  EXPECT_EQ(bands[0].values[2]->re, 46);
  EXPECT_EQ(bands[1].values[0]->re, 123);
  EXPECT_EQ(bands[1].values[0]->im, -1.5);
}

TEST(SamplePlaces, NothingOutsideOrWithoutAValue) {
  const auto bands = sample_places(*small_file(),
                                   {SourcePlace{-0.1, 2}, SourcePlace{2, 5.1}, std::nullopt, SourcePlace{2.5, 1.5},
                                    SourcePlace{3.5, 1.5}, SourcePlace{1.5, 1.5}},
                                   {1});
  ASSERT_EQ(bands.size(), 1u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_FALSE(bands[0].values[i]) << i;
  EXPECT_TRUE(bands[0].values[5]);
}

TEST(SamplePlaces, NamesTellBandsApart) {
  const auto bands = sample_places(*small_file(), {}, {3, 1, 2});
  ASSERT_EQ(bands.size(), 3u);
  EXPECT_EQ(bands[0].name, "band 3");
  EXPECT_EQ(bands[1].name, "VV");
  EXPECT_EQ(bands[2].name, "band 2");
  EXPECT_TRUE(bands[2].is_complex);
  EXPECT_FALSE(bands[1].is_complex);
}

TEST(SamplePlaces, BandsThatAreNotThere) {
  const auto file = small_file();
  for (const int band : {0, 4}) {
    try {
      (void)sample_places(*file, {}, {band});
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), "there is no band " + std::to_string(band) + ": the file's bands are 1 to 3");
    }
  }
}

}  // namespace
}  // namespace sarinr
