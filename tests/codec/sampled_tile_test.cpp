#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "sarinr/codec/tile.h"
#include "sarinr/radiometry/raw_samples.h"

namespace sarinr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Source {
  std::vector<BandModel> bands;
  Extent core;
  TileContent content;
};

/// Speckle of a few looks about a ramp, in the band's quantity, with all classes that the band can have.
Sample made_sample(const BandModel& band, std::mt19937_64& random, int place) {
  std::gamma_distribution<double> gamma(3, 1.0 / 3);
  std::normal_distribution<double> normal(0, 1);
  if (place % 17 == 3 && band.nodata) return {*band.nodata, 0};
  if (place % 23 == 5 && !is_integer(band.type)) return {nan, is_complex(band.type) ? nan : 0};
  const double power = gamma(random) * (20 + place % 40);
  const bool negative = lowest(band.type) < 0 && place % 11 == 0;
  switch (band.quantity) {
    case Quantity::amplitude:
      return {round_to(band.type, (negative ? -1 : 1) * 10 * std::sqrt(power)), 0};
    case Quantity::power:
      return {round_to(band.type, (negative ? -1 : 1) * power), 0};
    case Quantity::decibel:
      return {round_to(band.type, 10 * std::log10(power)), 0};
    case Quantity::complex:
      return {round_to(band.type, 30 * normal(random)), round_to(band.type, 30 * normal(random))};
    case Quantity::categorical:
      return {static_cast<double>(place % 5), 0};
    case Quantity::other:
      break;
  }
  return {round_to(band.type, 100 * normal(random)), 0};
}

Source make_source(std::vector<BandModel> bands, const Extent& core, const SampleBound& bound) {
  Source source{std::move(bands), core, {}};
  source.content.kind = TileContent::Kind::sampled;
  source.content.bound = bound;
  std::mt19937_64 random(9);
  for (const BandModel& band : source.bands) {
    std::vector<PixelClass> mask;
    ByteWriter raw;
    for (int i = 0; i < core.width * core.height; ++i) {
      const Sample sample = made_sample(band, random, i);
      mask.push_back(i % 31 == 7 ? PixelClass::masked : classify(band, sample));
      encode_sample(band.type, sample, raw);
    }
    if (band.channels() == 0) mask.clear();
    source.content.masks.push_back(mask);
    source.content.exact.push_back(raw.take());
  }
  return source;
}

TileContext context_of(const Source& source, const FieldSpec& spec) {
  return {&source.bands, &spec, nullptr, source.core};
}

Sample sample_at(const BandModel& band, const Bytes& raw, std::size_t i) {
  return decode_sample(band.type, raw.data() + i * bytes_per_pixel(band.type));
}

void expect_kept(const Source& source) {
  const FieldSpec spec;
  const TileContext context = context_of(source, spec);
  const Result<TileContent> back = decode_tile(encode_tile(source.content, context), context);
  ASSERT_TRUE(back) << back.failure().message;
  EXPECT_EQ(back->kind, TileContent::Kind::sampled);
  for (std::size_t b = 0; b < source.bands.size(); ++b) {
    const BandModel& band = source.bands[b];
    for (std::size_t i = 0; i < source.content.masks[b].size(); ++i) {
      const Sample wanted = sample_at(band, source.content.exact[b], i);
      const Sample found = sample_at(band, back->exact[b], i);
      const PixelClass pixel_class = source.content.masks[b][i];
      if (pixel_class == PixelClass::masked) continue;
      ASSERT_EQ(classify(band, found), pixel_class) << name(band.type) << ", pixel " << i << ": " << found.re;
      if (!has_value(pixel_class)) continue;
      ASSERT_LE(sample_error(band, source.content.bound, wanted, found), source.content.bound.limit)
          << name(band.type) << ", pixel " << i << ": " << wanted.re << " came back as " << found.re;
    }
    if (band.channels() == 0) {
      EXPECT_EQ(back->exact[b], source.content.exact[b]);
    }
  }
}

const std::vector<BandModel>& all_bands() {
  static const std::vector<BandModel> bands = {
      {Quantity::amplitude, PixelType::u8, 0.0},  {Quantity::amplitude, PixelType::u16, std::nullopt},
      {Quantity::amplitude, PixelType::u32, 7.0}, {Quantity::power, PixelType::i16, -9.0},
      {Quantity::power, PixelType::f32, nan},     {Quantity::power, PixelType::f64, std::nullopt},
      {Quantity::decibel, PixelType::f32, -99.0}, {Quantity::decibel, PixelType::i16, 12.0},
      {Quantity::decibel, PixelType::f64, 0.0},   {Quantity::amplitude, PixelType::f32, 0.0},
      {Quantity::amplitude, PixelType::i32, 0.0}, {Quantity::categorical, PixelType::u8, std::nullopt}};
  return bands;
}

TEST(SampledTiles, KeepBoundsInDecibels) {
  for (const double limit : {0.01, 0.25, 1.0, 6.0}) {
    expect_kept(make_source(all_bands(), {0, 0, 40, 31}, {SampleBound::Kind::decibel, limit}));
  }
}

TEST(SampledTiles, KeepBoundsInUnitsAndAreLossless) {
  std::vector<BandModel> bands = all_bands();
  for (const PixelType type : {PixelType::i16, PixelType::i32, PixelType::u8, PixelType::f32, PixelType::f64,
                               PixelType::u64, PixelType::i64}) {
    bands.push_back({Quantity::other, type, 5.0});
  }
  for (const PixelType type : {PixelType::ci16, PixelType::ci32, PixelType::cf32, PixelType::cf64}) {
    bands.push_back({Quantity::complex, type, std::nullopt});
  }
  for (const double limit : {1e-3, 0.7, 1.0, 3.0, 100.0}) {
    expect_kept(make_source(bands, {0, 0, 23, 31}, {SampleBound::Kind::absolute, limit}));
  }
  expect_kept(make_source(bands, {0, 0, 23, 31}, {}));
}

TEST(SampledTiles, MayBeOnePixelWide) {
  for (const Extent& core : {Extent{0, 0, 1, 50}, Extent{0, 0, 50, 1}, Extent{0, 0, 1, 1}}) {
    expect_kept(make_source(all_bands(), core, {SampleBound::Kind::decibel, 0.5}));
  }
}

TEST(SampledTiles, KeepExtremesOfTheirTypes) {
  for (const PixelType type : {PixelType::u8, PixelType::i16, PixelType::u16, PixelType::i32, PixelType::u32,
                               PixelType::f32, PixelType::f64}) {
    for (const SampleBound& bound :
         {SampleBound{}, SampleBound{SampleBound::Kind::absolute, 2}, SampleBound{SampleBound::Kind::absolute, 1e-4}}) {
      Source source = make_source({{Quantity::other, type, std::nullopt}}, {0, 0, 4, 4}, bound);
      ByteWriter raw;
      for (int i = 0; i < 16; ++i) encode_sample(type, {i % 2 == 0 ? lowest(type) : highest(type), 0}, raw);
      source.content.exact[0] = raw.take();
      source.content.masks[0].assign(16, PixelClass::valid);
      expect_kept(source);
    }
  }
}

TEST(SampledTiles, LosslessFloatsKeepEveryBit) {
  Source source = make_source({{Quantity::other, PixelType::f32, std::nullopt}}, {0, 0, 30, 20}, {});
  std::mt19937 random(2);
  for (std::size_t i = 0; i < 600; ++i) {
    float value =
        i % 50 == 0 ? -0.0f : std::ldexp(static_cast<float>(random() % 100000), static_cast<int>(i % 60) - 30);
    if (i % 3 == 0) value = -value;
    std::memcpy(source.content.exact[0].data() + 4 * i, &value, 4);
  }
  source.content.masks[0].assign(600, PixelClass::valid);
  const FieldSpec spec;
  const TileContext context = context_of(source, spec);
  const Result<TileContent> back = decode_tile(encode_tile(source.content, context), context);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->exact[0], source.content.exact[0]);
}

/// Columns of a raster that was resampled by the nearest neighbour repeat: they should cost next to nothing.
TEST(SampledTiles, RepeatedColumnsAreCheap) {
  const FieldSpec spec;
  Source plain = make_source({{Quantity::other, PixelType::f32, std::nullopt}}, {0, 0, 120, 120}, {});
  plain.content.masks[0].assign(120 * 120, PixelClass::valid);
  std::mt19937 random(4);
  const auto fill = [&](Source& source, int every) {
    for (std::size_t i = 0; i < 120 * 120; ++i) {
      float value = static_cast<float>(random()) * 1e-9f;
      if (every != 0 && i % 120 != 0 && static_cast<int>(i % 120) % every == 0) {
        std::memcpy(&value, source.content.exact[0].data() + 4 * (i - 1), 4);
      }
      std::memcpy(source.content.exact[0].data() + 4 * i, &value, 4);
    }
  };
  fill(plain, 0);
  Source repeated = plain;
  fill(repeated, 4);
  const double all = static_cast<double>(encode_tile(plain.content, context_of(plain, spec)).size());
  const double fewer = static_cast<double>(encode_tile(repeated.content, context_of(repeated, spec)).size());
  EXPECT_LT(fewer / all, 0.79);  // a quarter of the columns less one
}

TEST(SampledTiles, CoarserBoundsTakeFewerBytes) {
  const FieldSpec spec;
  std::size_t before = std::numeric_limits<std::size_t>::max();
  for (const double limit : {0.05, 0.25, 1.0, 4.0}) {
    const Source source = make_source({{Quantity::power, PixelType::f32, std::nullopt}}, {0, 0, 128, 128},
                                      {SampleBound::Kind::decibel, limit});
    const std::size_t size = encode_tile(source.content, context_of(source, spec)).size();
    EXPECT_LT(size, before);
    before = size;
  }
}

TEST(SampledTiles, DamagedOnesFailOrDecodeWithoutFault) {
  const FieldSpec spec;
  const Source source = make_source(all_bands(), {0, 0, 12, 12}, {SampleBound::Kind::decibel, 0.5});
  const TileContext context = context_of(source, spec);
  const Bytes sound = encode_tile(source.content, context);
  std::mt19937 random(8);
  for (int trial = 0; trial < 2000; ++trial) {
    Bytes bytes = sound;
    for (int k = 0; k < 1 + trial % 3; ++k) bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    if (trial % 7 == 0) bytes.resize(random() % bytes.size());
    const Result<TileContent> back = decode_tile(bytes, context);
    if (!back) {
      EXPECT_FALSE(back.failure().message.empty());
    }
    if (back && back->kind == TileContent::Kind::sampled) {
      EXPECT_EQ(back->exact[0].size(), 144U);
    }
  }
}

TEST(SampledTiles, ImpossibleOnesAreRefusedInWords) {
  const FieldSpec spec;
  const Source source =
      make_source({{Quantity::decibel, PixelType::f32, std::nullopt}}, {0, 0, 9, 9}, {SampleBound::Kind::decibel, 0.5});
  Source plain = source;
  plain.content.masks[0].assign(81, PixelClass::valid);
  for (std::size_t i = 0; i < 81 * 4; ++i) plain.content.exact[0][i] = 0;
  const TileContext context = context_of(plain, spec);
  const Bytes sound = encode_tile(plain.content, context);
  const auto complaint = [&](std::size_t at, std::uint8_t byte) {
    Bytes bytes = sound;
    bytes[at] = byte;
    const Result<TileContent> back = decode_tile(bytes, context);
    return back ? std::string("none") : back.failure().message;
  };
  ASSERT_EQ(sound[0], 4);
  EXPECT_EQ(complaint(0, 5), "the tile is of no known kind");
  EXPECT_EQ(complaint(1, 5), "its samples are of no known form");
  EXPECT_EQ(complaint(9, 0xFF), "its samples have an impossible quantiser");
}

}  // namespace
}  // namespace sarinr
