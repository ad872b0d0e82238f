#include "sarinr/field/latent.h"

#include <cmath>

namespace sarinr {

namespace {

/// The first node of a level at or behind a pixel corner: the least i with (i + 1/2) 2^level >= corner.
int first_node(int corner, int level) {
  const std::int64_t spacing = std::int64_t{1} << level;
  const std::int64_t doubled = 2 * std::int64_t{corner} - spacing;
  return doubled <= 0 ? 0 : static_cast<int>((doubled + 2 * spacing - 1) / (2 * spacing));
}

}  // namespace

std::size_t LatentShape::synthesis_operations() const {
  const std::size_t hidden = static_cast<std::size_t>(width);
  const std::size_t outputs = static_cast<std::size_t>(channels);
  const std::size_t in = static_cast<std::size_t>(inputs());
  // Fewer nodes than pixels: those of levels 1 and 2 count as a third of a pixel's.
  const std::size_t filter = outputs * static_cast<std::size_t>(2 * filter_reach) * 4 / 3;
  return hidden * (in + hidden + outputs) + outputs * in + filter;
}

std::size_t LatentShape::entropy_operations() const {
  const std::size_t hidden = static_cast<std::size_t>(entropy_width);
  std::size_t count = 0;
  for (int channel = 0; channel < channels; ++channel) {
    const std::size_t in = static_cast<std::size_t>(entropy_inputs(channel));
    count += hidden * (in + hidden + 2) + 2 * in;
  }
  return count;
}

bool is_latent(const FieldSpec& spec) { return spec.architecture == "latent"; }

LatentShape latent_shape(const FieldSpec& spec) {
  LatentShape shape;
  shape.channels = spec.outputs;
  shape.width = spec.width;
  shape.levels = static_cast<int>(spec.parameters[0]);
  shape.neighbours = spec.parameters[1] < 24 ? 12 : 24;
  shape.entropy_width = static_cast<int>(spec.parameters[2]);
  shape.step = spec.parameters[3];
  return shape;
}

FieldSpec latent_spec(const LatentShape& shape) {
  FieldSpec spec;
  spec.architecture = "latent";
  spec.outputs = shape.channels;
  spec.width = shape.width;
  spec.depth = 1;
  spec.parameters = {static_cast<float>(shape.levels), static_cast<float>(shape.neighbours),
                     static_cast<float>(shape.entropy_width), shape.step};
  return spec;
}

NodeRange nodes_within(const Extent& pixels, int level) {
  NodeRange range;
  range.column = first_node(pixels.x, level);
  range.row = first_node(pixels.y, level);
  range.columns = first_node(pixels.x + pixels.width, level) - range.column;
  range.rows = first_node(pixels.y + pixels.height, level) - range.row;
  return range;
}

CubicWeights cubic_weights(double f) {
  const double g = 1 - f;
  const auto near = [](double d) { return 1 + d * d * (1.5 * d - 2.5); };
  const auto far = [](double d) { return ((-0.5 * d + 2.5) * d - 4) * d + 2; };
  return {{static_cast<float>(far(1 + f)), static_cast<float>(near(f)), static_cast<float>(near(g)),
           static_cast<float>(far(1 + g))}};
}

}  // namespace sarinr
