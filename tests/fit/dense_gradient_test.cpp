// The hand-written gradient against finite differences of each architecture's definition in double arithmetic.

#include "fit/dense_gradient.h"

#include <gtest/gtest.h>

#include <tuple>

#include "field/dense_reference.h"

namespace sarinr {
namespace {

using test::DenseReference;
using test::spec_of;

/// Derivatives by the weights of sum over pixels and outputs of slopes * output, by central differences; FINER's
/// factors stay those of the weights given.
std::vector<double> differences(const FieldSpec& spec, const std::vector<float>& weights,
                                const std::vector<float>& coordinates, const std::vector<double>& slopes) {
  const DenseReference reference(spec);
  const std::vector<double> base(weights.begin(), weights.end());
  const std::size_t outputs = static_cast<std::size_t>(spec.outputs);
  std::vector<std::vector<double>> factors(block_pixels);
  const auto x = [&](std::size_t p) { return static_cast<double>(coordinates[2 * p]); };
  const auto y = [&](std::size_t p) { return static_cast<double>(coordinates[2 * p + 1]); };
  for (std::size_t p = 0; p < block_pixels; ++p) reference.values(base, x(p), y(p), &factors[p], false);
  const auto sum = [&](const std::vector<double>& changed) {
    double total = 0;
    for (std::size_t p = 0; p < block_pixels; ++p) {
      const std::vector<double> values = reference.values(changed, x(p), y(p), &factors[p], true);
      for (std::size_t c = 0; c < outputs; ++c) total += slopes[p * outputs + c] * values[c];
    }
    return total;
  };
  std::vector<double> derivatives;
  for (std::size_t i = 0; i < base.size(); ++i) {
    constexpr double step = 1e-6;
    std::vector<double> up = base;
    std::vector<double> down = base;
    up[i] += step;
    down[i] -= step;
    derivatives.push_back((sum(up) - sum(down)) / (2 * step));
  }
  return derivatives;
}

class DenseGradientTest : public testing::TestWithParam<std::tuple<std::string, int, int>> {};

TEST_P(DenseGradientTest, EqualsFiniteDifferencesOnEveryInstructionSet) {
  const auto [name, width, outputs] = GetParam();
  const FieldSpec spec = spec_of(name, width, 2, outputs);
  const DenseNetwork network = *dense_network(spec);
  const std::vector<float> weights = architecture(name).initialise(spec, 7);
  Random random(5);
  std::vector<float> coordinates(2 * block_pixels);
  for (float& value : coordinates) value = static_cast<float>(random.uniform(-1, 1));
  std::vector<double> slopes(block_pixels * static_cast<std::size_t>(outputs));
  for (double& value : slopes) value = static_cast<float>(random.normal());
  const std::vector<double> expected = differences(spec, weights, coordinates, slopes);
  double size = 0;
  for (const double value : expected) size = std::max(size, std::abs(value));

  const std::size_t inputs = static_cast<std::size_t>(network.inputs());
  const AlignedFloats encoded = aligned_zeros(block_pixels * inputs);
  for (std::size_t p = 0; p < block_pixels; ++p) {
    encode_point(network, coordinates[2 * p], coordinates[2 * p + 1], encoded.get() + p * inputs);
  }
  for (const std::string& instructions : instruction_sets()) {
    DenseGradient gradient(network, layer_kernels(instructions));
    gradient.set_weights(weights.data());
    DenseGradient::Workspace work = gradient.workspace();
    const AlignedFloats by_outputs = aligned_zeros(block_pixels * gradient.output_stride());
    for (std::size_t p = 0; p < block_pixels; ++p) {
      for (std::size_t c = 0; c < static_cast<std::size_t>(outputs); ++c) {
        by_outputs[p * gradient.output_stride() + c] =
            static_cast<float>(slopes[p * static_cast<std::size_t>(outputs) + c]);
      }
    }
    const AlignedFloats sums = aligned_zeros(gradient.sums_size());
    gradient.forward(encoded.get(), work);
    gradient.backward(encoded.get(), by_outputs.get(), work, sums.get());
    std::vector<float> found(weights.size());
    gradient.gather(sums.get(), found.data());
    for (std::size_t i = 0; i < found.size(); ++i) {
      // Floats against doubles through four layers that each multiply rounding by their frequency factor.
      ASSERT_NEAR(found[i], expected[i], 2e-4 * size) << instructions << ", weight " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Architectures, DenseGradientTest,
                         testing::Combine(testing::Values("siren", "finer", "gauss", "pemlp", "relu"),
                                          testing::Values(6, 20), testing::Values(1, 5)));

}  // namespace
}  // namespace sarinr
