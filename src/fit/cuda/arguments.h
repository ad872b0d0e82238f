#pragma once

#include <cstdint>

#include "fit/cuda/plan.h"

namespace sarinr::fused {

/// An epoch's Adam step: learning rate and root of the second moment corrected for their start at zero.
struct StepSize {
  float rate = 0;
  float spread = 0;
};

/// What a launch works on, all of it in the device's memory; a tile's numbers lie together, tile after tile.
struct Arguments {
  Plan plan;
  int tiles = 0;
  int grid_width = 0;  ///< pixels of a tile at most; also the step from tile to tile and channel to channel
  int grid_height = 0;
  int first_epoch = 0;       ///< of this launch
  int last_epoch = 0;        ///< the one behind its last
  int all_epochs = 0;        ///< of the fit
  const float* x = nullptr;  ///< coordinates of columns, then rows (NormalisedTile)
  const float* y = nullptr;
  const StepSize* steps = nullptr;      ///< of every epoch
  const int* sizes = nullptr;           ///< width, height
  const float* values = nullptr;        ///< [channel][row * width + column]
  const std::uint8_t* valid = nullptr;  ///< [row * width + column], a bit a channel
  const float* shares = nullptr;        ///< [most_outputs]: 1 / (valid pixels of the channel)
  const float* targets = nullptr;       ///< [most_outputs]: FitOptions::target; nullptr without
  float* weights = nullptr;             ///< and Adam's moments, the gradient
  float* means = nullptr;
  float* squares = nullptr;
  float* gradients = nullptr;
  std::uint32_t* packed = nullptr;  ///< blocks, then other parameters, where they are not in shared memory
  float* losses = nullptr;          ///< [all_epochs]
  int* taken = nullptr;             ///< steps taken
  int* done = nullptr;              ///< 1 where the target is met

  SARINR_DEVICE int grid_pixels() const { return grid_width * grid_height; }
};

/// One tile's part of the arguments, and where its parameters and stashes are.
struct TileView {
  int width = 0;
  int pixels = 0;
  const float* values = nullptr;
  const std::uint8_t* valid = nullptr;
  const float* shares = nullptr;
  float* weights = nullptr;
  float* means = nullptr;
  float* squares = nullptr;
  float* gradients = nullptr;
  std::uint32_t* blocks = nullptr;
  std::uint32_t* small = nullptr;
  std::uint32_t* stashes = nullptr;
};

/// `shared`: the block's shared memory, Plan::shared_bytes() of it.
SARINR_DEVICE TileView view_of(const Arguments& a, int tile, std::uint32_t* shared) {
  const Plan& plan = a.plan;
  const std::size_t at = static_cast<std::size_t>(tile);
  const std::size_t pixels = static_cast<std::size_t>(a.grid_pixels());
  const std::size_t weights = static_cast<std::size_t>(plan.shape.weights());
  TileView view;
  view.width = a.sizes[2 * tile];
  view.pixels = view.width * a.sizes[2 * tile + 1];
  view.values = a.values + at * pixels * static_cast<std::size_t>(plan.shape.outputs);
  view.valid = a.valid + at * pixels;
  view.shares = a.shares + at * most_outputs;
  view.weights = a.weights + at * weights;
  view.means = a.means + at * weights;
  view.squares = a.squares + at * weights;
  view.gradients = a.gradients + at * weights;
  std::uint32_t* packed = a.packed + at * static_cast<std::size_t>(plan.blocks_size() + plan.small_size());
  view.stashes = shared;
  shared += plan.warps * plan.stash_words();
  view.blocks = plan.blocks_in_shared ? shared : packed;
  if (plan.blocks_in_shared) shared += plan.blocks_size();
  view.small = plan.small_in_shared ? shared : packed + plan.blocks_size();
  return view;
}

}  // namespace sarinr::fused
