#pragma once

#include <cstdint>
#include <vector>

#include "fit/cuda/device.h"
#include "sarinr/fit/engine.h"

namespace sarinr::fused {

/// Page-locked memory for some tiles on their way to a device, laid out as Arguments has them, and for the weights that
/// all of them start from: so that copying is the device's work.
class TileStaging {
 public:
  TileStaging(Device& device, const Arguments& arguments, int capacity);

  int capacity() const { return capacity_; }
  void put_start(const std::vector<float>& start);
  /// `target`: FitOptions::target of the tile, or nullptr.
  void put(const NormalisedTile& tile, const std::vector<float>* target, int place);

  const float* values() const { return values_.get(); }
  const std::uint8_t* valid() const { return valid_.get(); }
  const float* shares() const { return shares_.get(); }
  const float* targets() const { return targets_.get(); }
  const int* sizes() const { return sizes_.get(); }
  const float* start() const { return start_.get(); }

 private:
  int capacity_;
  std::size_t channels_;
  std::size_t room_;  ///< pixels of a tile at most
  HostBuffer<float> values_;
  HostBuffer<std::uint8_t> valid_;
  HostBuffer<float> shares_;
  HostBuffer<float> targets_;
  HostBuffer<int> sizes_;
  HostBuffer<float> start_;
};

}  // namespace sarinr::fused
