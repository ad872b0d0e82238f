// The hand-written gradient against finite differences of each architecture's definition in double arithmetic.

#include "fit/dense_gradient.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
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
    const std::unique_ptr<NetworkGradient::Workspace> work = gradient.workspace();
    const AlignedFloats by_outputs = aligned_zeros(block_pixels * gradient.output_stride());
    for (std::size_t p = 0; p < block_pixels; ++p) {
      for (std::size_t c = 0; c < static_cast<std::size_t>(outputs); ++c) {
        by_outputs[p * gradient.output_stride() + c] =
            static_cast<float>(slopes[p * static_cast<std::size_t>(outputs) + c]);
      }
    }
    const AlignedFloats sums = aligned_zeros(gradient.sums_size());
    gradient.forward(encoded.get(), *work);
    gradient.backward(encoded.get(), by_outputs.get(), *work, sums.get());
    std::vector<float> found(weights.size());
    gradient.gather(sums.get(), found.data());
    for (std::size_t i = 0; i < found.size(); ++i) {
      // Floats against doubles through four layers that each multiply rounding by their frequency factor.
      ASSERT_NEAR(found[i], expected[i], 2e-4 * size) << instructions << ", weight " << i;
    }
  }
}

/// The gradient of fixed slopes at fixed points.
std::vector<float> gradient_with(const FieldSpec& spec, const std::vector<float>& weights,
                                 const std::string& instructions, const PairKernels* pairs) {
  DenseGradient gradient(*dense_network(spec), layer_kernels(instructions), pairs);
  const PairSession session(pairs);
  gradient.set_weights(weights.data());
  const std::unique_ptr<NetworkGradient::Workspace> work = gradient.workspace();
  const std::size_t width = static_cast<std::size_t>(gradient.network().inputs());
  const AlignedFloats inputs = aligned_zeros(width * block_pixels);
  const AlignedFloats slopes = aligned_zeros(block_pixels * gradient.output_stride());
  Random random(5);
  for (std::size_t p = 0; p < block_pixels; ++p) {
    const float x = static_cast<float>(random.uniform(-1, 1));
    encode_point(gradient.network(), x, static_cast<float>(random.uniform(-1, 1)), inputs.get() + p * width);
  }
  for (std::size_t i = 0; i < block_pixels; ++i) slopes[i] = static_cast<float>(random.normal());
  const AlignedFloats sums = aligned_zeros(gradient.sums_size());
  gradient.forward(inputs.get(), *work);
  gradient.backward(inputs.get(), slopes.get(), *work, sums.get());
  std::vector<float> found(weights.size());
  gradient.gather(sums.get(), found.data());
  return found;
}

double root_mean_square(const std::vector<float>& values, const std::vector<float>* other = nullptr) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = static_cast<double>(values[i]) - (other ? static_cast<double>((*other)[i]) : 0.0);
    sum += value * value;
  }
  return std::sqrt(sum / static_cast<double>(values.size()));
}

class PairGradientTest : public testing::TestWithParam<std::string> {};

TEST_P(PairGradientTest, IsThatOfFloatsToTheRoundingOfBfloat16) {
  for (const std::string& name : architecture_names()) {
    for (const int width : {20, 32, 64, 96}) {
      const FieldSpec spec = spec_of(name, width, 2, 1);
      const std::optional<DenseNetwork> network = dense_network(spec);
      if (!network || !DenseGradient::suits_pairs(*network)) continue;
      const std::vector<float> weights = architecture(name).initialise(spec, 7);
      const std::vector<float> single = gradient_with(spec, weights, GetParam(), nullptr);
      const std::vector<float> half = gradient_with(spec, weights, GetParam(), &pair_kernels(GetParam()));
      // Numbers rounded to 2^-9, through three matrices there and two back, each a sum of random errors; ReLU's slopes
      // jump where a sum changes its sign.
      const bool jumps = name == "relu" || name == "pemlp";
      EXPECT_LT(root_mean_square(half, &single), (jumps ? 0.25 : 0.05) * root_mean_square(single))
          << name << ", width " << width;
      EXPECT_GT(root_mean_square(half, &single), 1e-5 * root_mean_square(single)) << "nothing was rounded";
    }
  }
}

TEST_P(PairGradientTest, IsTheSameOnEveryInstructionSet) {
  const FieldSpec spec = spec_of("siren", 64, 2, 1);
  const std::vector<float> weights = architecture("siren").initialise(spec, 7);
  const std::vector<float> here = gradient_with(spec, weights, GetParam(), &pair_kernels(GetParam()));
  const std::vector<float> best = gradient_with(spec, weights, "auto", &pair_kernels("auto"));
  // Sums differ in order and in fused rounding; now and then that turns the rounding of a bfloat16.
  EXPECT_LT(root_mean_square(here, &best), 5e-3 * root_mean_square(best));
}

INSTANTIATE_TEST_SUITE_P(Sets, PairGradientTest, testing::ValuesIn(instruction_sets()),
                         [](const auto& test) { return test.param; });
INSTANTIATE_TEST_SUITE_P(EmulatedTiles, PairGradientTest, testing::Values("amx-emulated"),
                         [](const auto&) { return "amx"; });

TEST(PairKernels, RoundToTheNearestAndTiesToEven) {
  const AlignedFloats values = aligned_zeros(block_pixels * 32);
  const AlignedFloats rows = aligned_zeros(block_pixels * 16);
  const AlignedFloats pixels = aligned_zeros(block_pixels * 16);
  const float inputs[] = {1.0f, 1.00390625f, 1.01171875f, -1.005f, 3.14159265f, 0.0f};  // 1 + 2^-8, 1 + 3 2^-8: ties
  const float expected[] = {1.0f, 1.0f, 1.015625f, -1.0078125f, 3.140625f, 0.0f};
  for (std::size_t i = 0; i < 6; ++i) values[i] = inputs[i];
  for (const std::string& instructions : instruction_sets()) {
    pair_kernels(instructions).pair(values.get(), 32, rows.get(), pixels.get());
    for (std::size_t i = 0; i < 6; ++i) {
      const float found = std::bit_cast<float>(std::bit_cast<std::uint32_t>(pixels[i]) << 16);
      EXPECT_NEAR(found, expected[i], 1e-4f * std::abs(expected[i])) << instructions << ", " << inputs[i];
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Architectures, DenseGradientTest,
                         testing::Combine(testing::Values("siren", "finer", "gauss", "pemlp", "relu"),
                                          testing::Values(6, 20), testing::Values(1, 5)));

}  // namespace
}  // namespace sarinr
