#include "sarinr/radiometry/simulate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sarinr/base/error.h"

namespace sarinr {
namespace {

constexpr double pi = 3.14159265358979323846;

using Samples = std::vector<std::vector<Sample>>;

Samples read(const SceneOptions& options, const Extent& window) {
  Samples samples;
  SceneSimulator(options).read(window, samples);
  return samples;
}

Extent whole(const SceneOptions& options) { return {0, 0, options.width, options.height}; }

/// A scene of 2^20 pixels of -10 dB power in floats.
SceneOptions homogeneous(int looks, Response response) {
  SceneOptions options;
  options.looks = looks;
  options.response = response;
  options.quantity = Quantity::power;
  options.type = PixelType::f32;
  options.homogeneous = -10;
  return options;
}

SceneOptions small_landscape() {
  SceneOptions options;
  options.width = 150;
  options.height = 130;
  options.bands = 2;
  options.looks = 2;
  options.nodata_wedge = true;
  options.zero_border = 3;
  options.seed = 5;
  return options;
}

struct Moments {
  double mean = 0;
  double variance = 0;
};

Moments moments(const std::vector<Sample>& samples) {
  Moments result;
  for (const Sample& sample : samples) result.mean += sample.re;
  result.mean /= static_cast<double>(samples.size());
  for (const Sample& sample : samples) result.variance += (sample.re - result.mean) * (sample.re - result.mean);
  result.variance /= static_cast<double>(samples.size());
  return result;
}

class Looks : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Simulate, Looks, testing::Values(1, 4, 16));

TEST_P(Looks, SpeckleIsGammaOfThatManyLooks) {
  const SceneOptions options = homogeneous(GetParam(), Response::none);
  const std::vector<Sample> power = read(options, whole(options))[0];
  const Moments found = moments(power);
  // Standard errors over 2^20 pixels: 0.1 % of the mean, 0.3 % of the number of looks, at one look.
  EXPECT_NEAR(found.mean, 0.1, 0.1 * 0.005);
  EXPECT_NEAR(found.mean * found.mean / found.variance, GetParam(), 0.01 * GetParam());
  // A gamma distribution's skewness is 2 / sqrt(L).
  double third = 0;
  for (const Sample& sample : power) third += std::pow(sample.re - found.mean, 3);
  const double skewness = third / static_cast<double>(power.size()) / std::pow(found.variance, 1.5);
  EXPECT_NEAR(skewness, 2 / std::sqrt(GetParam()), 0.06);
}

/// Correlation of the complex image at a lag of one pixel, from the spectrum of the response.
double analytic_lag_one(double a, double bandwidth) {
  double sum = 0;
  double energy = 0;
  const int steps = 20000;
  for (int i = 0; i < steps; ++i) {
    const double f = bandwidth * ((i + 0.5) / steps - 0.5);
    const double weight = a + (1 - a) * std::cos(2 * pi * f / bandwidth);
    sum += weight * weight * std::cos(2 * pi * f);
    energy += weight * weight;
  }
  return sum / energy;
}

double lag_one(const std::vector<double>& taps) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < taps.size(); ++i) sum += taps[i] * taps[i + 1];
  return sum;
}

TEST(SystemResponse, HasUnitEnergyAndTheSpectrumsCorrelation) {
  for (const Response response : {Response::sinc, Response::hamming}) {
    const std::vector<double> taps = system_response(response, 0.8);
    double energy = 0;
    for (std::size_t i = 0; i < taps.size(); ++i) {
      energy += taps[i] * taps[i];
      EXPECT_NEAR(taps[i], taps[taps.size() - 1 - i], 1e-15);
    }
    EXPECT_NEAR(energy, 1, 1e-12);
    EXPECT_NEAR(lag_one(taps), analytic_lag_one(response == Response::hamming ? 0.75 : 1, 0.8), 0.02);
  }
  EXPECT_EQ(system_response(Response::none, 1).size(), 1u);
  EXPECT_NEAR(lag_one(system_response(Response::sinc, 1)), 0, 1e-12) << "critical sampling is uncorrelated";
}

class Correlation : public testing::TestWithParam<Response> {};
INSTANTIATE_TEST_SUITE_P(Simulate, Correlation, testing::Values(Response::none, Response::sinc, Response::hamming));

TEST_P(Correlation, NeighboursCorrelateAsTheResponseSays) {
  const SceneOptions options = homogeneous(1, GetParam());
  const std::vector<Sample> power = read(options, whole(options))[0];
  const Moments found = moments(power);
  double along_rows = 0;
  double along_columns = 0;
  const int width = options.width;
  for (int row = 0; row + 1 < options.height; ++row) {
    for (int column = 0; column + 1 < width; ++column) {
      const std::size_t i = static_cast<std::size_t>(row) * width + column;
      const double here = power[i].re - found.mean;
      along_rows += here * (power[i + 1].re - found.mean);
      along_columns += here * (power[i + width].re - found.mean);
    }
  }
  const double count = static_cast<double>(options.height - 1) * (width - 1) * found.variance;
  // Power of circular Gaussian data correlates as the square of the complex correlation.
  const double expected = std::pow(lag_one(system_response(GetParam(), options.bandwidth)), 2);
  EXPECT_NEAR(along_rows / count, expected, 0.01);
  EXPECT_NEAR(along_columns / count, expected, 0.01);
  EXPECT_NEAR(found.mean, 0.1, 0.001) << "the response keeps the power";
}

TEST(Simulate, ComplexSamplesAreCircular) {
  SceneOptions options = homogeneous(1, Response::hamming);
  options.width = options.height = 512;
  options.quantity = Quantity::complex;
  options.type = PixelType::cf32;
  const std::vector<Sample> samples = read(options, whole(options))[0];
  double in_phase = 0;
  double quadrature = 0;
  double product = 0;
  for (const Sample& sample : samples) {
    in_phase += sample.re * sample.re;
    quadrature += sample.im * sample.im;
    product += sample.re * sample.im;
  }
  const auto count = static_cast<double>(samples.size());
  EXPECT_NEAR(in_phase / count, 0.05, 0.001);
  EXPECT_NEAR(quadrature / count, 0.05, 0.001);
  EXPECT_NEAR(product / count, 0, 0.001);
}

TEST(Simulate, AnyWindowGivesTheSameBits) {
  for (const Quantity quantity : {Quantity::amplitude, Quantity::complex}) {
    SceneOptions options = small_landscape();
    options.quantity = quantity;
    if (quantity == Quantity::complex) {
      options.type = PixelType::cf32;
      options.looks = 1;
    }
    const SceneSimulator scene(options);
    Samples all;
    Samples all_truth;
    scene.read(whole(options), all);
    scene.truth(whole(options), all_truth);
    for (const Extent& window : {Extent{0, 0, 1, 1}, Extent{37, 41, 50, 3}, Extent{149, 0, 1, 130}}) {
      Samples part;
      Samples part_truth;
      scene.read(window, part);
      scene.truth(window, part_truth);
      for (int band = 0; band < options.bands; ++band) {
        for (int i = 0; i < window.width * window.height; ++i) {
          const int place = (window.y + i / window.width) * options.width + window.x + i % window.width;
          EXPECT_EQ(part[band][i].re, all[band][place].re);
          EXPECT_EQ(part[band][i].im, all[band][place].im);
          EXPECT_EQ(part_truth[band][i].re, all_truth[band][place].re);
        }
      }
    }
  }
}

int equal_pixels(const std::vector<Sample>& a, const std::vector<Sample>& b) {
  int count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += a[i].re == b[i].re ? 1 : 0;
  return count;
}

TEST(Simulate, SeedsAndBandsDiffer) {
  SceneOptions options = homogeneous(1, Response::none);
  options.width = options.height = 100;
  options.bands = 2;
  const Samples first = read(options, whole(options));
  EXPECT_EQ(equal_pixels(first[0], read(options, whole(options))[0]), 10000);
  EXPECT_LT(equal_pixels(first[0], first[1]), 10) << "bands have speckle of their own";
  options.seed = 1;
  EXPECT_LT(equal_pixels(first[0], read(options, whole(options))[0]), 10);
}

TEST(Simulate, ClassesStandWhereAskedAndNowhereElse) {
  const SceneOptions options = [] {
    SceneOptions wanted = small_landscape();
    wanted.type = PixelType::u8;
    wanted.nodata = 255;
    return wanted;
  }();
  const SceneSimulator scene(options);
  for (const bool truth : {false, true}) {
    Samples samples;
    truth ? scene.truth(whole(options), samples) : scene.read(whole(options), samples);
    const BandModel model = truth ? scene.truth_band() : scene.band();
    int nodata = 0;
    for (int row = 0; row < options.height; ++row) {
      for (int column = 0; column < options.width; ++column) {
        const PixelClass found = classify(model, samples[0][static_cast<std::size_t>(row) * options.width + column]);
        const bool border = row < 3 || column < 3 || row >= options.height - 3 || column >= options.width - 3;
        nodata += found == PixelClass::nodata ? 1 : 0;
        EXPECT_TRUE(found == PixelClass::nodata || (found == PixelClass::zero) == border) << column << " " << row;
      }
    }
    EXPECT_NEAR(nodata, 0.12 * options.width * options.height, options.height) << "two triangles";
  }
}

TEST(Simulate, TruthIsTheMeanOfManyLooks) {
  SceneOptions options;
  options.width = options.height = 256;
  options.quantity = Quantity::decibel;
  options.type = PixelType::f32;
  options.looks = 400;
  const Extent window{110, 100, 40, 30};  // the town, with its points
  const SceneSimulator scene(options);
  Samples seen;
  Samples truth;
  scene.read(window, seen);
  scene.truth(window, truth);
  double difference = 0;
  double square = 0;
  for (std::size_t i = 0; i < seen[0].size(); ++i) {
    const double error = seen[0][i].re - truth[0][i].re;
    difference += error;
    square += error * error;
  }
  const auto count = static_cast<double>(seen[0].size());
  // Over 400 looks a distributed pixel's standard deviation is 10 / ln 10 / 20 = 0.22 dB, less where points dominate.
  EXPECT_NEAR(difference / count, 0, 0.05);
  EXPECT_LT(std::sqrt(square / count), 0.25);
  EXPECT_GT(std::sqrt(square / count), 0.05);
}

TEST(Simulate, TheLandscapeHasTheRangeOfARealScene) {
  SceneOptions options;
  options.width = options.height = 512;
  options.quantity = Quantity::decibel;
  options.type = PixelType::f32;
  options.bands = 2;
  Samples truth;
  SceneSimulator(options).truth(whole(options), truth);
  int dark = 0;
  int bright = 0;
  double cross_below = 0;
  for (std::size_t i = 0; i < truth[0].size(); ++i) {
    dark += truth[0][i].re < -17 ? 1 : 0;
    bright += truth[0][i].re > -2 ? 1 : 0;
    cross_below += (truth[0][i].re - truth[1][i].re) / static_cast<double>(truth[0].size());
  }
  EXPECT_GT(dark, 20000);
  EXPECT_GT(bright, 2000);
  EXPECT_NEAR(cross_below, 7, 1) << "VH lies below VV";
}

TEST(Simulate, IntegerTypesAreCalibrated) {
  for (const PixelType type : {PixelType::u8, PixelType::u16}) {
    SceneOptions options = homogeneous(16, Response::none);
    options.width = options.height = 128;
    options.quantity = Quantity::amplitude;
    options.type = type;
    const double gain = calibration_gain(options.quantity, type);
    EXPECT_NEAR(moments(read(options, whole(options))[0]).mean, gain * std::sqrt(0.1), gain * 0.005);
  }
}

std::string refusal(const SceneOptions& options) {
  try {
    SceneSimulator scene(options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Simulate, RefusesWhatCannotBe) {
  const auto with = [](auto change) {
    SceneOptions options;
    change(options);
    return refusal(options);
  };
  EXPECT_EQ(with([](SceneOptions& o) { o.width = 0; }),
            "cannot simulate the scene: its size is 0 x 1024 pixels; each must be from 1 to 16777216");
  EXPECT_EQ(with([](SceneOptions& o) { o.bands = 5; }),
            "cannot simulate the scene: 5 bands were asked for; there are 1 to 4 (VV, VH, HH, HV)");
  EXPECT_EQ(with([](SceneOptions& o) { o.looks = 0; }),
            "cannot simulate the scene: 0 looks were asked for; give a whole number from 1 to 1000");
  EXPECT_EQ(with([](SceneOptions& o) { o.quantity = Quantity::other; }),
            "cannot simulate the scene: the quantity other is no radar image; use amplitude, power, db or complex");
  EXPECT_EQ(with([](SceneOptions& o) { o.quantity = Quantity::complex; }),
            "cannot simulate the scene: the type UInt16 does not fit the quantity complex; complex goes with CInt16, "
            "CInt32, CFloat32 or CFloat64, the others with real types");
  EXPECT_EQ(with([](SceneOptions& o) {
              o.quantity = Quantity::complex;
              o.type = PixelType::ci16;
              o.looks = 2;
            }),
            "cannot simulate the scene: 2 looks were asked for; a complex scene has one");
  EXPECT_EQ(with([](SceneOptions& o) { o.quantity = Quantity::decibel; }),
            "cannot simulate the scene: the type UInt16 holds no negative decibels; use Int16 or Float32");
  EXPECT_EQ(with([](SceneOptions& o) { o.nodata = -9999; }),
            "cannot simulate the scene: the type UInt16 cannot hold the nodata value -9999");
  EXPECT_EQ(with([](SceneOptions& o) { o.zero_border = -1; }),
            "cannot simulate the scene: the zero border is negative");
  EXPECT_EQ(
      with([](SceneOptions& o) {
        o.quantity = Quantity::decibel;
        o.type = PixelType::f32;
        o.zero_border = 1;
      }),
      "cannot simulate the scene: a zero border means no signal, which decibels cannot say; use another quantity");
  EXPECT_EQ(with([](SceneOptions& o) { o.homogeneous = std::nan(""); }),
            "cannot simulate the scene: the homogeneous reflectivity must lie between -100 and 100 dB");
  EXPECT_EQ(with([](SceneOptions& o) { o.bandwidth = 1.5; }),
            "cannot simulate the scene: the response's bandwidth is 1.5; it must lie above 0 and not above 1");
}

TEST(Simulate, RefusesWindowsOutside) {
  const SceneOptions options;
  Samples samples;
  for (const Extent& window : {Extent{-1, 0, 2, 2}, Extent{1000, 0, 25, 1}, Extent{0, 0, 0, 5}}) {
    try {
      SceneSimulator(options).read(window, samples);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "a window of the simulated scene lies outside it");
    }
  }
}

}  // namespace
}  // namespace sarinr
