#pragma once

#include <ostream>
#include <vector>

#include "fit/latent_training.h"
#include "sarinr/base/random.h"

namespace sarinr::test {

struct Shape {
  int width, height, channels, levels, neighbours, entropy_width, synthesis_width;
};

inline void PrintTo(const Shape& s, std::ostream* out) {
  *out << s.width << "x" << s.height << ", " << s.channels << " channels, " << s.levels << " levels, " << s.neighbours
       << " neighbours, widths " << s.entropy_width << " and " << s.synthesis_width;
}

inline LatentShape latent_shape_of(const Shape& s) {
  LatentShape shape;
  shape.channels = s.channels;
  shape.levels = s.levels;
  shape.neighbours = s.neighbours;
  shape.entropy_width = s.entropy_width;
  shape.width = s.synthesis_width;
  shape.step = 0.5f;
  return shape;
}

/// A raster of which the middle is the core: known symbols around it, free ones in it.
inline LatentTarget target_of(const Shape& s, bool is_part) {
  LatentTarget target;
  target.raster_width = s.width;
  target.raster_height = s.height;
  target.core = {0, 0, s.width, s.height};
  if (is_part) target.core = {s.width / 3, s.height / 3, s.width / 2, s.height / 2};
  target.region = target.core;
  if (is_part) {
    target.region = {target.core.x - 5, target.core.y - 7, target.core.width + 5, target.core.height + 7};
    target.known = [](int level, int channel, int column, int row) -> const std::int16_t* {
      static const std::int16_t symbols[] = {2, -1, 0};
      // The region's own pixels are known.
      const int kind = (column + row + level + channel) % 4;
      return kind == 3 ? (level == 0 ? &symbols[0] : nullptr) : &symbols[kind];
    };
  }
  Random random(5);
  const auto pixels = static_cast<std::size_t>(target.region.width) * static_cast<std::size_t>(target.region.height);
  for (std::size_t i = 0; i < pixels * static_cast<std::size_t>(s.channels); ++i) {
    target.values.push_back(static_cast<float>(random.normal()));
    target.weights.push_back(random.uniform() < 0.9 ? 1 : 0);
  }
  return target;
}

inline std::vector<float> uniform_noise() {
  std::vector<float> noise(noise_values);
  for (std::size_t i = 0; i < noise.size(); ++i) {
    noise[i] = (static_cast<float>(i) + 0.5f) / static_cast<float>(noise.size()) - 0.5f;
  }
  return noise;
}

/// A raster that is one tile, of value(column, row).
template <class Value>
LatentTarget whole_raster(int width, int height, const Value& value) {
  LatentTarget target;
  target.raster_width = width;
  target.raster_height = height;
  target.core = target.region = {0, 0, width, height};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) target.values.push_back(static_cast<float>(value(x, y)));
  }
  target.weights.assign(target.values.size(), 1);
  return target;
}

/// Weights of which none is 0.
inline std::vector<float> uneven_weights(const LatentShape& shape) {
  Random random(4);
  std::vector<float> weights = fresh_latent_weights(shape, 2);
  for (float& weight : weights) weight += static_cast<float>(random.uniform(-0.03, 0.03));
  return weights;
}

}  // namespace sarinr::test
