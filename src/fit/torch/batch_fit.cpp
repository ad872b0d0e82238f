#include "batch_fit.h"

#include <cmath>

namespace sarinr::torch_engine {

namespace {

std::vector<double> learning_rates(const FitOptions& options) {
  std::vector<double> rates;
  for (int epoch = 0; epoch < options.epochs; ++epoch) rates.push_back(learning_rate(options, epoch));
  return rates;
}

/// The targets of tiles [begin, begin + count), undefined where there are none.
at::Tensor limits_of(const FitOptions& options, std::int64_t begin, std::int64_t count, std::int64_t channels,
                     at::Device device) {
  if (options.target.empty()) return {};
  at::Tensor limits = at::empty({count, channels}, at::kFloat);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::vector<float>& target = options.target[static_cast<std::size_t>(begin + i)];
    std::copy(target.begin(), target.end(), limits.data_ptr<float>() + i * channels);
  }
  return limits.to(device);
}

}  // namespace

std::vector<at::Tensor> make_leaves(const FieldSpec& spec, const std::vector<float>& start, std::int64_t fields,
                                    at::Device device) {
  std::vector<at::Tensor> leaves;
  for (const TensorInfo& info : architecture(spec.architecture).tensors(spec)) {
    const at::Tensor one = at::from_blob(const_cast<float*>(start.data() + info.offset), {1, info.rows, info.columns},
                                         at::TensorOptions().dtype(at::kFloat));
    leaves.push_back(one.repeat({fields, 1, 1}).to(device).requires_grad_());
  }
  return leaves;
}

std::vector<at::Tensor> on_cpu(const std::vector<at::Tensor>& leaves) {
  std::vector<at::Tensor> copies;
  for (const at::Tensor& leaf : leaves) copies.push_back(leaf.detach().cpu());
  return copies;
}

std::vector<float> weights_of(const std::vector<at::Tensor>& leaves, std::int64_t field) {
  std::vector<float> weights;
  for (const at::Tensor& leaf : leaves) {
    const at::Tensor flat = leaf[field].contiguous();
    weights.insert(weights.end(), flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  }
  return weights;
}

BatchFit::BatchFit(const FitProblem& problem, const GradientPass& pass, const std::vector<NormalisedTile>& tiles,
                   const FitOptions& options, std::int64_t begin, std::int64_t end, at::Device device)
    : problem_(problem),
      pass_(pass),
      begin_(begin),
      count_(end - begin),
      epochs_(options.epochs),
      stepper_(make_leaves(problem.spec, problem.start, end - begin, device), learning_rates(options)),
      targets_(pass.targets(tiles, begin, end)),
      limits_(limits_of(options, begin, end - begin, problem.spec.outputs, device)),
      losses_(at::zeros({options.epochs, count_}, at::TensorOptions().device(device))),
      reached_(at::zeros({count_}, at::TensorOptions().dtype(at::kBool).device(device))),
      taken_(at::zeros({count_}, at::TensorOptions().dtype(at::kInt).device(device))) {}

void BatchFit::epoch() {
  const MeanSquare result = pass_.mean_square(stepper_.leaves(), targets_);
  const at::Tensor loss = result.loss.detach();
  losses_.index_copy_(0, stepper_.count(), loss.mean(1).unsqueeze(0));
  if (!limits_.defined()) {
    taken_.add_(1);
    stepper_.step(result.gradients);
    return;
  }
  reached_.logical_or_((loss <= limits_).all(1));
  const at::Tensor moving = reached_.logical_not();
  taken_.add_(moving);
  stepper_.step(result.gradients, moving.to(at::kFloat).reshape({-1, 1, 1}));
}

bool BatchFit::all_reached() const { return limits_.defined() && reached_.all().item<bool>(); }

void BatchFit::keep(std::vector<TileFit>& fits) const {
  const std::vector<at::Tensor> leaves = on_cpu(stepper_.leaves());
  for (std::int64_t i = 0; i < count_; ++i) {
    fits[static_cast<std::size_t>(begin_ + i)].snapshots.push_back(weights_of(leaves, i));
  }
}

void BatchFit::record(std::vector<TileFit>& fits) const {
  // One copy for all fields: every number asked for alone would make a GPU wait.
  const std::vector<at::Tensor> leaves = on_cpu(stepper_.leaves());
  const at::Tensor losses = losses_.cpu();
  const at::Tensor taken = taken_.cpu();
  for (std::int64_t i = 0; i < count_; ++i) {
    TileFit& fit = fits[static_cast<std::size_t>(begin_ + i)];
    fit.weights = weights_of(leaves, i);
    fit.epochs = taken.data_ptr<int>()[i];
    // A field that met its target left its loss behind without another step.
    for (int epoch = 0; epoch < epochs_ && epoch <= fit.epochs; ++epoch) {
      fit.losses.push_back(losses.data_ptr<float>()[epoch * count_ + i]);
    }
    fit.loss = fit.losses.empty() ? 0 : static_cast<double>(fit.losses.back());
    for (const float weight : fit.weights) {
      if (std::isfinite(weight)) continue;
      throw Error("the fit of architecture " + problem_.spec.architecture +
                  " diverged (its weights are no longer finite): give a lower --lr");
    }
  }
}

}  // namespace sarinr::torch_engine
