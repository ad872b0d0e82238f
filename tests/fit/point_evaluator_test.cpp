// Evaluation by the GPU's kernel on the emulated device, against the processor's evaluation and plain double
// arithmetic.

#include "fit/cuda/point_evaluator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "field/dense_reference.h"
#include "fit/cuda/self_check.h"
#include "fit/fused_problem.h"
#include "fit/wrapped_device.h"
#include "sarinr/base/error.h"
#include "sarinr/fit/evaluator.h"

namespace sarinr {
namespace {

using fused::OpenDevice;
using test::spec_of;

OpenDevice emulated(std::size_t shared_bytes = test::hopper_shared_bytes, std::size_t memory = std::size_t{1} << 28) {
  return [=] { return fused::make_emulated_device(memory, shared_bytes); };
}

struct Points {
  explicit Points(std::size_t count) {
    Random random(5);
    for (std::size_t i = 0; i < count; ++i) {
      x.push_back(static_cast<float>(random.uniform(-1, 1)));
      y.push_back(static_cast<float>(random.uniform(-1, 1)));
    }
  }
  std::vector<float> x;
  std::vector<float> y;
};

std::vector<float> values_of(const FieldEvaluator& evaluator, const FieldSpec& spec, const std::vector<float>& weights,
                             const Points& at) {
  const std::size_t count = at.x.size();
  std::vector<float> values(count * static_cast<std::size_t>(spec.outputs), -77.0f);
  evaluator.evaluate(weights.data(), at.x.data(), at.y.data(), count, values.data(), count);
  return values;
}

double range_of(const std::vector<float>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return static_cast<double>(*high) - static_cast<double>(*low);
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double off = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!(off <= most)) most = off;
  }
  return most;
}

struct Shape {
  std::string architecture;
  int width;
  int depth;
  int outputs;
};

std::ostream& operator<<(std::ostream& out, const Shape& s) {
  return out << s.architecture << "_" << s.width << "x" << s.depth << "_" << s.outputs;
}

class PointEvaluation : public testing::TestWithParam<Shape> {
 protected:
  FieldSpec spec() const {
    return spec_of(GetParam().architecture, GetParam().width, GetParam().depth, GetParam().outputs);
  }
};

TEST_P(PointEvaluation, IsTheProcessorsToATenthOfTheToleranceAndTheDefinitions) {
  const FieldSpec spec = this->spec();
  const std::vector<float> weights = architecture(spec.architecture).initialise(spec, 3);
  const Points at(301);
  const auto evaluator = fused::make_evaluator_on({emulated()}, spec, 1);
  const std::vector<float> values = values_of(*evaluator, spec, weights, at);
  // Documented: 1e-4 of the range. Both are sums of floats; a kink or a bell moves a rounding on no further than a
  // sine.
  EXPECT_LT(largest_difference(values, values_of(*cpu_evaluator(spec), spec, weights, at)), 1e-5 * range_of(values));
  const test::DenseReference reference(spec);
  const std::vector<double> exact(weights.begin(), weights.end());
  for (std::size_t i = 0; i < at.x.size(); i += 30) {
    const std::vector<double> expected =
        reference.values(exact, static_cast<double>(at.x[i]), static_cast<double>(at.y[i]));
    for (std::size_t c = 0; c < expected.size(); ++c) {
      EXPECT_NEAR(static_cast<double>(values[c * at.x.size() + i]), expected[c], 1e-4 * range_of(values)) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, PointEvaluation,
                         testing::Values(Shape{"siren", 64, 3, 1}, Shape{"siren", 4, 0, 3}, Shape{"siren", 33, 2, 8},
                                         Shape{"siren", 128, 2, 2}, Shape{"siren", 300, 1, 1},
                                         Shape{"siren", 512, 1, 1}, Shape{"finer", 40, 2, 2}, Shape{"gauss", 24, 2, 1},
                                         Shape{"relu", 64, 3, 2}, Shape{"pemlp", 32, 2, 1}, Shape{"pemlp", 4, 1, 2}));

/// Weights as a fit leaves them: hidden norms two to three times those of the start.
TEST(PointEvaluation, HoldsTheToleranceOnFittedWeights) {
  const test::FusedCase shape{"siren", 32, 3, 1, 32, 32, false};
  const FitProblem problem = test::problem_of(shape);
  const TileFit fit = make_engine({"cpu", "cpu", 1, "auto", "float32"}, "siren")
                          ->fit(problem, {test::tile_of(shape)}, {300, 4e-3, {}}, {})[0];
  const Points at(500);
  const auto evaluator = fused::make_evaluator_on({emulated()}, problem.spec, 1);
  const std::vector<float> values = values_of(*evaluator, problem.spec, fit.weights, at);
  EXPECT_LT(largest_difference(values, values_of(*cpu_evaluator(problem.spec), problem.spec, fit.weights, at)),
            1e-4 * range_of(values));
}

TEST(PointEvaluation, GivesAPointTheSameBitsWhateverTheOthersAndTheSharedMemory) {
  const FieldSpec spec = spec_of("siren", 64, 2, 2);
  const std::vector<float> weights = architecture("siren").initialise(spec, 3);
  const Points at(400);
  const std::vector<float> together = values_of(*fused::make_evaluator_on({emulated()}, spec, 1), spec, weights, at);
  for (const std::size_t shared : {100000, 70000, 20000}) {
    EXPECT_EQ(values_of(*fused::make_evaluator_on({emulated(shared)}, spec, 1), spec, weights, at), together) << shared;
  }
  Points some(0);
  for (std::size_t i = 137; i < 150; ++i) {
    some.x.push_back(at.x[i]);
    some.y.push_back(at.y[i]);
  }
  const std::vector<float> few = values_of(*fused::make_evaluator_on({emulated()}, spec, 1), spec, weights, some);
  for (std::size_t i = 0; i < some.x.size(); ++i) {
    EXPECT_EQ(few[i], together[137 + i]);
    EXPECT_EQ(few[some.x.size() + i], together[at.x.size() + 137 + i]);
  }
}

TEST(PointEvaluation, TakesMorePointsThanALaunchAndKeepsBetweenRows) {
  const FieldSpec spec = spec_of("relu", 4, 0, 2);
  const std::vector<float> weights = architecture("relu").initialise(spec, 3);
  const Points at(65536 + 77);
  const std::size_t stride = at.x.size() + 5;
  std::vector<float> values(2 * stride, -77.0f);
  fused::make_evaluator_on({emulated()}, spec, 1)
      ->evaluate(weights.data(), at.x.data(), at.y.data(), at.x.size(), values.data(), stride);
  std::vector<float> expected(2 * stride, -77.0f);
  cpu_evaluator(spec)->evaluate(weights.data(), at.x.data(), at.y.data(), at.x.size(), expected.data(), stride);
  EXPECT_LT(largest_difference(values, expected), 1e-5);
}

TEST(PointEvaluation, GivesThreadsTheSameValuesOnSeveralGpus) {
  const FieldSpec spec = spec_of("siren", 16, 1, 1);
  std::atomic<int> opened = 0;
  const OpenDevice counted = [&] {
    ++opened;
    return emulated()();
  };
  const auto evaluator = fused::make_evaluator_on({counted, counted}, spec, 3);
  EXPECT_EQ(evaluator->description(), "cuda, 2 x emulated, float32");
  const Points at(2000);
  std::vector<std::vector<float>> weights;
  std::vector<std::vector<float>> found(8);
  for (std::uint64_t i = 0; i < found.size(); ++i) weights.push_back(architecture("siren").initialise(spec, i));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&, i] { found[i] = values_of(*evaluator, spec, weights[i], at); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(opened, 3);
  const auto alone = fused::make_evaluator_on({emulated()}, spec, 1);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], values_of(*alone, spec, weights[i], at)) << i;
}

TEST(PointEvaluation, MakesDoWithTheLanesThatTheMemoryHolds) {
  // One lane of 64 k points takes some 800 kB: the second device object has none of it left.
  const FieldSpec spec = spec_of("siren", 16, 1, 1);
  int opened = 0;
  const OpenDevice shrinking = [&] {
    return fused::make_emulated_device(opened++ == 0 ? 1 << 20 : 1 << 10, test::hopper_shared_bytes);
  };
  const auto evaluator = fused::make_evaluator_on({shrinking}, spec, 4);
  const std::vector<float> weights = architecture("siren").initialise(spec, 1);
  const Points at(3000);
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      try {
        values_of(*evaluator, spec, weights, at);
      } catch (...) {
        ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_THROW(fused::make_evaluator_on({emulated(test::hopper_shared_bytes, 1000)}, spec, 1), Error);
}

std::string refusal(const EngineOptions& options, const FieldSpec& spec) {
  try {
    make_evaluator(options, spec);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Evaluator, SaysWhatItCannotTake) {
  const FieldSpec siren = spec_of("siren", 16, 1, 1);
  EXPECT_EQ(refusal({"torch"}, siren), "the torch engine does not do this: fields are evaluated by auto, cpu, cuda");
  EXPECT_EQ(refusal({"cpu", "gpu"}, siren), "unknown device 'gpu': the devices are auto, cpu, cuda and cuda:N");
  EXPECT_EQ(refusal({"cpu", "cuda:1"}, siren),
            "the cpu engine does not run on cuda:1: give --device cpu, or --engine cuda");
  EXPECT_EQ(refusal({"cuda"}, spec_of("wire", 16, 1, 1)),
            "fields of architecture wire are evaluated on the processor only (a GPU has siren, finer, gauss, relu and "
            "pemlp): give --engine cpu");
}

TEST(Evaluator, OfTheProcessorSaysItsInstructionSetAndGivesTheArchitecturesBits) {
  const FieldSpec spec = spec_of("siren", 24, 2, 1);
  const std::vector<float> weights = architecture("siren").initialise(spec, 1);
  const auto evaluator = make_evaluator({"cpu"}, spec);
  EXPECT_TRUE(evaluator->description().starts_with("cpu, ") && evaluator->description().ends_with(", float32"))
      << evaluator->description();
  const Points at(100);
  std::vector<float> expected(100);
  architecture("siren").evaluate(spec, weights.data(), at.x.data(), at.y.data(), 100, expected.data(), 100);
  EXPECT_EQ(values_of(*evaluator, spec, weights, at), expected);
}

TEST(SelfCheck, BelievesADeviceThatEvaluatesRightAndNoOther) {
  EXPECT_NO_THROW(fused::check_evaluation(emulated()));
  try {
    fused::check_evaluation([] { return std::make_unique<test::FaultyDevice>(emulated()(), 1.0f); });
    FAIL();
  } catch (const Error& error) {
    EXPECT_TRUE(
        std::string(error.what()).starts_with("fields evaluated on faulty are not what they should be (siren, off by "))
        << error.what();
  }
}

}  // namespace
}  // namespace sarinr
