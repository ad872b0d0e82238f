#include "fit/cuda/fused_engine.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <thread>

#include "field/dense_network.h"
#include "fit/cpu_engine.h"
#include "fit/cuda/fit_lane.h"
#include "fit/cuda/fit_work.h"
#include "sarinr/base/error.h"

namespace sarinr::fused {

namespace {

DenseNetwork network_of(const FieldSpec& spec) {
  const std::optional<DenseNetwork> network = dense_network(spec);
  if (network && suits(*network)) return *network;
  throw Error("the cuda engine has siren, finer, gauss and relu, width 16 to 128, up to 8 channels; this is " +
              spec.architecture + ", width " + std::to_string(spec.width) + ", channels " +
              std::to_string(spec.outputs) + ": give --engine torch or --engine cpu");
}

class FusedEngine final : public Engine {
 public:
  FusedEngine(const std::vector<OpenDevice>& gpus, const EngineOptions& options)
      : activation_engine_(make_cpu_engine(activation_options(options))) {
    // One lane of every GPU after the other: few tiles then go to as many GPUs as there are.
    for (int lane = 0; lane < lanes_of_a_gpu; ++lane) {
      for (const OpenDevice& gpu : gpus) lanes_.push_back(std::make_unique<FitLane>(gpu()));
    }
  }

  std::string name() const override { return "cuda"; }
  std::string description() const override {
    return "cuda, " + device().name() + ", bfloat16; self-activation: " + activation_engine_->description();
  }

  std::vector<float> activate(const FitProblem& problem, const ActivationOptions& options,
                              const StepCallback& step) override {
    return activation_engine_->activate(problem, options, step);
  }

  std::vector<TileFit> fit(const FitProblem& problem, const std::vector<NormalisedTile>& tiles,
                           const FitOptions& options, const StepCallback& step) override {
    std::vector<TileFit> fits(tiles.size());
    if (!options.snapshots.empty()) {
      throw Error("the cuda engine keeps no weights on the way: give --engine cpu or torch");
    }
    if (tiles.empty()) return fits;
    const Plan plan = make_plan(network_of(problem.spec), device().shared_bytes());
    const std::size_t count = std::min(lanes_.size(), tiles.size());
    const std::size_t piece = (tiles.size() + count - 1) / count;
    FitWork work(tiles.size(), step);
    const auto drive = [&](FitLane& lane) {
      try {
        const int room = lane.make_room(problem, plan, options, static_cast<int>(piece), lanes_of_a_gpu);
        const auto advance = [&](std::size_t steps) { work.advance(steps); };
        while (room > 0) {
          const Share share = work.take(static_cast<std::size_t>(room));
          if (share.begin == share.end) return;
          lane.fit(problem, tiles, options, share.begin, static_cast<int>(share.end - share.begin), advance, fits);
        }
      } catch (...) {
        work.fail();
      }
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < count; ++i) threads.emplace_back([&, i] { drive(*lanes_[i]); });
    drive(*lanes_[0]);
    threads.clear();
    work.rethrow_failure();
    if (work.tiles_are_left()) {
      throw Error("the memory of " + device().name() + " does not hold one tile: give a smaller --tile-size");
    }
    for (const TileFit& fit : fits) require_finite(problem, fit);
    return fits;
  }

  int preferred_batch(const FitProblem& problem, std::size_t memory) const override {
    // Several rounds of blocks: the last, which not all multiprocessors share, then matters less.
    const std::size_t pixels =
        static_cast<std::size_t>(problem.grid_width) * static_cast<std::size_t>(problem.grid_height);
    const std::size_t tile = pixels * static_cast<std::size_t>(problem.spec.outputs) * (sizeof(float) + 1);
    const std::size_t wanted =
        4 * static_cast<std::size_t>(device().multiprocessors()) * lanes_.size() / lanes_of_a_gpu;
    return static_cast<int>(std::clamp<std::size_t>(memory / tile, 1, wanted));
  }

 private:
  /// While one is copying, another is fitting.
  static constexpr int lanes_of_a_gpu = 2;

  const Device& device() const { return lanes_.front()->device(); }

  static EngineOptions activation_options(const EngineOptions& options) {
    EngineOptions on_cpu = options;
    on_cpu.device = "cpu";
    on_cpu.precision = "float32";
    return on_cpu;
  }

  static void require_finite(const FitProblem& problem, const TileFit& fit) {
    for (const float weight : fit.weights) {
      if (!std::isfinite(weight)) {
        throw Error("the fit of architecture " + problem.spec.architecture +
                    " diverged (its weights are no longer finite): give a lower --lr");
      }
    }
  }

  std::vector<std::unique_ptr<FitLane>> lanes_;
  std::unique_ptr<Engine> activation_engine_;
};

}  // namespace

std::unique_ptr<Engine> make_engine_on(const std::vector<OpenDevice>& gpus, const EngineOptions& options) {
  if (options.precision != "auto" && options.precision != "bfloat16") {
    throw Error("the cuda engine multiplies in bfloat16, not in " + options.precision +
                ": give --precision bfloat16, or --engine torch or --engine cpu");
  }
  return std::make_unique<FusedEngine>(gpus, options);
}

}  // namespace sarinr::fused
