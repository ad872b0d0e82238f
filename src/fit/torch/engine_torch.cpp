// The LibTorch engine: every architecture, on the CPU and on CUDA; the reference of all others. Opened at run time.

#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/optim/adam.h>
#include <torch/version.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>

#include "driver.h"
#include "gradient.h"
#include "network.h"
#include "sarinr/fit/engine.h"

namespace sarinr::torch_engine {

namespace {

at::Device find_device(const std::string& name) {
  const bool has_cuda = torch::cuda::is_available();
  if (name == "cpu" || (name == "auto" && !has_cuda)) return at::Device(at::kCPU);
  if (!has_cuda) throw Error("there is no CUDA device that LibTorch can use: give --device cpu");
  const std::size_t colon = name.find(':');
  const int index = colon == std::string::npos ? 0 : std::stoi(name.substr(colon + 1));
  const int count = static_cast<int>(torch::cuda::device_count());
  if (index >= count) {
    throw Error("there is no CUDA device " + std::to_string(index) +
                ": the devices are cuda:0 to cuda:" + std::to_string(count - 1));
  }
  return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index));
}

/// Trainable copies of `start` for a number of fields, one [fields, rows, columns] leaf a tensor.
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

/// Of one field, from leaves on the CPU.
std::vector<float> weights_of(const std::vector<at::Tensor>& leaves, std::int64_t field) {
  std::vector<float> weights;
  for (const at::Tensor& leaf : leaves) {
    const at::Tensor flat = leaf[field].contiguous();
    weights.insert(weights.end(), flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  }
  return weights;
}

/// Adam over the leaves; steps of all fields are independent because Adam works element by element.
class Stepper {
 public:
  Stepper(const std::vector<at::Tensor>& leaves, double learning_rate)
      : leaves_(leaves), adam_(leaves, torch::optim::AdamOptions(learning_rate)) {}

  void step(const std::vector<at::Tensor>& gradients, double learning_rate) {
    for (std::size_t i = 0; i < leaves_.size(); ++i) leaves_[i].mutable_grad() = gradients[i];
    static_cast<torch::optim::AdamOptions&>(adam_.param_groups()[0].options()).lr(learning_rate);
    adam_.step();
  }

 private:
  std::vector<at::Tensor> leaves_;
  torch::optim::Adam adam_;
};

double cosine_decay(double learning_rate, int epoch, int epochs) {
  return learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * epoch / epochs));
}

/// Counts steps of several threads and passes on the wish to stop.
class Progress {
 public:
  explicit Progress(const StepCallback& callback) : callback_(callback) {}
  void advance(std::size_t steps) {
    const std::lock_guard lock(mutex_);
    if (stopped_ || (callback_ && !callback_(steps))) {
      stopped_ = true;
      throw Error("interrupted", ErrorKind::interrupted);
    }
  }

 private:
  const StepCallback& callback_;
  std::mutex mutex_;
  bool stopped_ = false;
};

class TorchEngine final : public Engine {
 public:
  explicit TorchEngine(const EngineOptions& options) {
    threads_ = options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency());
    driver_.run([&] {
      at::set_num_threads(threads_);
      device_ = find_device(options.device);
    });
  }

  std::string name() const override { return "torch"; }
  std::string description() const override { return std::string("torch ") + TORCH_VERSION + ", " + device_.str(); }

  std::vector<float> activate(const FitProblem& problem, const ActivationOptions& options,
                              const StepCallback& step) override {
    std::vector<float> weights;
    driver_.run([&] { weights = activate_here(problem, options, step); });
    return weights;
  }

  std::vector<TileFit> fit(const FitProblem& problem, const std::vector<NormalisedTile>& tiles,
                           const FitOptions& options, const StepCallback& step) override {
    std::vector<TileFit> fits(tiles.size());
    driver_.run([&] { fit_here(problem, tiles, options, step, fits); });
    return fits;
  }

  int preferred_batch(const FitProblem& problem, std::size_t memory) const override {
    if (device_.is_cpu()) return 2 * threads_;
    // Autograd keeps two activations a layer and the optimiser's copies are small beside them.
    const std::size_t pixels = static_cast<std::size_t>(problem.grid_width) * problem.grid_height;
    const std::size_t tile = pixels * sizeof(float) * static_cast<std::size_t>(problem.spec.width) *
                             static_cast<std::size_t>(3 * (problem.spec.depth + 2));
    return static_cast<int>(std::clamp<std::size_t>(memory / tile, 1, 1024));
  }

 private:
  std::vector<float> activate_here(const FitProblem& problem, const ActivationOptions& options,
                                   const StepCallback& step) const {
    const std::unique_ptr<Network> network = make_network(problem.spec);
    const GradientPass pass(*network, problem, device_);
    const std::vector<at::Tensor> leaves = make_leaves(problem.spec, problem.start, 1, device_);
    Stepper stepper(leaves, options.learning_rate);
    Progress progress(step);
    for (int epoch = 0; epoch < options.epochs; ++epoch) {
      const double sign = epoch % 2 == 0 ? -1 : 1;
      stepper.step(pass.contrast(leaves, sign * options.lambda), options.learning_rate);
      progress.advance(1);
    }
    return weights_of(on_cpu(leaves), 0);
  }

  void fit_here(const FitProblem& problem, const std::vector<NormalisedTile>& tiles, const FitOptions& options,
                const StepCallback& step, std::vector<TileFit>& fits) const {
    const std::unique_ptr<Network> network = make_network(problem.spec);
    const GradientPass pass(*network, problem, device_);
    Progress progress(step);
    const std::int64_t count = static_cast<std::int64_t>(tiles.size());
    const auto group = [&](std::int64_t begin, std::int64_t end) {
      fit_group(problem, pass, tiles, options, progress, fits, begin, end);
    };
    if (device_.is_cuda()) {
      group(0, count);
    } else if (count >= threads_) {
      at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) group(i, i + 1);
      });
    } else {
      for (std::int64_t i = 0; i < count; ++i) group(i, i + 1);
    }
  }

  /// Fits tiles [begin, end) together as one batch.
  void fit_group(const FitProblem& problem, const GradientPass& pass, const std::vector<NormalisedTile>& tiles,
                 const FitOptions& options, Progress& progress, std::vector<TileFit>& fits, std::int64_t begin,
                 std::int64_t end) const {
    const std::vector<at::Tensor> leaves = make_leaves(problem.spec, problem.start, end - begin, device_);
    const Targets targets = pass.targets(tiles, begin, end);
    Stepper stepper(leaves, options.learning_rate);
    std::vector<bool> reached(static_cast<std::size_t>(end - begin), false);
    std::vector<at::Tensor> losses;
    for (int epoch = 0; epoch < options.epochs; ++epoch) {
      MeanSquare result = pass.mean_square(leaves, targets);
      losses.push_back(result.loss.detach());
      if (!options.target.empty() && stop_reached(options, leaves, result.loss, begin, epoch, reached, fits)) break;
      stepper.step(result.gradients, cosine_decay(options.learning_rate, epoch, options.epochs));
      progress.advance(static_cast<std::size_t>(end - begin));
    }
    record(problem, options, leaves, losses, begin, reached, fits);
  }

  /// Keeps the weights of every field whose error is now low enough in all channels; true when all have been kept.
  static bool stop_reached(const FitOptions& options, const std::vector<at::Tensor>& leaves, const at::Tensor& loss,
                           std::int64_t begin, int epoch, std::vector<bool>& reached, std::vector<TileFit>& fits) {
    const at::Tensor now = loss.cpu();
    for (std::size_t i = 0; i < reached.size(); ++i) {
      if (reached[i]) continue;
      const std::size_t tile = static_cast<std::size_t>(begin) + i;
      bool enough = true;
      for (std::size_t c = 0; c < options.target[tile].size(); ++c) {
        const auto at_channel = now[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(c)];
        enough = enough && at_channel.item<float>() <= options.target[tile][c];
      }
      if (!enough) continue;
      reached[i] = true;
      std::vector<at::Tensor> field;
      for (const at::Tensor& leaf : leaves) field.push_back(leaf.narrow(0, static_cast<std::int64_t>(i), 1));
      fits[tile].weights = weights_of(on_cpu(field), 0);
      fits[tile].epochs = epoch;
    }
    return std::find(reached.begin(), reached.end(), false) == reached.end();
  }

  static void record(const FitProblem& problem, const FitOptions& options, const std::vector<at::Tensor>& leaves,
                     const std::vector<at::Tensor>& losses, std::int64_t begin, const std::vector<bool>& reached,
                     std::vector<TileFit>& fits) {
    // One copy for all fields: every number asked for alone would make a GPU wait.
    const std::vector<at::Tensor> copies = on_cpu(leaves);
    const at::Tensor means = losses.empty() ? at::empty({0, 0}) : at::stack(losses).mean(2).cpu().contiguous();
    for (std::size_t i = 0; i < reached.size(); ++i) {
      TileFit& fit = fits[static_cast<std::size_t>(begin) + i];
      if (!reached[i]) {
        fit.weights = weights_of(copies, static_cast<std::int64_t>(i));
        fit.epochs = options.epochs;
      }
      for (std::size_t e = 0; e < losses.size() && e <= static_cast<std::size_t>(fit.epochs); ++e) {
        fit.losses.push_back(means.data_ptr<float>()[e * reached.size() + i]);
      }
      fit.loss = fit.losses.empty() ? 0 : static_cast<double>(fit.losses.back());
      for (const float weight : fit.weights) {
        if (!std::isfinite(weight)) {
          throw Error("the fit of architecture " + problem.spec.architecture +
                      " diverged (its weights are no longer finite): give a lower --lr");
        }
      }
    }
  }

  Driver driver_;
  at::Device device_{at::kCPU};
  int threads_ = 1;
};

}  // namespace

}  // namespace sarinr::torch_engine

extern "C" __attribute__((visibility("default"))) sarinr::Engine* sarinr_create_engine(
    const sarinr::EngineOptions& options) {
  return new sarinr::torch_engine::TorchEngine(options);
}
