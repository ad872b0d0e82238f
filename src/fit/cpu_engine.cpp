#include "fit/cpu_engine.h"

#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <thread>
#include <type_traits>

#include "field/dispatch.h"
#include "field/graph.h"
#include "fit/adam.h"
#include "fit/contrast.h"
#include "fit/fit_points.h"
#include "fit/flush_to_zero.h"
#include "fit/gradient_sum.h"
#include "fit/network_gradient.h"
#include "fit/penalty.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

/// Passes on the steps of several threads, and the wish to stop.
class Progress {
 public:
  explicit Progress(const StepCallback& callback) : callback_(callback) {}
  void advance() {
    const std::lock_guard lock(mutex_);
    stopped_ = stopped_ || (callback_ && !callback_(1));
    if (stopped_) throw Error("interrupted", ErrorKind::interrupted);
  }

 private:
  const StepCallback& callback_;
  std::mutex mutex_;
  bool stopped_ = false;
};

/// One network being fitted: its weights, their gradient and Adam's state.
class Trainer {
 public:
  Trainer(const FitProblem& problem, const LayerKernels& kernels, const PairKernels* pairs)
      : spec_(problem.spec),
        weights_(problem.start),
        gradient_(problem.start.size()),
        adam_(problem.start.size()),
        pass_(make_gradient(problem.spec, kernels, pairs)) {
    if (pass_ == nullptr) {
      throw Error("the cpu engine has no architecture '" + spec_.architecture + "': give --engine torch");
    }
  }

  NetworkGradient& pass() { return *pass_; }
  const std::vector<float>& weights() const { return weights_; }
  void prepare() { pass_->set_weights(weights_.data()); }
  /// `penalised`: the architecture's own penalty counts too.
  void step(const GradientSum& sum, double learning_rate, bool penalised) {
    const FlushToZero flush;
    pass_->gather(sum.sums(), gradient_.data());
    if (penalised) add_penalty_gradient(spec_, weights_, gradient_);
    adam_.step(weights_, gradient_, learning_rate);
  }

 private:
  FieldSpec spec_;
  std::vector<float> weights_;
  std::vector<float> gradient_;
  Adam adam_;
  std::unique_ptr<NetworkGradient> pass_;
};

/// The derivatives of the loss (FitOptions) by one block's outputs; adds the channels' mean square errors to `losses`.
void square_error_gradients(const float* outputs, const float* values, const float* weights, std::size_t channels,
                            std::size_t stride, float* gradients, std::vector<double>& losses) {
  const float factor = static_cast<float>(2.0 / static_cast<double>(channels));
  for (std::size_t c = 0; c < channels; ++c) {
    double loss = 0;
    for (std::size_t i = c; i < block_pixels * stride; i += stride) {
      const float error = outputs[i] - values[i];
      const float weighted = error * weights[i];
      gradients[i] = weighted * factor;
      loss += static_cast<double>(weighted * error);
    }
    losses[c] += loss;
  }
}

/// Below this mean square error (normalised units) a tile goes on in floats: rounding to bfloat16 moves the outputs of
/// a fitted network by some 3e-6, which a fit beyond 60 dB would feel.
constexpr double least_pair_loss = 1e-4;

/// nullptr for floats throughout.
const PairKernels* wanted_pairs(const std::string& precision, const std::string& instructions) {
  if (precision == "bfloat16") return &pair_kernels(instructions);
  if (precision == "auto") return pair_kernels(instructions).native ? &pair_kernels(instructions) : nullptr;
  if (precision == "float32") return nullptr;
  throw Error("unknown precision '" + precision + "': the precisions are auto, float32 and bfloat16");
}

/// The fastest for "auto"; where no product is of bfloat16, tiles have nothing to do.
std::string wanted_instructions(const EngineOptions& options) {
  if (options.instructions != "auto") return options.instructions;
  const std::vector<std::string> sets = instruction_sets();
  const bool tiles = uses_tiles(sets.front()) && options.precision == "float32";
  return tiles ? sets[1] : sets.front();
}

class CpuEngine final : public Engine {
 public:
  explicit CpuEngine(const EngineOptions& options)
      : instructions_(wanted_instructions(options)),
        kernels_(layer_kernels(instructions_)),
        pairs_(wanted_pairs(options.precision, instructions_)),
        threads_(options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency())),
        arena_(std::max(1, threads_)) {
    if (options.device.starts_with("cuda")) {
      throw Error("the cpu engine does not run on " + options.device + ": give --device cpu, or --engine torch");
    }
  }

  std::string name() const override { return "cpu"; }
  std::string description() const override {
    return "cpu, " + instructions_ + (pairs_ != nullptr ? ", bfloat16" : ", float32");
  }

  std::vector<float> activate(const FitProblem& problem, const ActivationOptions& options,
                              const StepCallback& step) override {
    return on_threads([&] { return activate_here(problem, options, step); });
  }

  std::vector<TileFit> fit(const FitProblem& problem, const std::vector<NormalisedTile>& tiles,
                           const FitOptions& options, const StepCallback& step) override {
    return on_threads([&] { return fit_here(problem, tiles, options, step); });
  }

  int preferred_batch(const FitProblem&, std::size_t) const override { return 4 * threads_; }

 private:
  /// Runs in the caller's arena where that has no more threads than the engine may use: a job's pipeline and an arena
  /// of the engine's own would each be promised workers that only one of them can have, and the engine would get none.
  /// Isolated, so that a thread which waits for pixels of one tile does not begin another batch.
  template <typename Work>
  std::invoke_result_t<Work> on_threads(const Work& work) {
    if (oneapi::tbb::this_task_arena::max_concurrency() > threads_) return arena_.execute(work);
    return oneapi::tbb::this_task_arena::isolate(work);
  }

  std::vector<float> activate_here(const FitProblem& problem, const ActivationOptions& options,
                                   const StepCallback& step) const {
    Trainer trainer(problem, kernels_, nullptr);
    const FitPoints points = grid_points(problem, trainer.pass());
    GradientSum sum(trainer.pass(), points.blocks, threads_ > 1);
    const AlignedFloats image = aligned_zeros(points.blocks * block_pixels * trainer.pass().output_stride());
    Progress progress(step);
    for (int epoch = 0; epoch < options.epochs; ++epoch) {
      trainer.prepare();
      contrast_pass(problem, points, contrast_factor(options, epoch), trainer.pass(), sum, image.get());
      trainer.step(sum, options.learning_rate, false);
      progress.advance();
    }
    return trainer.weights();
  }

  /// The gradient of factor * G (docs/metrics.md): the image, its own derivatives, and the way back to the weights.
  static void contrast_pass(const FitProblem& problem, const FitPoints& points, double factor,
                            const NetworkGradient& pass, GradientSum& sum, float* image) {
    const std::size_t stride = pass.output_stride();
    const std::size_t inputs = pass.inputs();
    sum.run([&](std::size_t block, NetworkGradient::Workspace& work, float*, std::vector<double>&) {
      pass.forward(points.inputs.get() + block * block_pixels * inputs, work);
      std::copy(work.outputs.get(), work.outputs.get() + block_pixels * stride, image + block * block_pixels * stride);
    });
    const std::size_t channels = pass.outputs();
    std::vector<float> plane(points.count);
    for (std::size_t c = 0; c < channels; ++c) {
      for (std::size_t i = 0; i < points.count; ++i) plane[i] = image[i * stride + c];
      const std::vector<float> slopes =
          contrast_slopes(plane, problem.grid_width, problem.grid_height, factor / static_cast<double>(channels));
      for (std::size_t i = 0; i < points.count; ++i) image[i * stride + c] = slopes[i];
    }
    std::fill(image + points.count * stride, image + points.blocks * block_pixels * stride, 0.0f);
    sum.run([&](std::size_t block, NetworkGradient::Workspace& work, float* sums, std::vector<double>&) {
      const float* at = points.inputs.get() + block * block_pixels * inputs;
      pass.forward(at, work);
      pass.backward(at, image + block * block_pixels * stride, work, sums);
    });
  }

  std::vector<TileFit> fit_here(const FitProblem& problem, const std::vector<NormalisedTile>& tiles,
                                const FitOptions& options, const StepCallback& step) const {
    std::vector<TileFit> fits(tiles.size());
    Progress progress(step);
    const auto fit_one = [&](std::size_t tile, bool parallel) {
      fits[tile] = fit_tile(problem, tiles[tile], options,
                            options.target.empty() ? std::vector<float>() : options.target[tile], progress, parallel);
    };
    // As many as can go one to a thread do; the threads share the pixels of those left over.
    const std::size_t threads = static_cast<std::size_t>(std::max(1, threads_));
    const std::size_t whole = tiles.size() - tiles.size() % threads;
    oneapi::tbb::parallel_for(
        oneapi::tbb::blocked_range<std::size_t>(0, whole, 1),
        [&](const oneapi::tbb::blocked_range<std::size_t>& range) {
          for (std::size_t tile = range.begin(); tile < range.end(); ++tile) fit_one(tile, false);
        },
        oneapi::tbb::simple_partitioner());
    for (std::size_t tile = whole; tile < tiles.size(); ++tile) fit_one(tile, true);
    return fits;
  }

  TileFit fit_tile(const FitProblem& problem, const NormalisedTile& tile, const FitOptions& options,
                   const std::vector<float>& target, Progress& progress, bool parallel) const {
    Trainer trainer(problem, kernels_, pairs_);
    const FitPoints points = tile_points(problem, trainer.pass(), tile);
    GradientSum sum(trainer.pass(), points.blocks, parallel);
    const auto enough = [&] {
      for (std::size_t c = 0; c < target.size(); ++c) {
        if (!(static_cast<float>(sum.losses()[c]) <= target[c])) return false;
      }
      return !target.empty();
    };
    TileFit fit;
    while (fit.epochs < options.epochs) {
      trainer.prepare();
      square_error_pass(points, trainer.pass(), sum);
      double loss = 0;
      for (const double channel : sum.losses()) loss += channel / problem.spec.outputs;
      const bool reached = enough();
      if (trainer.pass().pairs() != nullptr && (reached || loss < least_pair_loss)) {
        trainer.pass().use_floats();
        continue;
      }
      fit.losses.push_back(static_cast<float>(loss));
      if (reached) break;
      trainer.step(sum, learning_rate(options, fit.epochs), true);
      ++fit.epochs;
      const std::vector<int>& wanted = options.snapshots;
      if (std::binary_search(wanted.begin(), wanted.end(), fit.epochs)) fit.snapshots.push_back(trainer.weights());
      progress.advance();
    }
    fit.loss = fit.losses.empty() ? 0 : static_cast<double>(fit.losses.back());
    fit.weights = trainer.weights();
    for (const float weight : fit.weights) {
      if (!std::isfinite(weight)) {
        throw Error("the fit of architecture " + problem.spec.architecture +
                    " diverged (its weights are no longer finite): give a lower --lr");
      }
    }
    return fit;
  }

  static void square_error_pass(const FitPoints& points, const NetworkGradient& pass, GradientSum& sum) {
    const std::size_t inputs = pass.inputs();
    const std::size_t stride = pass.output_stride();
    const std::size_t channels = pass.outputs();
    sum.run([&](std::size_t block, NetworkGradient::Workspace& work, float* sums, std::vector<double>& losses) {
      const float* at = points.inputs.get() + block * block_pixels * inputs;
      const std::size_t place = block * block_pixels * stride;
      pass.forward(at, work);
      float* outputs = work.outputs.get();
      square_error_gradients(outputs, points.values.get() + place, points.weights.get() + place, channels, stride,
                             outputs, losses);
      pass.backward(at, outputs, work, sums);
    });
  }

  std::string instructions_;
  const LayerKernels& kernels_;
  const PairKernels* pairs_;  ///< nullptr: all in floats
  int threads_;
  oneapi::tbb::task_arena arena_;
};

}  // namespace

bool cpu_engine_has(const std::string& architecture) {
  FieldSpec spec;
  spec.architecture = architecture;
  return dense_network(spec) || network_graph(spec);
}

std::unique_ptr<Engine> make_cpu_engine(const EngineOptions& options) { return std::make_unique<CpuEngine>(options); }

}  // namespace sarinr
