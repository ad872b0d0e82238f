// Every architecture of dense layers, on every instruction set of this machine, against its definition.

#include <gtest/gtest.h>

#include <tuple>

#include "field/dense_reference.h"
#include "field/packed_network.h"
#include "field/random_points.h"
#include "sarinr/base/error.h"

namespace sarinr {
namespace {

using test::DenseReference;
using test::Points;
using test::random_points;
using test::spec_of;

std::vector<float> evaluate(const FieldSpec& spec, const std::vector<float>& weights, const std::string& instructions,
                            const Points& points, std::size_t first, std::size_t count) {
  std::vector<float> out(count * static_cast<std::size_t>(spec.outputs));
  evaluate_dense_network(*dense_network(spec), weights.data(), layer_kernels(instructions), points.x.data() + first,
                         points.y.data() + first, count, out.data(), count);
  return out;
}

class DenseTest : public testing::TestWithParam<std::tuple<std::string, int, int, int>> {};

TEST_P(DenseTest, EqualsItsDefinitionOnEveryInstructionSet) {
  const auto [name, width, depth, outputs] = GetParam();
  const FieldSpec spec = spec_of(name, width, depth, outputs);
  const std::vector<float> weights = architecture(name).initialise(spec, 7);
  const Points points = random_points(131);  // two full blocks and a part
  const DenseReference reference(spec);
  const std::vector<double> exact(weights.begin(), weights.end());
  for (const std::string& instructions : instruction_sets()) {
    const std::vector<float> out = evaluate(spec, weights, instructions, points, 0, 131);
    for (std::size_t i = 0; i < 131; ++i) {
      const std::vector<double> expected =
          reference.values(exact, static_cast<double>(points.x[i]), static_cast<double>(points.y[i]));
      for (std::size_t c = 0; c < expected.size(); ++c) {
        // Each layer multiplies rounding errors of 2^-24 by about its factor times |W|; values are of the order of 1.
        ASSERT_NEAR(out[c * 131 + i], expected[c], 1e-4) << instructions << ", point " << i << ", output " << c;
      }
    }
  }
}

TEST_P(DenseTest, AValueDoesNotDependOnTheOtherPointsAsked) {
  const auto [name, width, depth, outputs] = GetParam();
  const FieldSpec spec = spec_of(name, width, depth, outputs);
  const std::vector<float> weights = architecture(name).initialise(spec, 8);
  const Points points = random_points(200);
  for (const std::string& instructions : instruction_sets()) {
    const std::vector<float> all = evaluate(spec, weights, instructions, points, 0, 200);
    for (const std::size_t i : {0u, 1u, 5u, 47u, 48u, 100u, 199u}) {
      const std::vector<float> one = evaluate(spec, weights, instructions, points, i, 1);
      for (std::size_t c = 0; c < one.size(); ++c) ASSERT_EQ(one[c], all[c * 200 + i]) << instructions << ", " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, DenseTest,
                         testing::Combine(testing::Values("siren", "finer", "gauss", "pemlp", "relu"),
                                          testing::Values(4, 33, 48, 64, 80), testing::Values(0, 2),
                                          testing::Values(1, 5)));

TEST(Dense, TensorsFollowTheInputsOfTheEncoding) {
  const FieldSpec spec = spec_of("pemlp", 32, 1, 2);
  const std::vector<TensorInfo> tensors = architecture("pemlp").tensors(spec);
  EXPECT_EQ(tensors[0].columns, 42);
  EXPECT_EQ(weight_count(spec), 32u * 43 + 32 * 33 + 2 * 33);
  EXPECT_EQ(operations_per_pixel(spec), 32u * 42 + 32 * 32 + 2 * 32);
}

TEST(Dense, FinersFirstBiasesAreAsWideAsAsked) {
  FieldSpec spec = spec_of("finer", 64, 1, 1);
  const std::vector<TensorInfo> tensors = architecture("finer").tensors(spec);
  const auto largest = [&] {
    const std::vector<float> weights = architecture("finer").initialise(spec, 1);
    float most = 0;
    for (std::size_t k = 0; k < 64; ++k) most = std::max(most, std::abs(weights[tensors[1].offset + k]));
    return most;
  };
  EXPECT_LE(largest(), 0.708f);
  spec.parameters[2] = 20;
  EXPECT_GT(largest(), 18.0f);
  EXPECT_LE(largest(), 20.0f);
}

TEST(Dense, ReluStartsWithKaimingsSpread) {
  const FieldSpec spec = spec_of("relu", 256, 1, 1);
  const std::vector<float> weights = architecture("relu").initialise(spec, 1);
  const TensorInfo hidden = architecture("relu").tensors(spec)[2];
  double square = 0;
  for (std::size_t k = 0; k < hidden.size(); ++k) {
    square += static_cast<double>(weights[hidden.offset + k]) * static_cast<double>(weights[hidden.offset + k]);
  }
  // 65536 normal numbers: their mean square has a relative deviation of 0.0055.
  EXPECT_NEAR(square / static_cast<double>(hidden.size()), 2.0 / 256, 0.03 * 2.0 / 256);
}

TEST(Dense, EveryArchitectureSurvivesTheFile) {
  for (const std::string& name : architecture_names()) {
    const FieldSpec spec = spec_of(name, 24, 2, 3);
    ByteWriter writer;
    write(spec, writer);
    ByteReader reader(writer.view());
    const Result<FieldSpec> back = read_field_spec(reader);
    ASSERT_TRUE(back) << name;
    EXPECT_EQ(*back, spec) << name;
  }
}

TEST(LayerKernels, NamesTheInstructionSetsOfThisMachine) {
  try {
    layer_kernels("abacus");
    FAIL() << "the abacus was accepted";
  } catch (const Error& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with("unknown instruction set 'abacus': this machine has auto, "));
  }
}

}  // namespace
}  // namespace sarinr
