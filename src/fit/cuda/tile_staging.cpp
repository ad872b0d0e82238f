#include "fit/cuda/tile_staging.h"

#include <algorithm>

namespace sarinr::fused {

TileStaging::TileStaging(Device& device, const Arguments& arguments, int capacity)
    : capacity_(capacity),
      channels_(static_cast<std::size_t>(arguments.plan.shape.outputs)),
      room_(static_cast<std::size_t>(arguments.grid_pixels())),
      values_(device, static_cast<std::size_t>(capacity) * channels_ * room_),
      valid_(device, static_cast<std::size_t>(capacity) * room_),
      shares_(device, static_cast<std::size_t>(capacity) * most_outputs),
      targets_(device, static_cast<std::size_t>(capacity) * most_outputs),
      sizes_(device, static_cast<std::size_t>(capacity) * 2),
      start_(device, static_cast<std::size_t>(arguments.plan.shape.weights())) {}

void TileStaging::put_start(const std::vector<float>& start) { std::copy(start.begin(), start.end(), start_.get()); }

void TileStaging::put(const NormalisedTile& tile, const std::vector<float>* target, int place) {
  const std::size_t at = static_cast<std::size_t>(place);
  const std::size_t pixels = static_cast<std::size_t>(tile.width) * static_cast<std::size_t>(tile.height);
  std::uint8_t* bits = valid_.get() + at * room_;
  float* shares = shares_.get() + at * most_outputs;
  std::fill(bits, bits + room_, std::uint8_t{0});
  std::fill(shares, shares + most_outputs, 0.0f);
  for (std::size_t c = 0; c < channels_; ++c) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < pixels; ++i) {
      if (tile.valid[c * pixels + i] == 0) continue;
      bits[i] = static_cast<std::uint8_t>(bits[i] | 1u << c);
      ++count;
    }
    if (count > 0) shares[c] = 1 / static_cast<float>(count);
    const float* values = tile.values.data() + c * pixels;
    float* to = values_.get() + (at * channels_ + c) * room_;
    std::copy(values, values + pixels, to);
    std::fill(to + pixels, to + room_, 0.0f);
  }
  float* limits = targets_.get() + at * most_outputs;
  std::fill(limits, limits + most_outputs, 0.0f);
  if (target != nullptr) std::copy(target->begin(), target->end(), limits);
  sizes_.get()[2 * at] = tile.width;
  sizes_.get()[2 * at + 1] = tile.height;
}

}  // namespace sarinr::fused
