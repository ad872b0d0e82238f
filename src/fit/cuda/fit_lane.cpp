#include "fit/cuda/fit_lane.h"

#include <algorithm>
#include <cmath>

namespace sarinr::fused {

namespace {

/// Multiply-adds that a multiprocessor may be expected to do while a user who wants to stop waits, a quarter second.
constexpr double launch_work = 1e11;

int epochs_of_a_launch(const Device& device, const Arguments& arguments, int tiles) {
  const double epoch = 3.0 * arguments.grid_pixels() * arguments.plan.shape.weights() * arguments.plan.passes;
  const double rounds = std::ceil(static_cast<double>(tiles) / device.multiprocessors());
  return static_cast<int>(std::clamp(launch_work / (epoch * rounds), 1.0, 4096.0));
}

}  // namespace

int FitLane::make_room(const FitProblem& problem, const Plan& plan, const FitOptions& options, int wanted, int shares) {
  const Kind kind{problem.spec,   problem.grid_width,    problem.grid_height,
                  options.epochs, options.learning_rate, !options.target.empty()};
  const bool memory_is_full = capacity_ < wanted_;
  if (group_ && kind == kind_ && (capacity_ >= wanted || memory_is_full)) return capacity_;
  group_.reset();
  tables_.reset();
  kind_ = kind;
  wanted_ = wanted;
  try {
    tables_ = std::make_unique<FitTables>(*device_, problem, plan, options);
    const std::size_t held =
        device_->free_bytes() / static_cast<std::size_t>(shares) / TileGroup::bytes_a_tile(tables_->arguments());
    capacity_ = static_cast<int>(std::clamp<std::size_t>(held, 1, static_cast<std::size_t>(wanted)));
  } catch (const OutOfDeviceMemory&) {
    return 0;
  }
  for (; capacity_ > 0; capacity_ /= 2) {
    try {
      group_ = std::make_unique<TileGroup>(*device_, *tables_, capacity_, kind.with_targets);
      return capacity_;
    } catch (const OutOfDeviceMemory&) {
      // Fewer tiles at a time change no result.
    }
  }
  return 0;
}

void FitLane::fit(const FitProblem& problem, const std::vector<NormalisedTile>& tiles, const FitOptions& options,
                  std::size_t begin, int count, const std::function<void(std::size_t)>& step,
                  std::vector<TileFit>& fits) {
  group_->load(problem, tiles, options, begin, count);
  const int stride = epochs_of_a_launch(*device_, group_->arguments(), count);
  for (int epoch = 0; epoch < options.epochs;) {
    epoch = std::min(options.epochs, epoch + stride);
    const TileGroup::Advance made = group_->run(epoch);
    step(made.steps);
    if (!made.more) break;
  }
  group_->read(fits, begin);
}

}  // namespace sarinr::fused
