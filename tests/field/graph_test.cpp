// Architectures that are graphs of blocks, on every instruction set of this machine, against their definitions.

#include <gtest/gtest.h>

#include <numbers>
#include <tuple>

#include "field/dense_reference.h"
#include "field/graph_derivatives.h"
#include "field/graph_reference.h"
#include "field/packed_graph.h"
#include "field/random_points.h"
#include "sarinr/base/error.h"

namespace sarinr {
namespace {

using test::GraphReference;
using test::Points;
using test::random_points;
using test::spec_of;

/// The variants: SL2A full, of low rank, and without the products with its first layer.
FieldSpec variant(const std::string& name, int width, int depth, int outputs) {
  const bool low_rank = name == "sl2a low rank";
  const bool no_skip = name == "sl2a without skip";
  FieldSpec spec = spec_of(low_rank || no_skip ? "sl2a" : name, width, depth, outputs);
  if (low_rank) spec.parameters[1] = 3;
  if (no_skip) spec.parameters[2] = 0;
  return spec;
}

/// Fresh weights, those that begin at 0 or 1 moved away from there.
std::vector<float> weights_of(const FieldSpec& spec, std::uint64_t seed) {
  std::vector<float> weights = architecture(spec.architecture).initialise(spec, seed);
  Random random(seed);
  for (const TensorInfo& tensor : architecture(spec.architecture).tensors(spec)) {
    if (tensor.name != "modulation" && tensor.name != "gain" && tensor.name != "shift") continue;
    for (std::size_t k = 0; k < tensor.size(); ++k) {
      weights[tensor.offset + k] += static_cast<float>(random.uniform(-0.2, 0.2));
    }
  }
  return weights;
}

std::vector<float> evaluate(const FieldSpec& spec, const std::vector<float>& weights, const std::string& instructions,
                            const Points& points, std::size_t first, std::size_t count) {
  std::vector<float> out(count * static_cast<std::size_t>(spec.outputs));
  evaluate_graph(*network_graph(spec), weights.data(), layer_kernels(instructions), points.x.data() + first,
                 points.y.data() + first, count, out.data(), count);
  return out;
}

class GraphTest : public testing::TestWithParam<std::tuple<std::string, int, int, int>> {
 protected:
  static FieldSpec spec() {
    const auto [name, width, depth, outputs] = GetParam();
    return variant(name, width, depth, outputs);
  }
};

TEST_P(GraphTest, EqualsItsDefinitionOnEveryInstructionSet) {
  const FieldSpec field = spec();
  const std::vector<float> weights = weights_of(field, 7);
  const Points points = random_points(131);  // two full blocks and a part
  const GraphReference reference(field);
  const std::vector<double> exact(weights.begin(), weights.end());
  std::vector<std::vector<double>> expected;
  double largest = 0;
  for (std::size_t i = 0; i < 131; ++i) {
    expected.push_back(reference.values(exact, static_cast<double>(points.x[i]), static_cast<double>(points.y[i])));
    for (const double value : expected.back()) largest = std::max(largest, std::abs(value));
  }
  for (const std::string& instructions : instruction_sets()) {
    const std::vector<float> out = evaluate(field, weights, instructions, points, 0, 131);
    for (std::size_t i = 0; i < 131; ++i) {
      for (std::size_t c = 0; c < expected[i].size(); ++c) {
        // Each layer multiplies rounding errors of 2^-24 by about its frequency times |W|.
        ASSERT_NEAR(out[c * 131 + i], expected[i][c], 1e-4 * largest) << instructions << ", point " << i;
      }
    }
  }
}

TEST_P(GraphTest, AValueDoesNotDependOnTheOtherPointsAsked) {
  const FieldSpec field = spec();
  const std::vector<float> weights = weights_of(field, 8);
  const Points points = random_points(100);
  for (const std::string& instructions : instruction_sets()) {
    const std::vector<float> all = evaluate(field, weights, instructions, points, 0, 100);
    for (const std::size_t i : {0u, 5u, 47u, 48u, 99u}) {
      const std::vector<float> one = evaluate(field, weights, instructions, points, i, 1);
      for (std::size_t c = 0; c < one.size(); ++c) ASSERT_EQ(one[c], all[c * 100 + i]) << instructions << ", " << i;
    }
  }
}

TEST_P(GraphTest, DerivativesAreThoseOfItsDefinition) {
  const FieldSpec field = spec();
  const std::vector<float> weights = weights_of(field, 9);
  const std::vector<double> exact(weights.begin(), weights.end());
  const GraphReference reference(field);
  const Points points = random_points(20);
  const std::size_t count = points.x.size();
  std::vector<float> terms(6 * count * static_cast<std::size_t>(field.outputs));
  differentiate_graph(*network_graph(field), weights.data(), 2, points.x.data(), points.y.data(), count, terms.data(),
                      count);
  const double step = 1e-5;
  std::vector<double> errors;
  double largest[6] = {};
  for (std::size_t term = 0; term < 6; ++term) {
    for (std::size_t i = 0; i < count; ++i) {
      largest[term] = std::max(largest[term], std::abs(static_cast<double>(terms[term * count + i])));
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = [&](double dx, double dy) {
      return reference.values(exact, static_cast<double>(points.x[i]) + dx * step,
                              static_cast<double>(points.y[i]) + dy * step)[0];
    };
    const double expected[6] = {at(0, 0),
                                (at(1, 0) - at(-1, 0)) / (2 * step),
                                (at(0, 1) - at(0, -1)) / (2 * step),
                                (at(1, 0) - 2 * at(0, 0) + at(-1, 0)) / (step * step),
                                (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * step * step),
                                (at(0, 1) - 2 * at(0, 0) + at(0, -1)) / (step * step)};
    double worst = 0;
    for (std::size_t term = 0; term < 6; ++term) {
      const double error = std::abs(static_cast<double>(terms[term * count + i]) - expected[term]);
      // Second differences of values of the order of 1 are sure to some 1e-6.
      worst = std::max(worst, error / (largest[term] + 0.01));
    }
    errors.push_back(worst);
  }
  // Second differences lose 1e-16 / step^2 of a value to rounding and step^2 w^2 to truncation, w up to some hundreds.
  // Rectifiers have kinks that a difference may straddle at a few points.
  std::sort(errors.begin(), errors.end());
  EXPECT_LT(errors[count - 1 - (field.architecture == "sl2a" ? 4 : 0)], 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Shapes, GraphTest,
                         testing::Combine(testing::Values("wire", "mfn-fourier", "mfn-gabor", "incode", "sl2a",
                                                          "sl2a low rank", "sl2a without skip"),
                                          testing::Values(4, 33, 64), testing::Values(0, 2), testing::Values(1, 5)));

TEST(Graph, SizesAreThePapers) {
  // Heidari et al. give SL2A 0.461 M weights at width 256 and degree 512.
  FieldSpec spec = spec_of("sl2a", 256, 3, 1);
  spec.parameters[0] = 512;
  EXPECT_EQ(weight_count(spec), 2u * 513 * 256 + 2 * 256 + 3 * 257 * 256 + 257);
  EXPECT_NEAR(static_cast<double>(weight_count(spec)), 0.461e6, 0.001e6);
  // WIRE has about as many numbers as a real network of the width that is asked for.
  EXPECT_NEAR(static_cast<double>(weight_count(spec_of("wire", 64, 3, 1))), 12737, 400);
}

TEST(Graph, ComplexProductsCostFourRealOnes) {
  // Width 64 makes 45 complex neurons.
  EXPECT_EQ(operations_per_pixel(spec_of("wire", 64, 3, 1)), 2u * 90 + 3 * 90 * 90 + 90);
}

TEST(Graph, InitialisationHasThePapersBounds) {
  const auto bounds = [](const std::string& name, const std::string& tensor, double bound) {
    const FieldSpec spec = spec_of(name, 64, 3, 1);
    const std::vector<float> weights = architecture(name).initialise(spec, 1);
    EXPECT_EQ(weights, architecture(name).initialise(spec, 1));
    EXPECT_NE(weights, architecture(name).initialise(spec, 2));
    float most = 0;
    bool found = false;
    for (const TensorInfo& info : architecture(name).tensors(spec)) {
      if (info.name != tensor) continue;
      found = true;
      for (std::size_t k = 0; k < info.size(); ++k) most = std::max(most, std::abs(weights[info.offset + k]));
    }
    EXPECT_TRUE(found) << name << " has no " << tensor;
    EXPECT_LE(most, bound * (1 + 1e-6)) << name << " " << tensor;
    EXPECT_GT(most, 0.9 * bound) << name << " " << tensor;
  };
  bounds("wire", "weight0", std::sqrt(0.5));
  bounds("wire", "weight2 imaginary", 1 / std::sqrt(45.0));
  bounds("mfn-fourier", "filter1", 128 / std::sqrt(4.0) / std::sqrt(2.0));
  bounds("mfn-fourier", "filter bias1", std::numbers::pi);
  bounds("mfn-fourier", "weight1", 0.125);
  bounds("mfn-gabor", "centre1", 1);
  bounds("incode", "weight0", 0.5);
  bounds("incode", "weight1", std::sqrt(6.0 / 64) / 30);
  bounds("sl2a", "coefficients", std::sqrt(6.0 / (66 * 65)));
}

TEST(Graph, GaborPrecisionsFollowTheGammaDistribution) {
  const FieldSpec spec = spec_of("mfn-gabor", 512, 3, 1);
  const std::vector<float> weights = architecture("mfn-gabor").initialise(spec, 1);
  double sum = 0;
  double square = 0;
  double count = 0;
  for (const TensorInfo& info : architecture("mfn-gabor").tensors(spec)) {
    if (!info.name.starts_with("precision")) continue;
    for (std::size_t k = 0; k < info.size(); ++k) {
      const double value = static_cast<double>(weights[info.offset + k]);
      EXPECT_GT(value, 0);
      sum += value;
      square += value * value;
      ++count;
    }
  }
  // Shape 6 / 4, scale 1: mean and variance 1.5; over 2048 numbers they deviate by 0.027 and 0.085.
  EXPECT_EQ(count, 2048);
  EXPECT_NEAR(sum / count, 1.5, 0.11);
  EXPECT_NEAR(square / count - sum / count * sum / count, 1.5, 0.34);
}

TEST(Graph, RefusesNumbersOutOfRange) {
  const auto message = [](FieldSpec spec) {
    try {
      check(spec);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  const auto with = [](const std::string& name, std::size_t place, float value) {
    FieldSpec spec = spec_of(name, 64, 3, 1);
    spec.parameters[place] = value;
    return spec;
  };
  EXPECT_EQ(message(with("wire", 0, 0)), "gabor-frequency of wire is 0; it must lie between 0.1 and 3000");
  EXPECT_EQ(message(with("wire", 1, 2000)), "gabor-scale of wire is 2000; it must lie between 0.01 and 1000");
  EXPECT_EQ(message(with("mfn-gabor", 0, 0)), "filter-scale of mfn-gabor is 0; it must lie between 0.1 and 10000");
  EXPECT_EQ(message(with("incode", 1, -1)), "w0-hidden of incode is -1; it must lie between 0.1 and 3000");
  EXPECT_EQ(message(with("sl2a", 0, 513)), "chebyshev-degree of sl2a is 513; it must lie between 1 and 512");
  EXPECT_EQ(message(with("sl2a", 1, -1)), "low-rank of sl2a is -1; it must lie between 0 and 512");
  EXPECT_EQ(message(with("sl2a", 2, 2)), "skip-product of sl2a is 2; it must lie between 0 and 1");
  FieldSpec few = spec_of("wire", 64, 3, 1);
  few.parameters.pop_back();
  EXPECT_EQ(message(few), "wire takes 2 parameters, not 1");
}

TEST(LayerKernels, ExponentialsAreExactToSomeUnits) {
  const std::size_t count = 64;
  const AlignedFloats inputs = aligned_zeros(count);
  const AlignedFloats values = aligned_zeros(count);
  for (std::size_t i = 0; i < count; ++i) inputs[i] = -80.0f + 2.5f * static_cast<float>(i) + 0.123f;
  for (const std::string& instructions : instruction_sets()) {
    layer_kernels(instructions).exponential(inputs.get(), count, values.get());
    for (std::size_t i = 0; i < count; ++i) {
      const double expected = std::exp(static_cast<double>(inputs[i]));
      // 3e-7 of the polynomial, and 2^-24 of the argument's 115 octaves.
      EXPECT_NEAR(values[i], expected, 1e-5 * expected) << instructions << ", " << inputs[i];
    }
    inputs[0] = -1e30f;
    inputs[1] = 1e30f;
    layer_kernels(instructions).exponential(inputs.get(), 16, values.get());
    EXPECT_EQ(values[0], 0x1p-126f);
    EXPECT_EQ(values[1], 0x1p127f);
    inputs[0] = -79.877f;
    inputs[1] = -77.377f;
  }
}

}  // namespace
}  // namespace sarinr
