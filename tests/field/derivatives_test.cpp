#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "sarinr/field/spec.h"

namespace sarinr {
namespace {

FieldSpec field_spec(const std::string& name, int width, int depth, int outputs) {
  FieldSpec spec;
  spec.architecture = name;
  spec.width = width;
  spec.depth = depth;
  spec.outputs = outputs;
  for (const ParameterInfo& parameter : architecture(name).parameters()) {
    spec.parameters.push_back(static_cast<float>(parameter.value));
  }
  return spec;
}

FieldSpec siren(int width, int depth, int outputs) { return field_spec("siren", width, depth, outputs); }

std::vector<float> differentiate(const FieldSpec& spec, const std::vector<float>& weights, int order,
                                 const std::vector<float>& x, const std::vector<float>& y) {
  const std::size_t terms = order == 2 ? 6 : 3;
  std::vector<float> out(static_cast<std::size_t>(spec.outputs) * terms * x.size());
  architecture(spec.architecture)
      .differentiate(spec, weights.data(), order, x.data(), y.data(), x.size(), out.data(), x.size());
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

/// Points within [-0.9, 0.9] that no structure of a network knows.
void scattered_points(std::vector<float>& x, std::vector<float>& y) {
  for (int i = 0; i < 70; ++i) {
    x.push_back(static_cast<float>(0.9 * std::sin(1.1 * i)));
    y.push_back(static_cast<float>(0.9 * std::cos(2.3 * i)));
  }
}

/// Largest error of a derivative against central differences of another term, relative to its largest value, over the
/// points but for `ignored` of them (those next to a kink).
double difference_error(const FieldSpec& spec, const std::vector<float>& weights, std::size_t of,
                        std::size_t derivative, bool along_x, std::size_t ignored) {
  std::vector<float> x;
  std::vector<float> y;
  scattered_points(x, y);
  const double step = 1.0 / 1024;
  std::vector<float> after = along_x ? x : y;
  std::vector<float> before = after;
  for (float& value : after) value += static_cast<float>(step);
  for (float& value : before) value -= static_cast<float>(step);
  const std::vector<float> here = differentiate(spec, weights, 2, x, y);
  const std::vector<float> high =
      along_x ? differentiate(spec, weights, 2, after, y) : differentiate(spec, weights, 2, x, after);
  const std::vector<float> low =
      along_x ? differentiate(spec, weights, 2, before, y) : differentiate(spec, weights, 2, x, before);
  std::vector<double> errors;
  double largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto at = [&](const std::vector<float>& terms, std::size_t term) {
      return static_cast<double>(terms[term * x.size() + i]);
    };
    largest = std::max(largest, std::abs(at(here, derivative)));
    errors.push_back(std::abs(at(here, derivative) - (at(high, of) - at(low, of)) / (2 * step)));
  }
  std::sort(errors.begin(), errors.end());
  return errors[errors.size() - 1 - ignored] / largest;
}

/// Single precision and the differences' own error allow 1 % of a first derivative's largest value, 3 % of a second's.
TEST(Derivatives, AgreeWithFiniteDifferences) {
  for (const std::string name : {"siren", "finer", "gauss"}) {
    for (const auto& [width, depth] : {std::pair{5, 1}, {16, 1}, {33, 2}}) {
      const FieldSpec spec = field_spec(name, width, depth, 2);
      const std::vector<float> weights = architecture(name).initialise(spec, 7);
      const std::size_t kinks = name == "finer" ? 6 : 0;
      for (std::size_t base : {std::size_t{0}, std::size_t{6}}) {
        EXPECT_LT(difference_error(spec, weights, base, base + 1, true, kinks), 0.01) << name << width;
        EXPECT_LT(difference_error(spec, weights, base, base + 2, false, kinks), 0.01) << name << width;
        EXPECT_LT(difference_error(spec, weights, base + 1, base + 3, true, kinks), 0.03) << name << width;
        EXPECT_LT(difference_error(spec, weights, base + 1, base + 4, false, kinks), 0.03) << name << width;
        EXPECT_LT(difference_error(spec, weights, base + 2, base + 5, false, kinks), 0.03) << name << width;
      }
    }
  }
}

TEST(Derivatives, OfRectifiersAgreeBetweenTheirKinks) {
  for (const std::string name : {"relu", "pemlp"}) {
    FieldSpec spec = field_spec(name, 16, 1, 1);
    if (name == "pemlp") spec.parameters[0] = 4;
    const std::vector<float> weights = architecture(name).initialise(spec, 7);
    EXPECT_LT(difference_error(spec, weights, 0, 1, true, 15), 0.01) << name;
    EXPECT_LT(difference_error(spec, weights, 0, 2, false, 15), 0.01) << name;
    if (name == "pemlp") {
      EXPECT_LT(difference_error(spec, weights, 1, 3, true, 30), 0.01);
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
