#include "fit/fit_points.h"

#include <algorithm>

namespace sarinr {

namespace {

void set_size(FitPoints& points, const NetworkGradient& network, std::size_t count) {
  points.count = count;
  points.blocks = (count + block_pixels - 1) / block_pixels;
  points.inputs = aligned_zeros(points.blocks * block_pixels * network.inputs());
}

/// Coordinates of FitProblem's pixels: NormalisedTile says the formula.
void set_inputs(FitPoints& points, const FitProblem& problem, const NetworkGradient& network, std::size_t point,
                std::size_t column, std::size_t row) {
  const auto centre = [](std::size_t pixel, int length) {
    return static_cast<float>((2 * static_cast<double>(pixel) + 1) / length - 1);
  };
  network.encode(centre(column, problem.grid_width), centre(row, problem.grid_height),
                 points.inputs.get() + point * network.inputs());
}

}  // namespace

FitPoints grid_points(const FitProblem& problem, const NetworkGradient& network) {
  FitPoints points;
  const std::size_t width = static_cast<std::size_t>(problem.grid_width);
  set_size(points, network, width * static_cast<std::size_t>(problem.grid_height));
  for (std::size_t i = 0; i < points.count; ++i) set_inputs(points, problem, network, i, i % width, i / width);
  return points;
}

FitPoints tile_points(const FitProblem& problem, const NetworkGradient& network, const NormalisedTile& tile) {
  const std::size_t width = static_cast<std::size_t>(tile.width);
  const std::size_t pixels = width * static_cast<std::size_t>(tile.height);
  const std::size_t channels = network.outputs();
  const std::size_t stride = network.output_stride();
  std::vector<std::size_t> places;
  std::vector<std::size_t> valid(channels);
  for (std::size_t i = 0; i < pixels; ++i) {
    bool any = false;
    for (std::size_t c = 0; c < channels; ++c) {
      if (tile.valid[c * pixels + i] == 0) continue;
      any = true;
      ++valid[c];
    }
    if (any) places.push_back(i);
  }
  FitPoints points;
  set_size(points, network, places.size());
  points.values = aligned_zeros(points.blocks * block_pixels * stride);
  points.weights = aligned_zeros(points.blocks * block_pixels * stride);
  for (std::size_t point = 0; point < places.size(); ++point) {
    const std::size_t place = places[point];
    set_inputs(points, problem, network, point, place % width, place / width);
    for (std::size_t c = 0; c < channels; ++c) {
      if (tile.valid[c * pixels + place] == 0) continue;
      points.values[point * stride + c] = tile.values[c * pixels + place];
      points.weights[point * stride + c] = 1 / static_cast<float>(valid[c]);
    }
  }
  return points;
}

}  // namespace sarinr
