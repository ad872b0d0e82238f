#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "sarinr/field/spec.h"

namespace sarinr {
namespace {

FieldSpec siren(int width, int depth, int outputs) {
  FieldSpec spec;
  spec.width = width;
  spec.depth = depth;
  spec.outputs = outputs;
  spec.parameters = {30, 30};
  return spec;
}

std::vector<float> differentiate(const FieldSpec& spec, const std::vector<float>& weights, int order,
                                 const std::vector<float>& x, const std::vector<float>& y) {
  const std::size_t terms = order == 2 ? 6 : 3;
  std::vector<float> out(static_cast<std::size_t>(spec.outputs) * terms * x.size());
  architecture("siren").differentiate(spec, weights.data(), order, x.data(), y.data(), x.size(), out.data(), x.size());
  return out;
}

/// A network that is sin(kx x + ky y) but for 2e-7: the second layer's sine is driven in its linear range.
struct PlaneWave {
  static constexpr double kx = 11;
  static constexpr double ky = -7;
  FieldSpec spec = siren(16, 1, 1);
  std::vector<float> weights = std::vector<float>(weight_count(spec));
  PlaneWave() {
    const std::vector<TensorInfo> tensors = architecture("siren").tensors(spec);
    weights[tensors[0].offset] = static_cast<float>(kx / 30);
    weights[tensors[0].offset + 1] = static_cast<float>(ky / 30);
    weights[tensors[2].offset] = 1e-3f / 30;
    weights[tensors[4].offset] = 1e3f;
  }
};

TEST(Derivatives, OfAPlaneWaveAreAnalytic) {
  const PlaneWave wave;
  std::vector<float> x;
  std::vector<float> y;
  for (int i = 0; i < 200; ++i) {
    x.push_back(static_cast<float>(std::sin(0.7 * i)));
    y.push_back(static_cast<float>(std::cos(1.3 * i)));
  }
  const std::vector<float> terms = differentiate(wave.spec, wave.weights, 2, x, y);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double phase = PlaneWave::kx * static_cast<double>(x[i]) + PlaneWave::ky * static_cast<double>(y[i]);
    const double sine = std::sin(phase);
    const double cosine = std::cos(phase);
    const double expected[6] = {sine,
                                PlaneWave::kx * cosine,
                                PlaneWave::ky * cosine,
                                -PlaneWave::kx * PlaneWave::kx * sine,
                                -PlaneWave::kx * PlaneWave::ky * sine,
                                -PlaneWave::ky * PlaneWave::ky * sine};
    const double scale[6] = {1, PlaneWave::kx, 7, 121, 77, 49};
    for (std::size_t term = 0; term < 6; ++term) {
      ASSERT_NEAR(static_cast<double>(terms[term * x.size() + i]) / scale[term], expected[term] / scale[term], 1e-4)
          << "term " << term << " at " << i;
    }
  }
}

/// Central differences of the evaluator; single precision allows about 1e-3 of the derivative's scale.
TEST(Derivatives, AgreeWithFiniteDifferences) {
  for (const int width : {5, 16, 64}) {
    for (const int depth : {1, 3}) {
      const FieldSpec spec = siren(width, depth, 2);
      const std::vector<float> weights = architecture("siren").initialise(spec, 7);
      std::vector<float> x;
      std::vector<float> y;
      for (int i = 0; i < 70; ++i) {
        x.push_back(static_cast<float>(0.9 * std::sin(1.1 * i)));
        y.push_back(static_cast<float>(0.9 * std::cos(2.3 * i)));
      }
      const std::vector<float> terms = differentiate(spec, weights, 2, x, y);
      const auto moved = [&](double dx, double dy) {
        std::vector<float> at_x = x;
        std::vector<float> at_y = y;
        for (float& value : at_x) value += static_cast<float>(dx);
        for (float& value : at_y) value += static_cast<float>(dy);
        return differentiate(spec, weights, 2, at_x, at_y);
      };
      const double step = 1.0 / 1024;
      const std::vector<float> east = moved(step, 0);
      const std::vector<float> west = moved(-step, 0);
      const std::vector<float> north = moved(0, step);
      const std::vector<float> south = moved(0, -step);
      const auto check = [&](std::size_t of, std::size_t derivative, const auto& after, const auto& before) {
        double largest = 0;
        for (std::size_t i = 0; i < 70; ++i) {
          largest = std::max(largest, std::abs(static_cast<double>(terms[derivative * 70 + i])));
        }
        for (std::size_t i = 0; i < 70; ++i) {
          const double difference =
              (static_cast<double>(after[of * 70 + i]) - static_cast<double>(before[of * 70 + i])) / (2 * step);
          ASSERT_NEAR(static_cast<double>(terms[derivative * 70 + i]), difference, 5e-3 * largest + 1e-3)
              << "width " << width << " depth " << depth << " term " << derivative;
        }
      };
      for (std::size_t channel = 0; channel < 2; ++channel) {
        const std::size_t base = 6 * channel;
        check(base, base + 1, east, west);
        check(base, base + 2, north, south);
        check(base + 1, base + 3, east, west);
        check(base + 1, base + 4, north, south);
        check(base + 2, base + 5, north, south);
      }
    }
  }
}

TEST(Derivatives, FirstOrderIsThePrefixOfSecondOrder) {
  const FieldSpec spec = siren(24, 2, 1);
  const std::vector<float> weights = architecture("siren").initialise(spec, 3);
  const std::vector<float> x = {0.1f, -0.7f, 0.9f};
  const std::vector<float> y = {-0.3f, 0.2f, 0.5f};
  const std::vector<float> first = differentiate(spec, weights, 1, x, y);
  const std::vector<float> second = differentiate(spec, weights, 2, x, y);
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(first[i], second[i]);
  std::vector<float> values(3);
  architecture("siren").evaluate(spec, weights.data(), x.data(), y.data(), 3, values.data(), 3);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(first[i], values[i], 1e-5f);
}

}  // namespace
}  // namespace sarinr
