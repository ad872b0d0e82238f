#include "sarinr/fit/area.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "field/dispatch.h"
#include "fit/adam.h"
#include "fit/area_objective.h"
#include "fit/fit_points.h"
#include "fit/flush_to_zero.h"
#include "fit/gradient_sum.h"
#include "fit/penalty.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

void check_problem(const FitProblem& problem, const NormalisedTile& tile, const AreaOptions& options) {
  if (problem.spec.outputs != 1) throw Error("a field is fitted to the areas of pixels one band at a time");
  if (problem.grid_width != tile.width * options.samples || problem.grid_height != tile.height * options.samples) {
    throw Error("the grid of a fit to areas is " + std::to_string(problem.grid_width) + "x" +
                    std::to_string(problem.grid_height) + " samples, not the tile's pixels times the samples of each",
                ErrorKind::internal);
  }
  if (std::find(tile.valid.begin(), tile.valid.end(), std::uint8_t{1}) == tile.valid.end()) {
    throw Error("a tile without a valid pixel cannot be fitted");
  }
}

/// One network and the image of its samples.
class AreaFit {
 public:
  AreaFit(const FitProblem& problem, std::unique_ptr<NetworkGradient> network)
      : problem_(problem),
        network_(std::move(network)),
        points_(grid_points(problem, *network_)),
        sum_(*network_, points_.blocks, true),
        gradient_(problem.start.size()),
        adam_(problem.start.size()),
        weights_(problem.start),
        image_(points_.count),
        slopes_(points_.count),
        output_slopes_(aligned_zeros(points_.blocks * block_pixels * network_->output_stride())) {}

  double step(AreaObjective& objective, double learning_rate) {
    network_->set_weights(weights_.data());
    compute_image();
    const double loss = objective.evaluate(image_, slopes_);
    differentiate();
    const FlushToZero flush;
    network_->gather(sum_.sums(), gradient_.data());
    add_penalty_gradient(problem_.spec, weights_, gradient_);
    adam_.step(weights_, gradient_, learning_rate);
    return loss;
  }

  const std::vector<float>& weights() const { return weights_; }

 private:
  void compute_image() {
    const std::size_t stride = network_->output_stride();
    sum_.run([&](std::size_t block, NetworkGradient::Workspace& work, float*, std::vector<double>&) {
      const std::size_t first = block * block_pixels;
      network_->forward(points_.inputs.get() + first * network_->inputs(), work);
      const std::size_t end = std::min(points_.count, first + block_pixels);
      for (std::size_t i = first; i < end; ++i) image_[i] = work.outputs.get()[(i - first) * stride];
    });
  }

  void differentiate() {
    const std::size_t stride = network_->output_stride();
    for (std::size_t i = 0; i < points_.count; ++i) output_slopes_.get()[i * stride] = slopes_[i];
    sum_.run([&](std::size_t block, NetworkGradient::Workspace& work, float* sums, std::vector<double>&) {
      const std::size_t first = block * block_pixels;
      const float* at = points_.inputs.get() + first * network_->inputs();
      network_->forward(at, work);
      network_->backward(at, output_slopes_.get() + first * stride, work, sums);
    });
  }

  const FitProblem& problem_;
  std::unique_ptr<NetworkGradient> network_;
  FitPoints points_;
  GradientSum sum_;
  std::vector<float> gradient_;
  Adam adam_;
  std::vector<float> weights_;
  std::vector<float> image_;
  std::vector<float> slopes_;
  AlignedFloats output_slopes_;  ///< [sample][output_stride()]
};

/// The fastest kernels for floats.
const LayerKernels& float_kernels() {
  const std::vector<std::string> sets = instruction_sets();
  return layer_kernels(uses_tiles(sets.front()) ? sets[1] : sets.front());
}

}  // namespace

void check(const AreaOptions& options) {
  if (options.samples < 1 || options.samples > 16) {
    throw Error("the samples along a side of a pixel are " + std::to_string(options.samples) +
                "; they must lie between 1 and 16");
  }
  if (!(options.power_exponent >= 0 && options.slope_weight >= 0 && options.curvature_weight >= 0)) {
    throw Error("the power exponent and the weights of penalties must not be negative");
  }
  if (options.epochs < 1 || !(options.learning_rate > 0)) {
    throw Error("a fit to areas takes at least one epoch and a learning rate above 0");
  }
}

TileFit fit_areas(const FitProblem& problem, const NormalisedTile& tile, const AreaOptions& options,
                  const StepCallback& step) {
  check(options);
  check_problem(problem, tile, options);
  std::unique_ptr<NetworkGradient> network = make_gradient(problem.spec, float_kernels(), nullptr);
  if (network == nullptr) {
    throw Error("architecture " + problem.spec.architecture + " cannot be fitted to the areas of pixels");
  }
  AreaFit fit(problem, std::move(network));
  AreaObjective objective(tile, options);
  TileFit result;
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    const double decay = 0.5 * (1 + std::cos(std::numbers::pi * epoch / options.epochs));
    result.losses.push_back(static_cast<float>(fit.step(objective, options.learning_rate * decay)));
    if (step && !step(1)) throw Error("interrupted", ErrorKind::interrupted);
  }
  result.epochs = options.epochs;
  result.loss = static_cast<double>(result.losses.back());
  result.weights = fit.weights();
  if (!std::all_of(result.weights.begin(), result.weights.end(), [](float weight) { return std::isfinite(weight); })) {
    throw Error("the fit of architecture " + problem.spec.architecture +
                " to areas diverged (its weights are no longer finite): give a lower learning rate");
  }
  return result;
}

}  // namespace sarinr
