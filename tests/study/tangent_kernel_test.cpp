#include "study/tangent_kernel.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sarinr/field/initialisation.h"
#include "study/workbench.h"

namespace sarinr::study {
namespace {

/// The kernel by central differences of the evaluator's values.
std::vector<double> difference_kernel(const FieldSpec& spec, std::vector<float> weights, int count) {
  const auto points = static_cast<std::size_t>(count);
  std::vector<float> x(points);
  const std::vector<float> y(points, 0);
  for (int i = 0; i < count; ++i) x[static_cast<std::size_t>(i)] = static_cast<float>((2.0 * i + 1) / count - 1);
  std::vector<double> kernel(points * points, 0);
  constexpr float step = 1e-3F;
  for (float& weight : weights) {
    const float kept = weight;
    std::vector<std::vector<float>> sides;
    for (const float moved : {kept + step, kept - step}) {
      weight = moved;
      sides.emplace_back(points);
      architecture(spec.architecture)
          .evaluate(spec, weights.data(), x.data(), y.data(), points, sides.back().data(), points);
    }
    weight = kept;
    const auto slope = [&](std::size_t i) {
      return (static_cast<double>(sides[0][i]) - static_cast<double>(sides[1][i])) / (2 * static_cast<double>(step));
    };
    for (std::size_t i = 0; i < points; ++i) {
      for (std::size_t j = 0; j < points; ++j) kernel[i * points + j] += slope(i) * slope(j);
    }
  }
  return kernel;
}

class TangentKernel : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Architectures, TangentKernel, testing::Values("siren", "pemlp", "wire"),
                         [](const auto& test) { return test.param; });

TEST_P(TangentKernel, IsThatOfFiniteDifferences) {
  FieldSpec spec = spec_of(GetParam(), 8, 1);
  // At w0 30 a step of 1e-3 in a weight is no small step.
  if (GetParam() == "siren") spec.parameters = {3, 3};
  const std::vector<float> weights = initial_weights(spec, "siren", 3);
  constexpr int count = 50;  // more than one block of pixels
  const std::vector<float> kernel = tangent_kernel(spec, weights, count);
  const std::vector<double> wanted = difference_kernel(spec, weights, count);
  double largest = 0;
  for (const double value : wanted) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(kernel[i]), wanted[i], 0.01 * largest) << i;
  }
}

TEST(KernelFigures, OfAConstantPlusADiagonal) {
  // a I + b: eigenvalues a + n b once, a otherwise.
  constexpr int n = 6;
  constexpr double a = 3;
  constexpr double b = 0.5;
  std::vector<float> kernel(n * n, static_cast<float>(b));
  for (int i = 0; i < n; ++i) kernel[static_cast<std::size_t>(i * n + i)] = static_cast<float>(a + b);
  const KernelFigures figures = kernel_figures(kernel, n);
  EXPECT_NEAR(figures.diagonal_dominance, (a + b) / ((n - 1) * b), 1e-6);
  EXPECT_NEAR(figures.correlation, b / (a + b), 1e-6);
  ASSERT_EQ(figures.eigenvalues.size(), 6U);
  EXPECT_NEAR(figures.eigenvalues[0], a + n * b, 1e-6);
  EXPECT_NEAR(figures.eigenvalues[5], a, 1e-6);
  const double trace = n * (a + b);
  EXPECT_NEAR(figures.effective_rank, trace * trace / ((a + n * b) * (a + n * b) + (n - 1) * a * a), 1e-5);
}

TEST(OutputContrast, OfARampIsEightStepsAPixel) {
  // relu(x + 10) - 10 = x: one neuron passes x on, the others are 0.
  FitProblem problem{spec_of("relu", 4, 0), 16, 12, {}};
  const std::vector<TensorInfo> tensors = architecture("relu").tensors(problem.spec);
  problem.start.assign(weight_count(problem.spec), 0);
  problem.start[tensors[0].offset] = 1;
  problem.start[tensors[1].offset] = 10;
  problem.start[tensors[2].offset] = 1;
  problem.start[tensors[3].offset] = -10;
  EXPECT_NEAR(output_contrast(problem, problem.start), 8 * 2.0 / 16, 1e-5);
}

}  // namespace
}  // namespace sarinr::study
