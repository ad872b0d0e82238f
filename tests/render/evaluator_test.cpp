// A renderer whose values another evaluator gives: the GPU's kernel on the emulated device, beside the processor.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fit/cuda/emulated_device.h"
#include "fit/cuda/point_evaluator.h"
#include "render/made_fields.h"

namespace sarinr {
namespace {

const BandModel decibels{Quantity::decibel, PixelType::f32, std::nullopt};

std::shared_ptr<const FieldEvaluator> emulated_gpu() {
  const auto open = [] { return fused::make_emulated_device(std::size_t{1} << 24, 232448); };
  return fused::make_evaluator_on({open}, test::tiny_siren(), 1);
}

/// Largest distance and the range of the first.
std::pair<double, double> distance(const BandValues& a, const BandValues& b) {
  double most = 0;
  double low = a.samples[0].re;
  double high = low;
  for (std::size_t i = 0; i < a.samples.size(); ++i) {
    most = std::max(most, std::abs(a.samples[i].re - b.samples[i].re));
    low = std::min(low, a.samples[i].re);
    high = std::max(high, a.samples[i].re);
  }
  return {most, high - low};
}

TEST(Evaluator, OnAGpuGivesTheProcessorsRenderAcrossSeams) {
  const Renderer processor = test::made_renderer(test::random_field, {decibels});
  Renderer gpu = test::made_renderer(test::random_field, {decibels});
  gpu.evaluate_by(emulated_gpu());
  const Extent window{5, 3, 90, 60};
  const auto [native, native_range] = distance(processor.unrounded(window)[0], gpu.unrounded(window)[0]);
  EXPECT_LT(native, 1e-4 * native_range);
  EXPECT_GT(native, 0) << "the processor answered for the GPU";
  std::vector<double> x;
  std::vector<double> y;
  for (int i = 0; i < 300; ++i) {
    x.push_back(0.3 * i + 0.1);
    y.push_back(70 - 0.2 * i);
  }
  const auto [points, points_range] = distance(processor.points(x, y)[0], gpu.points(x, y)[0]);
  EXPECT_LT(points, 1e-4 * points_range);
}

TEST(Evaluator, OnAGpuGivesAPixelTheSameBitsInEveryWindow) {
  Renderer gpu = test::made_renderer(test::random_field, {decibels});
  gpu.evaluate_by(emulated_gpu());
  const BandValues whole = gpu.unrounded({0, 0, 100, 70})[0];
  const Extent part{31, 20, 37, 33};
  const BandValues some = gpu.unrounded(part)[0];
  for (int y = 0; y < part.height; ++y) {
    for (int x = 0; x < part.width; ++x) {
      EXPECT_EQ(some.samples[static_cast<std::size_t>(y * part.width + x)].re,
                whole.samples[static_cast<std::size_t>((y + part.y) * 100 + x + part.x)].re);
    }
  }
}

}  // namespace
}  // namespace sarinr
