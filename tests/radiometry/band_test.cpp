#include "sarinr/radiometry/band.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "sarinr/base/error.h"

namespace sarinr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

BandModel band(Quantity quantity, PixelType type, std::optional<double> nodata = std::nullopt) {
  return {quantity, type, nodata};
}

double real_value(const BandModel& model, PixelClass pixel_class, double fit_value) {
  return from_fit_domain(model, pixel_class, &fit_value).re;
}

TEST(Quantity, NamesAndQuantitiesAreEachOthersInverse) {
  for (int number = 1; number <= 6; ++number) {
    const auto quantity = static_cast<Quantity>(number);
    EXPECT_EQ(quantity_from_name(name(quantity)), quantity);
  }
  EXPECT_EQ(quantity_from_name("intensity"), std::nullopt);
  EXPECT_EQ(quantity_names(), "amplitude, power, db, complex, other, categorical");
}

TEST(Band, CountsChannels) {
  EXPECT_EQ(band(Quantity::complex, PixelType::cf32).channels(), 2);
  EXPECT_EQ(band(Quantity::categorical, PixelType::u8).channels(), 0);
  EXPECT_EQ(band(Quantity::other, PixelType::f32).channels(), 1);
}

TEST(Band, FitDomainIsDecibelsOfMagnitude) {
  double out[2] = {0, 0};
  to_fit_domain(band(Quantity::amplitude, PixelType::u16), {100, 0}, out);
  EXPECT_NEAR(out[0], 40, 1e-12);
  to_fit_domain(band(Quantity::power, PixelType::f32), {100, 0}, out);
  EXPECT_NEAR(out[0], 20, 1e-12);
  to_fit_domain(band(Quantity::power, PixelType::f32), {-0.01, 0}, out);
  EXPECT_NEAR(out[0], -20, 1e-12);
  to_fit_domain(band(Quantity::decibel, PixelType::f32), {-13.25, 0}, out);
  EXPECT_EQ(out[0], -13.25);
  to_fit_domain(band(Quantity::complex, PixelType::ci16), {3, -4}, out);
  EXPECT_EQ(out[0], 3);
  EXPECT_EQ(out[1], -4);
}

TEST(Band, ClassifiesRealSamples) {
  const BandModel power = band(Quantity::power, PixelType::f32, -9999);
  EXPECT_EQ(classify(power, {1, 0}), PixelClass::valid);
  EXPECT_EQ(classify(power, {-9999, 0}), PixelClass::nodata);
  EXPECT_EQ(classify(power, {nan, 0}), PixelClass::not_a_number);
  EXPECT_EQ(classify(power, {0, 0}), PixelClass::zero);
  EXPECT_EQ(classify(power, {-1, 0}), PixelClass::negative);
  EXPECT_EQ(classify(power, {infinity, 0}), PixelClass::positive_infinity);
  EXPECT_EQ(classify(power, {-infinity, 0}), PixelClass::negative_infinity);
  for (const Quantity quantity : {Quantity::decibel, Quantity::other}) {
    EXPECT_EQ(classify(band(quantity, PixelType::f32), {0, 0}), PixelClass::valid);
    EXPECT_EQ(classify(band(quantity, PixelType::f32), {-1, 0}), PixelClass::valid);
  }
}

TEST(Band, ComparesNodataAfterRoundingToTheType) {
  EXPECT_EQ(classify(band(Quantity::decibel, PixelType::f32, 0.1), {static_cast<double>(0.1f), 0}), PixelClass::nodata);
  EXPECT_EQ(classify(band(Quantity::decibel, PixelType::f32, nan), {nan, 0}), PixelClass::nodata);
  EXPECT_EQ(classify(band(Quantity::amplitude, PixelType::u16, 0.0), {0, 0}), PixelClass::nodata);
}

TEST(Band, NodataOutsideAnIntegerTypeMatchesNoPixel) {
  const BandModel bytes = band(Quantity::amplitude, PixelType::u8, -9999);
  EXPECT_EQ(classify(bytes, {0, 0}), PixelClass::zero);
  EXPECT_EQ(classify(band(Quantity::amplitude, PixelType::u16, 70000), {65535, 0}), PixelClass::valid);
  EXPECT_EQ(classify(band(Quantity::other, PixelType::i16, nan), {0, 0}), PixelClass::valid);
  EXPECT_EQ(from_fit_domain(bytes, PixelClass::masked, nullptr).re, 0);
}

TEST(Band, ClassifiesComplexSamples) {
  const BandModel plain = band(Quantity::complex, PixelType::cf32);
  EXPECT_EQ(classify(plain, {0, 0}), PixelClass::zero);
  EXPECT_EQ(classify(plain, {0, -1}), PixelClass::valid);
  EXPECT_EQ(classify(plain, {-1, 0}), PixelClass::valid);
  EXPECT_EQ(classify(plain, {1, nan}), PixelClass::not_a_number);
  EXPECT_EQ(classify(plain, {infinity, 0}), PixelClass::not_a_number);
  const BandModel tagged = band(Quantity::complex, PixelType::cf32, 5);
  EXPECT_EQ(classify(tagged, {5, 0}), PixelClass::nodata);
  EXPECT_EQ(classify(tagged, {5, 1}), PixelClass::valid);
}

TEST(Band, ClassesWithoutValueComeBackExactly) {
  const BandModel power = band(Quantity::power, PixelType::f32, 0.1);
  for (const auto& value :
       {from_fit_domain(power, PixelClass::nodata, nullptr), physical_value(power, PixelClass::nodata, nullptr)}) {
    EXPECT_EQ(value.re, static_cast<double>(0.1f));
  }
  EXPECT_TRUE(std::isnan(from_fit_domain(power, PixelClass::not_a_number, nullptr).re));
  EXPECT_EQ(from_fit_domain(power, PixelClass::not_a_number, nullptr).im, 0);
  EXPECT_EQ(from_fit_domain(power, PixelClass::zero, nullptr).re, 0);
  EXPECT_EQ(from_fit_domain(power, PixelClass::positive_infinity, nullptr).re, infinity);
  EXPECT_EQ(from_fit_domain(power, PixelClass::negative_infinity, nullptr).re, -infinity);
  EXPECT_EQ(from_fit_domain(power, PixelClass::masked, nullptr).re, static_cast<double>(0.1f));
  EXPECT_EQ(from_fit_domain(band(Quantity::power, PixelType::f32), PixelClass::masked, nullptr).re, 0);
}

TEST(Band, ValidPixelsOfAmplitudeStepOffZeroAndNodata) {
  const BandModel plain = band(Quantity::amplitude, PixelType::u16);
  EXPECT_EQ(real_value(plain, PixelClass::valid, -80), 1);
  EXPECT_EQ(real_value(band(Quantity::amplitude, PixelType::u16, 1), PixelClass::valid, -80), 2);
  EXPECT_EQ(real_value(plain, PixelClass::valid, 1e6), 65535);
  EXPECT_EQ(real_value(band(Quantity::amplitude, PixelType::u16, 65535), PixelClass::valid, 1e6), 65534);
  const BandModel floats = band(Quantity::power, PixelType::f32);
  EXPECT_EQ(real_value(floats, PixelClass::valid, -1e6), static_cast<double>(std::numeric_limits<float>::denorm_min()));
  EXPECT_EQ(real_value(floats, PixelClass::valid, 1e6), static_cast<double>(std::numeric_limits<float>::max()));
}

TEST(Band, NegativePixelsStayNegative) {
  const BandModel power = band(Quantity::power, PixelType::f32);
  EXPECT_NEAR(real_value(power, PixelClass::negative, -20), -0.01, 1e-9);
  EXPECT_LT(real_value(power, PixelClass::negative, -1e6), 0);
  EXPECT_EQ(real_value(band(Quantity::power, PixelType::i16), PixelClass::negative, -40), -1);
  EXPECT_EQ(real_value(band(Quantity::power, PixelType::i16, -1), PixelClass::negative, -40), -2);
}

TEST(Band, ValidDecibelsStepOffNodataByOneValue) {
  const BandModel decibels = band(Quantity::decibel, PixelType::f32, -10);
  const double above = static_cast<double>(std::nextafter(-10.0f, 0.0f));
  const double below = static_cast<double>(std::nextafter(-10.0f, -20.0f));
  EXPECT_EQ(real_value(decibels, PixelClass::valid, -10), above);
  EXPECT_EQ(real_value(decibels, PixelClass::valid, -10.0000001), below) << "the nearer side";
  EXPECT_EQ(real_value(band(Quantity::decibel, PixelType::f32), PixelClass::valid, 0), 0) << "0 dB is a value";
  EXPECT_EQ(real_value(band(Quantity::other, PixelType::u8, 255), PixelClass::valid, 300), 254);
}

TEST(Band, ComplexPixelsTakeTheNearestOtherValue) {
  const double small[2] = {0.3, -0.4};
  const Sample off_zero = from_fit_domain(band(Quantity::complex, PixelType::ci16), PixelClass::valid, small);
  EXPECT_EQ(off_zero.re, 0);
  EXPECT_EQ(off_zero.im, -1);
  const double near_nodata[2] = {4.9, 0.2};
  const Sample off_nodata =
      from_fit_domain(band(Quantity::complex, PixelType::ci16, 5), PixelClass::valid, near_nodata);
  EXPECT_EQ(off_nodata.re, 5);
  EXPECT_EQ(off_nodata.im, 1);
}

TEST(Band, DamagedFieldsNeverGiveAnInvalidValue) {
  const double values[2] = {nan, nan};
  for (const PixelType type : {PixelType::u8, PixelType::i16, PixelType::f32, PixelType::f64}) {
    for (const Quantity quantity : {Quantity::amplitude, Quantity::power, Quantity::decibel, Quantity::other}) {
      for (const PixelClass pixel_class : {PixelClass::valid, PixelClass::negative}) {
        const BandModel model = band(quantity, type, 0.0);
        const PixelClass result = classify(model, from_fit_domain(model, pixel_class, values));
        EXPECT_TRUE(has_value(result)) << name(quantity) << " " << name(type);
      }
    }
  }
  for (const PixelType type : {PixelType::ci16, PixelType::cf32}) {
    const BandModel model = band(Quantity::complex, type, 1.0);
    EXPECT_EQ(classify(model, from_fit_domain(model, PixelClass::valid, values)), PixelClass::valid);
  }
}

TEST(Band, PhysicalValueIsNeitherRoundedNorMoved) {
  const double zero = 0;
  EXPECT_NEAR(physical_value(band(Quantity::amplitude, PixelType::u16, 1), PixelClass::valid, &zero).re, 1, 1e-15);
  const double small = -20;
  EXPECT_NEAR(physical_value(band(Quantity::amplitude, PixelType::u16), PixelClass::valid, &small).re, 0.1, 1e-15);
  EXPECT_NEAR(physical_value(band(Quantity::power, PixelType::f32), PixelClass::negative, &small).re, -0.01, 1e-15);
}

TEST(Band, CategoricalSamplesAreNeverComputed) {
  const double value = 1;
  try {
    from_fit_domain(band(Quantity::categorical, PixelType::u8), PixelClass::valid, &value);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::internal);
    EXPECT_EQ(std::string(error.what()), "samples of a categorical band are stored, not computed from a field");
  }
}

/// Every value of the type within the fit domain's precision comes back, its class with it.
class RoundTrip : public testing::TestWithParam<std::tuple<Quantity, PixelType>> {};

TEST_P(RoundTrip, SamplesAndClassesComeBack) {
  const auto [quantity, type] = GetParam();
  const BandModel model = band(quantity, type, 7);
  // A relative double error of a few ulp is left where the type is as fine as a double.
  const double tolerance = type == PixelType::f64 || type == PixelType::u64 || type == PixelType::i64 ? 1e-14 : 0;
  for (const double source : {-70000.0, -300.0, -3.0, -0.4, 0.0, 1e-6, 1.0, 7.0, 8.5, 255.0, 4711.0, 65535.0, 2.1e9}) {
    const double value = round_to(type, source);
    const PixelClass pixel_class = classify(model, {value, 0});
    double fit_value = 0;
    if (has_value(pixel_class)) to_fit_domain(model, {value, 0}, &fit_value);
    const double back = real_value(model, pixel_class, fit_value);
    EXPECT_NEAR(back, value, tolerance * std::abs(value)) << source;
    EXPECT_EQ(classify(model, {back, 0}), pixel_class) << source;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Real, RoundTrip,
    testing::Combine(testing::Values(Quantity::amplitude, Quantity::power, Quantity::decibel, Quantity::other),
                     testing::Values(PixelType::u8, PixelType::u16, PixelType::i16, PixelType::u32, PixelType::i32,
                                     PixelType::f32, PixelType::f64, PixelType::u64, PixelType::i64)));

TEST(Band, ComplexRoundTrip) {
  for (const PixelType type : {PixelType::ci16, PixelType::ci32, PixelType::cf32, PixelType::cf64}) {
    const BandModel model = band(Quantity::complex, type, 7);
    for (const Sample source : {Sample{3, -4}, Sample{0, 1e-3}, Sample{7, 0}, Sample{0, 0}, Sample{-32768, 32767}}) {
      const Sample value{round_to(type, source.re), round_to(type, source.im)};
      const PixelClass pixel_class = classify(model, value);
      double fit_values[2] = {0, 0};
      to_fit_domain(model, value, fit_values);
      const Sample back = from_fit_domain(model, pixel_class, fit_values);
      EXPECT_EQ(back.re, value.re);
      EXPECT_EQ(back.im, value.im);
    }
  }
}

}  // namespace
}  // namespace sarinr
