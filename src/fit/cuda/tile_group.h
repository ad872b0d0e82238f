#pragma once

#include <vector>

#include "fit/cuda/device.h"
#include "fit/cuda/tile_staging.h"
#include "sarinr/fit/engine.h"

namespace sarinr::fused {

/// What a fit uploads once: the layout, coordinates and the steps of all epochs.
class FitTables {
 public:
  FitTables(Device& device, const FitProblem& problem, const Plan& plan, const FitOptions& options);
  /// Arguments without tiles.
  const Arguments& arguments() const { return arguments_; }

 private:
  Buffer<float> x_;
  Buffer<float> y_;
  Buffer<StepSize> steps_;
  Arguments arguments_;
};

/// Room on the device for some tiles that are fitted together.
class TileGroup {
 public:
  /// Throws OutOfDeviceMemory.
  TileGroup(Device& device, const FitTables& tables, int capacity, bool with_targets);
  /// Bytes of the device's memory that a tile takes.
  static std::size_t bytes_a_tile(const Arguments& arguments);

  /// Takes tiles [begin, begin + count) and their start; everything before is forgotten.
  void load(const FitProblem& problem, const std::vector<NormalisedTile>& tiles, const FitOptions& options,
            std::size_t begin, int count);
  struct Advance {
    std::size_t steps = 0;  ///< of all tiles together
    bool more = false;      ///< whether a tile has not met its target yet
  };
  /// Fits on to `last_epoch`.
  Advance run(int last_epoch);
  /// Where everything lies in the device's memory.
  const Arguments& arguments() const { return arguments_; }
  /// The results of the tiles that were loaded.
  void read(std::vector<TileFit>& fits, std::size_t begin) const;

 private:
  /// Sends the first `count` staged tiles to places from `first` on.
  void send(std::size_t first, std::size_t count);

  Device& device_;
  Arguments arguments_;
  TileStaging staging_;
  Buffer<int> sizes_;
  Buffer<float> values_;
  Buffer<std::uint8_t> valid_;
  Buffer<float> shares_;
  Buffer<float> targets_;
  Buffer<float> weights_;
  Buffer<float> means_;
  Buffer<float> squares_;
  Buffer<float> gradients_;
  Buffer<std::uint32_t> packed_;
  Buffer<float> losses_;
  Buffer<int> taken_;
  Buffer<int> done_;
  std::vector<int> steps_taken_;
};

}  // namespace sarinr::fused
