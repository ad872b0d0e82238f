#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <tuple>

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

/// The network's definition in plain double arithmetic.
std::vector<double> reference(const FieldSpec& spec, const std::vector<float>& weights, double x, double y) {
  std::vector<double> values = {x, y};
  const std::vector<TensorInfo> tensors = architecture("siren").tensors(spec);
  for (std::size_t i = 0; i < tensors.size(); i += 2) {
    std::vector<double> next(static_cast<std::size_t>(tensors[i].rows));
    for (std::size_t row = 0; row < next.size(); ++row) {
      double sum = weights[tensors[i + 1].offset + row];
      for (std::size_t k = 0; k < values.size(); ++k)
        sum += weights[tensors[i].offset + row * values.size() + k] * values[k];
      const double w0 = i == 0 ? spec.parameters[0] : spec.parameters[1];
      next[row] = i + 2 == tensors.size() ? sum : std::sin(w0 * sum);
    }
    values = next;
  }
  return values;
}

class SirenTest : public testing::TestWithParam<std::tuple<int, int, int>> {};

TEST_P(SirenTest, EqualsItsDefinition) {
  const auto [width, depth, outputs] = GetParam();
  const FieldSpec spec = siren(width, depth, outputs);
  std::vector<float> weights = architecture("siren").initialise(spec, 7);
  for (float& w : weights) w *= 1.5f;  // as large as fitted weights are
  const std::size_t count = 131;       // two full blocks and a part
  std::vector<float> x(count);
  std::vector<float> y(count);
  Random random(3);
  for (std::size_t i = 0; i < count; ++i) {
    x[i] = static_cast<float>(random.uniform(-1, 1));
    y[i] = static_cast<float>(random.uniform(-1, 1));
  }
  std::vector<float> out(count * static_cast<std::size_t>(outputs));
  architecture("siren").evaluate(spec, weights.data(), x.data(), y.data(), count, out.data(), count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<double> expected = reference(spec, weights, x[i], y[i]);
    // Each layer multiplies rounding errors of 2^-24 by about w0 |W|: 1e-4 of a value range of 1 leaves ample room.
    for (int c = 0; c < outputs; ++c) EXPECT_NEAR(out[static_cast<std::size_t>(c) * count + i], expected[c], 1e-4);
  }
}

TEST_P(SirenTest, AValueDoesNotDependOnTheOtherPointsAsked) {
  const auto [width, depth, outputs] = GetParam();
  const FieldSpec spec = siren(width, depth, outputs);
  const std::vector<float> weights = architecture("siren").initialise(spec, 8);
  std::vector<float> x(200);
  std::vector<float> y(200);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<float>(i) / 100 - 1;
    y[i] = 0.7f - static_cast<float>(i * 37 % 200) / 150;
  }
  std::vector<float> all(x.size() * static_cast<std::size_t>(outputs));
  architecture("siren").evaluate(spec, weights.data(), x.data(), y.data(), x.size(), all.data(), x.size());
  for (const std::size_t i : {0u, 1u, 63u, 64u, 100u, 199u}) {
    std::vector<float> one(static_cast<std::size_t>(outputs));
    architecture("siren").evaluate(spec, weights.data(), &x[i], &y[i], 1, one.data(), 1);
    for (int c = 0; c < outputs; ++c) EXPECT_EQ(one[c], all[static_cast<std::size_t>(c) * x.size() + i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, SirenTest,
                         testing::Combine(testing::Values(4, 33, 64), testing::Values(0, 1, 3), testing::Values(1, 3)));

TEST(Siren, InitialisationHasTheBoundsOfThePaper) {
  const FieldSpec spec = siren(64, 3, 1);
  const std::vector<float> weights = architecture("siren").initialise(spec, 1);
  const std::vector<TensorInfo> tensors = architecture("siren").tensors(spec);
  ASSERT_EQ(tensors.size(), 10u);
  EXPECT_EQ(weight_count(spec), 12737u);
  const auto largest = [&](std::size_t i) {
    float most = 0;
    for (std::size_t k = 0; k < tensors[i].size(); ++k) most = std::max(most, std::abs(weights[tensors[i].offset + k]));
    return most;
  };
  const double hidden = std::sqrt(6.0 / 64) / 30;
  EXPECT_LE(largest(0), 0.5);
  EXPECT_GT(largest(0), 0.48);
  EXPECT_LE(largest(2), hidden);
  EXPECT_GT(largest(2), 0.99 * hidden);
  EXPECT_LE(largest(8), hidden);
  EXPECT_LE(largest(3), 1.0 / 8);
  EXPECT_GT(largest(3), 0.11);
  EXPECT_EQ(weights, architecture("siren").initialise(spec, 1));
  EXPECT_NE(weights, architecture("siren").initialise(spec, 2));
}

TEST(FieldSpec, RefusesWhatIsOutOfRangeAndNamesTheLegalValues) {
  const auto message = [](FieldSpec spec) {
    try {
      check(spec);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message(siren(64, 3, 1)), "accepted");
  EXPECT_EQ(message(siren(2, 3, 1)), "the width of siren is 2; it must lie between 4 and 512");
  EXPECT_EQ(message(siren(64, 9, 1)), "the depth of siren is 9; it must lie between 0 and 8");
  FieldSpec wrong = siren(64, 3, 1);
  wrong.architecture = "sirene";
  EXPECT_EQ(message(wrong),
            "unknown architecture 'sirene': the architectures are siren, finer, gauss, pemlp, relu, wire, mfn-fourier, "
            "mfn-gabor, incode, sl2a");
  wrong = siren(64, 3, 1);
  wrong.parameters[0] = -1;
  EXPECT_EQ(message(wrong), "w0-first of siren is -1; it must lie between 0.1 and 3000");
}

TEST(FieldSpec, SurvivesTheFile) {
  const FieldSpec spec = siren(48, 2, 3);
  ByteWriter writer;
  write(spec, writer);
  EXPECT_LE(writer.size(), 12u);
  ByteReader reader(writer.view());
  const Result<FieldSpec> back = read_field_spec(reader);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, spec);
  for (std::size_t size = 0; size < writer.size(); ++size) {
    ByteReader part(ByteView(writer.view()).first(size));
    EXPECT_FALSE(read_field_spec(part)) << size;
  }
  Bytes other = writer.view();
  other[0] = 200;
  ByteReader unknown(other);
  EXPECT_EQ(read_field_spec(unknown).failure().message,
            "the file's fields are of an architecture (number 200) that this version does not know");
}

}  // namespace
}  // namespace sarinr
