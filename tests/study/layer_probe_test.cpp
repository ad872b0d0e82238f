#include "study/layer_probe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sarinr/field/initialisation.h"
#include "study/workbench.h"

namespace sarinr::study {
namespace {

TEST(LayerProbe, FindsTheFrequencyOfASine) {
  // Every neuron is sin(8 pi x): 8 cycles over [-1, 1].
  const FieldSpec spec = spec_of("siren", 4, 0);
  const std::vector<TensorInfo> tensors = architecture("siren").tensors(spec);
  std::vector<float> weights(weight_count(spec), 0);
  for (std::size_t row = 0; row < 4; ++row) {
    weights[tensors[0].offset + 2 * row] = static_cast<float>(8 * std::numbers::pi / 30);
  }
  const std::vector<LayerProbe> probes = probe_layers(spec, weights, 128, 16);
  ASSERT_EQ(probes.size(), 1U);
  EXPECT_NEAR(probes[0].power[8], 1, 1e-6);
  EXPECT_NEAR(probes[0].centroid, 8.0 / 128, 1e-6);
  EXPECT_NEAR(probes[0].value_deviation, std::sqrt(0.5), 1e-6);
  // x is uniform over [-1, 1].
  EXPECT_NEAR(probes[0].argument_deviation, 8 * std::numbers::pi / std::sqrt(3.0), 0.01);
  // A sine spends more time at its ends.
  EXPECT_GT(probes[0].values.front(), 2 * probes[0].values[8]);
}

TEST(LayerProbe, FindsSirensPromiseKept) {
  const FieldSpec spec = spec_of("siren", 16, 2);
  const std::vector<LayerProbe> probes = probe_layers(spec, initial_weights(spec, "siren", 1), 64, 8);
  ASSERT_EQ(probes.size(), 3U);
  for (const LayerProbe& probe : probes) {
    double shares = 0;
    double power = 0;
    for (const double value : probe.values) shares += value;
    for (const double value : probe.power) power += value;
    EXPECT_NEAR(shares, 1, 1e-9);
    EXPECT_NEAR(power, 1, 1e-9);
  }
  // SIREN's promise (Sitzmann et al. 2020, theorem 1.8): sines of deviation about sqrt(1/2) in every layer.
  for (const LayerProbe& probe : probes) EXPECT_NEAR(probe.value_deviation, std::sqrt(0.5), 0.08);
}

double deviation_of(const std::vector<float>& weights, const TensorInfo& tensor) {
  double squares = 0;
  for (std::size_t k = tensor.offset; k < tensor.offset + tensor.size(); ++k) {
    squares += static_cast<double>(weights[k]) * static_cast<double>(weights[k]);
  }
  return std::sqrt(squares / static_cast<double>(tensor.size()));
}

TEST(DrawnWeights, HaveTheirSchemesDeviation) {
  const FieldSpec spec = spec_of("siren", 64, 2);
  const TensorInfo hidden = architecture("siren").tensors(spec)[2];
  ASSERT_EQ(hidden.size(), 4096U);
  const auto deviation = [&](const char* scheme) {
    return deviation_of(drawn_weights(spec, "siren", scheme, 1), hidden);
  };
  // Of 4096 numbers the deviation errs by 1.1 %.
  EXPECT_NEAR(deviation("siren"), std::sqrt(2.0 / 64) / 30, 0.05 * std::sqrt(2.0 / 64) / 30);
  EXPECT_NEAR(deviation("uniform"), 1 / std::sqrt(3.0 * 64), 0.05 / std::sqrt(3.0 * 64));
  EXPECT_NEAR(deviation("normal"), 1 / 8.0, 0.05 / 8);
  EXPECT_NEAR(deviation("kaiming-uniform"), std::sqrt(2.0 / 64), 0.05 * std::sqrt(2.0 / 64));
  EXPECT_NEAR(deviation("kaiming-normal"), std::sqrt(2.0 / 64), 0.05 * std::sqrt(2.0 / 64));
  EXPECT_NEAR(deviation("xavier-normal"), 1 / 8.0, 0.05 / 8);
}

TEST(DrawnWeights, ChangeOnlyWhatTheSchemeNames) {
  const FieldSpec spec = spec_of("siren", 16, 2);
  const std::vector<float> usual = initial_weights(spec, "siren", 7);
  EXPECT_EQ(drawn_weights(spec, "siren", "siren", 7), usual);
  const std::vector<float> first = drawn_weights(spec, "normal", "siren", 7);
  const TensorInfo matrix = architecture("siren").tensors(spec)[0];
  EXPECT_NE(std::vector<float>(first.begin(), first.begin() + 32),
            std::vector<float>(usual.begin(), usual.begin() + 32));
  EXPECT_TRUE(std::equal(first.begin() + static_cast<std::ptrdiff_t>(matrix.size()), first.end(),
                         usual.begin() + static_cast<std::ptrdiff_t>(matrix.size())));
}

}  // namespace
}  // namespace sarinr::study
