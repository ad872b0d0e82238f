#include "fit/cuda/fused_engine.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "field/dense_network.h"
#include "fit/cpu_engine.h"
#include "fit/cuda/tile_group.h"
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

/// Multiply-adds that a multiprocessor may be expected to do while a user who wants to stop waits, a quarter second.
constexpr double launch_work = 1e11;

int epochs_of_a_launch(const Device& device, const Arguments& arguments, int tiles) {
  const double epoch = 3.0 * arguments.grid_pixels() * arguments.plan.shape.weights() * arguments.plan.passes;
  const double rounds = std::ceil(static_cast<double>(tiles) / device.multiprocessors());
  return static_cast<int>(std::clamp(launch_work / (epoch * rounds), 1.0, 4096.0));
}

class FusedEngine final : public Engine {
 public:
  FusedEngine(std::unique_ptr<Device> device, const EngineOptions& options)
      : device_(std::move(device)), activation_engine_(make_cpu_engine(activation_options(options))) {}

  std::string name() const override { return "cuda"; }
  std::string description() const override {
    return "cuda, " + device_->name() + ", bfloat16; self-activation: " + activation_engine_->description();
  }

  std::vector<float> activate(const FitProblem& problem, const ActivationOptions& options,
                              const StepCallback& step) override {
    return activation_engine_->activate(problem, options, step);
  }

  std::vector<TileFit> fit(const FitProblem& problem, const std::vector<NormalisedTile>& tiles,
                           const FitOptions& options, const StepCallback& step) override {
    std::vector<TileFit> fits(tiles.size());
    if (tiles.empty()) return fits;
    const FitTables tables(*device_, problem, make_plan(network_of(problem.spec), device_->shared_bytes()), options);
    int capacity = 0;
    const std::unique_ptr<TileGroup> group = make_group(tables, tiles.size(), !options.target.empty(), capacity);
    for (std::size_t begin = 0; begin < tiles.size(); begin += static_cast<std::size_t>(capacity)) {
      const int count = static_cast<int>(std::min(static_cast<std::size_t>(capacity), tiles.size() - begin));
      group->load(problem, tiles, options, begin, count);
      advance(*group, tables.arguments(), count, options.epochs, step);
      group->read(fits, begin);
    }
    for (const TileFit& fit : fits) require_finite(problem, fit);
    return fits;
  }

  int preferred_batch(const FitProblem& problem, std::size_t memory) const override {
    // Several rounds of blocks: the last, which not all multiprocessors share, then matters less.
    const std::size_t pixels =
        static_cast<std::size_t>(problem.grid_width) * static_cast<std::size_t>(problem.grid_height);
    const std::size_t tile = pixels * static_cast<std::size_t>(problem.spec.outputs) * (sizeof(float) + 1);
    const std::size_t wanted = 4 * static_cast<std::size_t>(device_->multiprocessors());
    return static_cast<int>(std::clamp<std::size_t>(memory / tile, 1, wanted));
  }

 private:
  static EngineOptions activation_options(const EngineOptions& options) {
    EngineOptions on_cpu = options;
    on_cpu.device = "cpu";
    on_cpu.precision = "float32";
    return on_cpu;
  }

  /// Room for as many tiles as the memory holds: where it turns out to hold fewer, half as many, and so on. Which tiles
  /// share the device changes no result.
  std::unique_ptr<TileGroup> make_group(const FitTables& tables, std::size_t tiles, bool with_targets, int& capacity) {
    const std::size_t fitting = device_->free_bytes() / TileGroup::bytes_a_tile(tables.arguments());
    capacity = static_cast<int>(std::clamp<std::size_t>(fitting, 1, tiles));
    while (true) {
      try {
        return std::make_unique<TileGroup>(*device_, tables, capacity, with_targets);
      } catch (const OutOfDeviceMemory&) {
        if (capacity == 1)
          throw Error("the memory of " + device_->name() + " does not hold one tile: give a smaller --tile-size");
        capacity /= 2;
      }
    }
  }

  void advance(TileGroup& group, const Arguments& arguments, int tiles, int epochs, const StepCallback& step) const {
    const int stride = epochs_of_a_launch(*device_, arguments, tiles);
    for (int epoch = 0; epoch < epochs;) {
      epoch = std::min(epochs, epoch + stride);
      const TileGroup::Advance made = group.run(epoch);
      if (step && !step(made.steps)) throw Error("interrupted", ErrorKind::interrupted);
      if (!made.more) return;
    }
  }

  static void require_finite(const FitProblem& problem, const TileFit& fit) {
    for (const float weight : fit.weights) {
      if (!std::isfinite(weight)) {
        throw Error("the fit of architecture " + problem.spec.architecture +
                    " diverged (its weights are no longer finite): give a lower --lr");
      }
    }
  }

  std::unique_ptr<Device> device_;
  std::unique_ptr<Engine> activation_engine_;
};

}  // namespace

std::unique_ptr<Engine> make_engine_on(std::unique_ptr<Device> device, const EngineOptions& options) {
  if (options.precision != "auto" && options.precision != "bfloat16") {
    throw Error("the cuda engine multiplies in bfloat16, not in " + options.precision +
                ": give --precision bfloat16, or --engine torch or --engine cpu");
  }
  return std::make_unique<FusedEngine>(std::move(device), options);
}

}  // namespace sarinr::fused
