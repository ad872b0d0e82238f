#include "fit/latent_objective.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fit/latent_problem.h"
#include "fit/latent_training.h"

namespace sarinr {
namespace {

using namespace test;

class LatentGradient : public testing::TestWithParam<std::tuple<Shape, bool>> {
 protected:
  LatentGradient()
      : objective_(shape_, target_of(std::get<0>(GetParam()), std::get<1>(GetParam())), latent_fit_kernels()) {
    softening_.noise = noise_.data();
    softening_.step = 3;
    Random random(9);
    weights_ = uneven_weights(shape_);
    for (int i = 0; i < shape_.inputs(); ++i) {
      const NodeRange& nodes = objective_.nodes(i / shape_.channels);
      for (int r = 0; r < nodes.rows; ++r) {
        for (int c = 0; c < nodes.columns; ++c) {
          objective_.latents(i / shape_.channels, i % shape_.channels).row(r)[c] =
              static_cast<float>(random.uniform(-1.5, 1.5));
        }
      }
    }
  }

  double cost() {
    const LatentObjective::Cost found = objective_.measure(weights_, &softening_);
    return (found.square_error + lambda_ * found.bits) / objective_.pixels();
  }

  /// The cost has kinks (ReLU, the cell's edge), and is a float sum: half of the agreement is asked for of single
  /// numbers, and that nearly all of them agree.
  static bool agrees(double analytic, double difference) {
    return std::abs(analytic - difference) <= 0.02 * std::max(std::abs(analytic), std::abs(difference)) + 4e-5;
  }

  double lambda_ = 0.05;
  LatentShape shape_ = latent_shape_of(std::get<0>(GetParam()));
  std::vector<float> noise_ = uniform_noise();
  Softening softening_;
  LatentObjective objective_;
  std::vector<float> weights_;
};

TEST_P(LatentGradient, OfWeightsEqualsDifferences) {
  std::vector<float> gradient;
  objective_.differentiate(weights_, &softening_, lambda_, &gradient);
  ASSERT_EQ(gradient.size(), weights_.size());
  int disagreements = 0;
  int looks = 0;
  for (std::size_t i = 0; i < weights_.size(); i += 7, ++looks) {
    constexpr float step = 4e-3f;
    const float kept = weights_[i];
    weights_[i] = kept + step;
    const double above = cost();
    weights_[i] = kept - step;
    const double below = cost();
    weights_[i] = kept;
    if (!agrees(static_cast<double>(gradient[i]), (above - below) / (2 * static_cast<double>(step)))) ++disagreements;
  }
  EXPECT_LE(disagreements, looks / 12);
}

TEST_P(LatentGradient, OfFiltersEqualsDifferences) {
  std::vector<float> gradient;
  objective_.differentiate(weights_, &softening_, lambda_, &gradient);
  const TensorInfo taps = architecture("latent").tensors(latent_spec(shape_))[latent_tensor::taps];
  ASSERT_EQ(taps.size(), static_cast<std::size_t>(shape_.filtered_levels() * filter_reach));
  int disagreements = 0;
  for (std::size_t i = taps.offset; i < taps.offset + taps.size(); ++i) {
    constexpr float step = 4e-3f;
    const float kept = weights_[i];
    weights_[i] = kept + step;
    const double above = cost();
    weights_[i] = kept - step;
    const double below = cost();
    weights_[i] = kept;
    if (!agrees(static_cast<double>(gradient[i]), (above - below) / (2 * static_cast<double>(step)))) ++disagreements;
  }
  EXPECT_LE(disagreements, 1);
}

TEST_P(LatentGradient, OfLatentsEqualsDifferences) {
  objective_.differentiate(weights_, &softening_, lambda_, nullptr);
  std::vector<PaddedGrid> gradients;
  for (int i = 0; i < shape_.inputs(); ++i) {
    gradients.push_back(objective_.gradient(i / shape_.channels, i % shape_.channels));
  }
  Random random(11);
  int disagreements = 0;
  int looks = 0;
  for (int i = 0; i < shape_.inputs(); ++i) {
    const NodeRange& nodes = objective_.nodes(i / shape_.channels);
    if (nodes.count() == 0) continue;
    for (int look = 0; look < 6; ++look, ++looks) {
      // Corners among them.
      const int r = look == 0 ? 0 : static_cast<int>(random.uniform(0, nodes.rows));
      const int c = look == 1 ? nodes.columns - 1 : static_cast<int>(random.uniform(0, nodes.columns));
      float& latent = objective_.latents(i / shape_.channels, i % shape_.channels).row(r)[c];
      constexpr float step = 1e-2f;
      const float kept = latent;
      latent = kept + step;
      const double above = cost();
      latent = kept - step;
      const double below = cost();
      latent = kept;
      const double difference = (above - below) / (2 * static_cast<double>(step));
      if (!agrees(static_cast<double>(gradients[static_cast<std::size_t>(i)].row(r)[c]), difference)) ++disagreements;
    }
  }
  EXPECT_LE(disagreements, looks / 12);
}

INSTANTIATE_TEST_SUITE_P(Shapes, LatentGradient,
                         testing::Combine(testing::Values(Shape{33, 29, 1, 4, 12, 8, 8}, Shape{40, 31, 2, 3, 24, 6, 5},
                                                          Shape{21, 70, 3, 2, 12, 16, 12},
                                                          Shape{24, 24, 1, 1, 24, 4, 4}),
                                          testing::Bool()));

TEST(LatentObjective, PixelsThatDoNotCountLeaveNoTrace) {
  const Shape s{30, 20, 1, 3, 12, 8, 8};
  LatentTarget target = target_of(s, false);
  LatentTarget other = target;
  for (std::size_t i = 0; i < other.values.size(); ++i) {
    if (other.weights[i] == 0) other.values[i] = 1e6f;
  }
  const LatentShape shape = latent_shape_of(s);
  const std::vector<float> weights = fresh_latent_weights(shape, 1);
  LatentObjective a(shape, target, latent_fit_kernels());
  LatentObjective b(shape, other, latent_fit_kernels());
  EXPECT_EQ(a.measure(weights, nullptr).square_error, b.measure(weights, nullptr).square_error);
}

TEST(LatentObjective, SetStepKeepsTheField) {
  const Shape s{30, 20, 1, 3, 12, 8, 8};
  const LatentShape shape = latent_shape_of(s);
  const std::vector<float> weights = fresh_latent_weights(shape, 1);
  const std::unique_ptr<TileTraining> training = train_on_cpu(shape, target_of(s, false), latent_fit_kernels());
  std::vector<float> latents = training->latents(1, 0);
  for (std::size_t i = 0; i < latents.size(); ++i) latents[i] = static_cast<float>(i % 7);
  training->set_latents(1, 0, latents);
  const std::vector<float> before = training->values(weights);
  training->set_step(shape.step / 2);
  const std::vector<float> after = training->values(weights);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(before[i], after[i], 1e-5f);
}

}  // namespace
}  // namespace sarinr
