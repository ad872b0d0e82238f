#pragma once

#include <functional>
#include <memory>

#include "fit/cuda/tile_group.h"

namespace sarinr::fused {

/// One stream of a GPU and the tiles that pass through it, a group at a time: copied there, fitted, copied back. Room
/// on the device is kept from one fit to the next of the same kind.
class FitLane {
 public:
  explicit FitLane(std::unique_ptr<Device> device) : device_(std::move(device)) {}
  const Device& device() const { return *device_; }

  /// Makes room for up to `wanted` tiles, in one of `shares` equal parts of the free memory; where that turns out to
  /// hold fewer, for half as many, and so on. Returns for how many; 0 where not even one fits.
  int make_room(const FitProblem& problem, const Plan& plan, const FitOptions& options, int wanted, int shares);

  /// Fits tiles [begin, begin + count), no more than there is room for. `step` is told of tile steps as they are done,
  /// and throws to end the fit.
  void fit(const FitProblem& problem, const std::vector<NormalisedTile>& tiles, const FitOptions& options,
           std::size_t begin, int count, const std::function<void(std::size_t)>& step, std::vector<TileFit>& fits);

 private:
  /// What decides about room on the device.
  struct Kind {
    FieldSpec spec;
    int grid_width = 0;
    int grid_height = 0;
    int epochs = 0;
    double learning_rate = 0;
    bool with_targets = false;
    bool operator==(const Kind&) const = default;
  };

  std::unique_ptr<Device> device_;
  Kind kind_;
  int wanted_ = 0;
  int capacity_ = 0;
  std::unique_ptr<FitTables> tables_;
  std::unique_ptr<TileGroup> group_;
};

}  // namespace sarinr::fused
