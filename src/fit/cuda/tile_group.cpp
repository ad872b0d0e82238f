#include "fit/cuda/tile_group.h"

#include <algorithm>
#include <cmath>

namespace sarinr::fused {

namespace {

std::size_t words_a_tile(const Plan& plan) {
  return static_cast<std::size_t>(plan.blocks_size()) + static_cast<std::size_t>(plan.small_size());
}

std::size_t pixels_a_tile(const Arguments& arguments) { return static_cast<std::size_t>(arguments.grid_pixels()); }

std::size_t sample_bytes(const Arguments& arguments) {
  return pixels_a_tile(arguments) * (static_cast<std::size_t>(arguments.plan.shape.outputs) * sizeof(float) + 1);
}

/// Of page-locked memory a group takes about this much: it is the whole machine's.
constexpr std::size_t staging_bytes = std::size_t{16} << 20;

int staged_tiles(const Arguments& arguments, int capacity) {
  const std::size_t held = std::max<std::size_t>(1, staging_bytes / sample_bytes(arguments));
  return static_cast<int>(std::min(held, static_cast<std::size_t>(capacity)));
}

/// Coordinates of FitProblem's pixels along one side: NormalisedTile says the formula.
std::vector<float> centres(int length) {
  std::vector<float> places(static_cast<std::size_t>(length));
  for (std::size_t i = 0; i < places.size(); ++i) {
    places[i] = static_cast<float>((2 * static_cast<double>(i) + 1) / length - 1);
  }
  return places;
}

/// As Adam's and the cpu engine's.
std::vector<StepSize> step_sizes(const FitOptions& options) {
  std::vector<StepSize> sizes;
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    const double rate = learning_rate(options, epoch);
    sizes.push_back({static_cast<float>(rate / (1 - std::pow(0.9, epoch + 1))),
                     static_cast<float>(1 / std::sqrt(1 - std::pow(0.999, epoch + 1)))});
  }
  return sizes;
}

}  // namespace

FitTables::FitTables(Device& device, const FitProblem& problem, const Plan& plan, const FitOptions& options)
    : x_(device, static_cast<std::size_t>(problem.grid_width)),
      y_(device, static_cast<std::size_t>(problem.grid_height)),
      steps_(device, static_cast<std::size_t>(options.epochs)) {
  const std::vector<float> columns = centres(problem.grid_width);
  const std::vector<float> rows = centres(problem.grid_height);
  const std::vector<StepSize> sizes = step_sizes(options);
  x_.upload(columns.data(), columns.size());
  y_.upload(rows.data(), rows.size());
  steps_.upload(sizes.data(), sizes.size());
  device.wait();
  arguments_.plan = plan;
  arguments_.grid_width = problem.grid_width;
  arguments_.grid_height = problem.grid_height;
  arguments_.all_epochs = options.epochs;
  arguments_.x = x_.get();
  arguments_.y = y_.get();
  arguments_.steps = steps_.get();
}

std::size_t TileGroup::bytes_a_tile(const Arguments& arguments) {
  const Shape& shape = arguments.plan.shape;
  return sample_bytes(arguments) + 4 * static_cast<std::size_t>(shape.weights()) * sizeof(float) +
         words_a_tile(arguments.plan) * 4 + static_cast<std::size_t>(arguments.all_epochs) * sizeof(float) + 128;
}

TileGroup::TileGroup(Device& device, const FitTables& tables, int capacity, bool with_targets)
    : device_(device),
      arguments_(tables.arguments()),
      staging_(device, arguments_, staged_tiles(arguments_, capacity)),
      sizes_(device, 2 * static_cast<std::size_t>(capacity)),
      values_(device, static_cast<std::size_t>(capacity) * pixels_a_tile(arguments_) *
                          static_cast<std::size_t>(arguments_.plan.shape.outputs)),
      valid_(device, static_cast<std::size_t>(capacity) * pixels_a_tile(arguments_)),
      shares_(device, static_cast<std::size_t>(capacity) * most_outputs),
      targets_(device, static_cast<std::size_t>(capacity) * most_outputs),
      weights_(device, static_cast<std::size_t>(capacity) * static_cast<std::size_t>(arguments_.plan.shape.weights())),
      means_(device, static_cast<std::size_t>(capacity) * static_cast<std::size_t>(arguments_.plan.shape.weights())),
      squares_(device, static_cast<std::size_t>(capacity) * static_cast<std::size_t>(arguments_.plan.shape.weights())),
      gradients_(device,
                 static_cast<std::size_t>(capacity) * static_cast<std::size_t>(arguments_.plan.shape.weights())),
      packed_(device, static_cast<std::size_t>(capacity) * words_a_tile(arguments_.plan)),
      losses_(device, static_cast<std::size_t>(capacity) * static_cast<std::size_t>(arguments_.all_epochs)),
      taken_(device, static_cast<std::size_t>(capacity)),
      done_(device, static_cast<std::size_t>(capacity)) {
  arguments_.sizes = sizes_.get();
  arguments_.values = values_.get();
  arguments_.valid = valid_.get();
  arguments_.shares = shares_.get();
  arguments_.targets = with_targets ? targets_.get() : nullptr;
  arguments_.weights = weights_.get();
  arguments_.means = means_.get();
  arguments_.squares = squares_.get();
  arguments_.gradients = gradients_.get();
  arguments_.packed = packed_.get();
  arguments_.losses = losses_.get();
  arguments_.taken = taken_.get();
  arguments_.done = done_.get();
}

void TileGroup::send(std::size_t first, std::size_t count) {
  const std::size_t channels = static_cast<std::size_t>(arguments_.plan.shape.outputs);
  const std::size_t room = pixels_a_tile(arguments_);
  const std::size_t weights = static_cast<std::size_t>(arguments_.plan.shape.weights());
  values_.upload(staging_.values(), count * channels * room, first * channels * room);
  valid_.upload(staging_.valid(), count * room, first * room);
  shares_.upload(staging_.shares(), count * most_outputs, first * most_outputs);
  targets_.upload(staging_.targets(), count * most_outputs, first * most_outputs);
  sizes_.upload(staging_.sizes(), 2 * count, 2 * first);
  for (std::size_t place = first; place < first + count; ++place) {
    weights_.upload(staging_.start(), weights, place * weights);
  }
}

void TileGroup::load(const FitProblem& problem, const std::vector<NormalisedTile>& tiles, const FitOptions& options,
                     std::size_t begin, int count) {
  arguments_.tiles = count;
  arguments_.last_epoch = 0;
  steps_taken_.assign(static_cast<std::size_t>(count), 0);
  means_.clear();
  squares_.clear();
  taken_.clear();
  done_.clear();
  staging_.put_start(problem.start);
  for (int first = 0; first < count; first += staging_.capacity()) {
    const int staged = std::min(staging_.capacity(), count - first);
    // What was staged before must have left.
    device_.wait();
    for (int place = 0; place < staged; ++place) {
      const std::size_t tile = begin + static_cast<std::size_t>(first + place);
      staging_.put(tiles[tile], options.target.empty() ? nullptr : &options.target[tile], place);
    }
    send(static_cast<std::size_t>(first), static_cast<std::size_t>(staged));
  }
}

TileGroup::Advance TileGroup::run(int last_epoch) {
  arguments_.first_epoch = arguments_.last_epoch;
  arguments_.last_epoch = last_epoch;
  device_.run(arguments_);
  std::vector<int> taken(steps_taken_.size());
  std::vector<int> done(steps_taken_.size());
  taken_.download(taken.data(), taken.size());
  done_.download(done.data(), done.size());
  Advance advance;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    advance.steps += static_cast<std::size_t>(taken[i] - steps_taken_[i]);
    advance.more = advance.more || done[i] == 0;
  }
  steps_taken_ = taken;
  return advance;
}

void TileGroup::read(std::vector<TileFit>& fits, std::size_t begin) const {
  const std::size_t count = steps_taken_.size();
  const std::size_t weights = static_cast<std::size_t>(arguments_.plan.shape.weights());
  const std::size_t epochs = static_cast<std::size_t>(arguments_.all_epochs);
  std::vector<float> all(count * weights);
  std::vector<float> losses(count * epochs);
  weights_.download(all.data(), all.size());
  losses_.download(losses.data(), losses.size());
  for (std::size_t i = 0; i < count; ++i) {
    TileFit& fit = fits[begin + i];
    fit.epochs = steps_taken_[i];
    const auto first = [](const std::vector<float>& numbers, std::size_t place) {
      return numbers.begin() + static_cast<std::ptrdiff_t>(place);
    };
    // A tile that met its target left its loss behind without another step.
    const std::size_t seen = std::min(epochs, static_cast<std::size_t>(fit.epochs) + 1);
    fit.weights.assign(first(all, i * weights), first(all, (i + 1) * weights));
    fit.losses.assign(first(losses, i * epochs), first(losses, i * epochs + seen));
    fit.loss = fit.losses.empty() ? 0 : static_cast<double>(fit.losses.back());
  }
}

}  // namespace sarinr::fused
