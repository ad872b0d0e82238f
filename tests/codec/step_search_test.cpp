#include "sarinr/codec/step_search.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sarinr {
namespace {

FieldSpec spec_of(int width, int outputs = 1) {
  FieldSpec spec;
  spec.width = width;
  spec.depth = 2;
  spec.outputs = outputs;
  spec.parameters = {30, 30};
  return spec;
}

ProbePoints grid_points() {
  ProbePoints points;
  for (int i = 0; i < 900; ++i) {
    points.x.push_back(static_cast<float>(i % 30) / 15 - 1);
    points.y.push_back(static_cast<float>(i / 30) / 15 - 1);
  }
  return points;
}

std::vector<float> outputs(const FieldSpec& spec, const std::vector<float>& weights, const ProbePoints& points) {
  std::vector<float> values(points.x.size() * static_cast<std::size_t>(spec.outputs));
  architecture("siren").evaluate(spec, weights.data(), points.x.data(), points.y.data(), points.x.size(), values.data(),
                                 points.x.size());
  return values;
}

double mean_square_change(const FieldSpec& spec, const std::vector<float>& weights, const QuantisedWeights& quantised,
                          const ProbePoints& points) {
  const std::vector<float> before = outputs(spec, weights, points);
  const std::vector<float> after = outputs(spec, dequantise(spec, quantised, nullptr), points);
  double sum = 0;
  for (std::size_t i = 0; i < before.size(); ++i) sum += std::pow(static_cast<double>(before[i] - after[i]), 2);
  return sum / static_cast<double>(before.size());
}

class StepSearchTest : public testing::TestWithParam<double> {};

TEST_P(StepSearchTest, MovesTheOutputsAsFarAsAllowedAndNoFurther) {
  for (const int width : {8, 32}) {
    const FieldSpec spec = spec_of(width, 2);
    const std::vector<float> weights = architecture("siren").initialise(spec, 3);
    const ProbePoints points = grid_points();
    const std::vector<std::int8_t> steps = search_steps(spec, weights, points, GetParam());
    const double change = mean_square_change(spec, weights, quantise_weights(spec, weights, steps), points);
    EXPECT_LE(change, GetParam());
    EXPECT_GE(change, GetParam() / 8) << "steps a good deal finer than needed cost bits";
  }
}

INSTANTIATE_TEST_SUITE_P(Noise, StepSearchTest, testing::Values(1e-4, 1e-6, 1e-8));

TEST(StepSearch, WhatFloatsCannotKeepGivesFineStepsNotSaturatedOnes) {
  const FieldSpec spec = spec_of(32);
  std::vector<float> weights = architecture("siren").initialise(spec, 3);
  for (float& weight : weights) weight *= 2;
  const ProbePoints points = grid_points();
  for (const double allowed : {0.0, 1e-20, 1e-14}) {
    const QuantisedWeights quantised = quantise_weights(spec, weights, search_steps(spec, weights, points, allowed));
    EXPECT_LT(mean_square_change(spec, weights, quantised, points), 1e-7);
    for (const QuantisedTensor& tensor : quantised.tensors) {
      for (const std::int32_t symbol : tensor.symbols) ASSERT_LT(std::abs(symbol), 1 << 20);
    }
  }
}

TEST(StepSearch, FixedBitsHoldEveryWeight) {
  const FieldSpec spec = spec_of(16);
  const std::vector<float> weights = architecture("siren").initialise(spec, 4);
  for (const int bits : {2, 5, 8, 12}) {
    const QuantisedWeights quantised = quantise_weights(spec, weights, fixed_bit_steps(spec, weights, bits));
    for (const QuantisedTensor& tensor : quantised.tensors) {
      int most = 0;
      for (const std::int32_t symbol : tensor.symbols) most = std::max(most, std::abs(symbol));
      EXPECT_LE(most, (1 << (bits - 1)) - 1 + (bits == 2 ? 0 : 1));
      EXPECT_GE(most, (1 << (bits - 1)) / 2) << "half a bit is lost at most";
    }
  }
}

TEST(StepSearch, TakesTheDifferenceWhereItIsSmaller) {
  const FieldSpec spec = spec_of(32);
  const std::vector<float> start = architecture("siren").initialise(spec, 5);
  const QuantisedWeights shared = quantise_weights(spec, start, fixed_bit_steps(spec, start, 10));
  const std::vector<std::int8_t> steps = fixed_bit_steps(spec, start, 9);
  std::vector<float> near = dequantise(spec, shared, nullptr);
  Random random(1);
  for (float& weight : near) weight *= static_cast<float>(1 + 0.01 * random.normal());
  const QuantisedWeights close = quantise_smallest(spec, near, steps, shared);
  const QuantisedWeights far = quantise_smallest(spec, architecture("siren").initialise(spec, 6), steps, shared);
  for (std::size_t t = 0; t < close.tensors.size(); t += 2) {
    EXPECT_TRUE(close.tensors[t].difference) << t;
    EXPECT_FALSE(far.tensors[t].difference) << t;
  }
  const std::vector<float> back = dequantise(spec, close, &shared);
  const std::vector<TensorInfo> tensors = architecture("siren").tensors(spec);
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    const float half_step = quantiser_step(steps[t]) * 0.501f;
    for (std::size_t i = 0; i < tensors[t].size(); ++i) {
      ASSERT_NEAR(back[tensors[t].offset + i], near[tensors[t].offset + i], half_step);
    }
  }
}

}  // namespace
}  // namespace sarinr
