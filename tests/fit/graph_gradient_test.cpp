// Reverse differentiation of graphs against finite differences of each architecture's definition in double arithmetic.

#include "fit/graph_gradient.h"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "field/dense_reference.h"
#include "field/graph_reference.h"
#include "fit/penalty.h"

namespace sarinr {
namespace {

using test::GraphReference;
using test::spec_of;

/// Derivatives by the weights of sum over pixels and outputs of slopes * output, by central differences.
std::vector<double> differences(const FieldSpec& spec, const std::vector<float>& weights,
                                const std::vector<float>& points, const std::vector<float>& slopes,
                                std::size_t stride) {
  const GraphReference reference(spec);
  const auto sum = [&](const std::vector<double>& changed) {
    double total = 0;
    for (std::size_t p = 0; p < block_pixels; ++p) {
      const std::vector<double> values =
          reference.values(changed, static_cast<double>(points[2 * p]), static_cast<double>(points[2 * p + 1]));
      for (std::size_t c = 0; c < values.size(); ++c) total += static_cast<double>(slopes[p * stride + c]) * values[c];
    }
    return total;
  };
  std::vector<double> derivatives;
  std::vector<double> changed(weights.begin(), weights.end());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    constexpr double step = 1e-6;
    changed[i] = static_cast<double>(weights[i]) + step;
    const double high = sum(changed);
    changed[i] = static_cast<double>(weights[i]) - step;
    derivatives.push_back((high - sum(changed)) / (2 * step));
    changed[i] = static_cast<double>(weights[i]);
  }
  return derivatives;
}

struct Variant {
  std::string name;
  float rank = 0;
  float skips = 1;
};

std::ostream& operator<<(std::ostream& out, const Variant& variant) {
  return out << variant.name << ", rank " << variant.rank << ", skip product " << variant.skips;
}

class GraphGradientTest : public testing::TestWithParam<std::tuple<Variant, int, int>> {
 protected:
  static FieldSpec spec() {
    const auto [variant, depth, outputs] = GetParam();
    FieldSpec spec = spec_of(variant.name, 9, depth, outputs);
    if (variant.name == "sl2a") spec.parameters = {6, variant.rank, variant.skips};
    return spec;
  }
};

TEST_P(GraphGradientTest, EqualsFiniteDifferencesOnEveryInstructionSet) {
  const FieldSpec field = spec();
  std::vector<float> weights = architecture(field.architecture).initialise(field, 7);
  Random random(5);
  // Away from 0 and 1, where a factor or an addend forgotten would not show.
  if (field.architecture == "incode") std::generate_n(weights.begin(), 4, [&] { return random.uniform(-0.3, 0.3); });
  std::vector<float> points(2 * block_pixels);
  for (float& value : points) value = static_cast<float>(random.uniform(-1, 1));
  for (const std::string& instructions : instruction_sets()) {
    GraphGradient gradient(*network_graph(field), layer_kernels(instructions));
    const std::size_t stride = gradient.output_stride();
    std::vector<float> slopes(block_pixels * stride);
    for (std::size_t p = 0; p < block_pixels; ++p) {
      for (std::size_t c = 0; c < gradient.outputs(); ++c) {
        slopes[p * stride + c] = static_cast<float>(random.normal());
      }
    }
    const std::vector<double> expected = differences(field, weights, points, slopes, stride);
    gradient.set_weights(weights.data());
    const std::unique_ptr<NetworkGradient::Workspace> work = gradient.workspace();
    const AlignedFloats sums = aligned_zeros(gradient.sums_size());
    gradient.forward(points.data(), *work);
    gradient.backward(points.data(), slopes.data(), *work, sums.get());
    std::vector<float> found(weights.size());
    gradient.gather(sums.get(), found.data());
    for (const TensorInfo& tensor : architecture(field.architecture).tensors(field)) {
      double size = 1e-6;
      for (std::size_t i = tensor.offset; i < tensor.offset + tensor.size(); ++i) {
        size = std::max(size, std::abs(expected[i]));
      }
      for (std::size_t i = tensor.offset; i < tensor.offset + tensor.size(); ++i) {
        // Floats against doubles through layers that multiply rounding by their frequency factors.
        ASSERT_NEAR(found[i], expected[i], 1e-3 * size) << instructions << ", " << tensor.name << ", weight " << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Architectures, GraphGradientTest,
                         testing::Combine(testing::Values(Variant{"wire"}, Variant{"mfn-fourier"}, Variant{"mfn-gabor"},
                                                          Variant{"incode"}, Variant{"sl2a"}, Variant{"sl2a", 3, 1},
                                                          Variant{"sl2a", 0, 0}),
                                          testing::Values(0, 2), testing::Values(1, 3)));

TEST(Penalty, PullsIncodesNegativeNumbersUpAndNothingElse) {
  const FieldSpec spec = spec_of("incode", 8, 1, 1);
  std::vector<float> weights(weight_count(spec), -1.0f);
  weights[2] = 0.5f;
  std::vector<float> gradient(weights.size());
  add_penalty_gradient(spec, weights, gradient);
  std::vector<float> expected(weights.size());
  expected[0] = -0.1993f;
  expected[1] = -0.0196f;
  expected[3] = -0.0269f;
  EXPECT_EQ(gradient, expected);
  const FieldSpec siren = spec_of("siren", 8, 1, 1);
  std::vector<float> none(weight_count(siren));
  add_penalty_gradient(siren, std::vector<float>(none.size(), -1.0f), none);
  EXPECT_EQ(none, std::vector<float>(none.size()));
}

}  // namespace
}  // namespace sarinr
