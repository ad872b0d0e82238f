#include "fit/latent_objective.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

#include "fit/latent_parts.h"

namespace sarinr {

namespace {

constexpr int band_rows = 64;

using Parts = LatentObjective::Parts;

void make_bands(Parts& parts) {
  const Extent& region = parts.target.region;
  const auto channels = static_cast<std::size_t>(parts.shape.channels);
  for (int y = 0; y < region.height; y += band_rows) {
    SynthesisBand band;
    band.begin = y;
    band.end = std::min(region.height, y + band_rows);
    band.levels.resize(static_cast<std::size_t>(parts.shape.levels));
    for (std::size_t level = 1; level < band.levels.size(); ++level) {
      SynthesisBand::Level& part = band.levels[level];
      const NodeAxis& rows = parts.rows[level];
      part.first_row = rows.first[static_cast<std::size_t>(band.begin)];
      part.rows = rows.first[static_cast<std::size_t>(band.end - 1)] + 4 - part.first_row;
      const std::size_t expanded = channels * static_cast<std::size_t>(part.rows) * parts.target_stride;
      part.expanded.resize(expanded);
      part.expanded_gradient.resize(expanded + latent_padding * 16);
      part.node_gradient.resize(channels * static_cast<std::size_t>(part.rows * parts.columns[level].count));
    }
    parts.synthesis.push_back(std::move(band));
  }
  for (int level = 0; level < parts.shape.levels; ++level) {
    const NodeRange& free = parts.free_nodes[static_cast<std::size_t>(level)];
    for (int channel = 0; channel < parts.shape.channels; ++channel) {
      for (int row = 0; row < free.rows && free.columns > 0; row += band_rows) {
        EntropyBand band;
        band.level = level;
        band.channel = channel;
        band.begin = row;
        band.end = std::min(free.rows, row + band_rows);
        const int rows = band.end - band.begin + 4;
        band.symbol_gradient = PaddedGrid(free.columns, rows);
        if (level + 1 < parts.shape.levels) band.upsampled_gradient = PaddedGrid(free.columns, rows);
        if (channel > 0) band.previous_gradient = PaddedGrid(free.columns, rows);
        parts.entropy.push_back(std::move(band));
      }
    }
  }
}

/// Padded rows of the target's weights, and room for those of its values.
void prepare_target(Parts& parts) {
  const auto width = static_cast<std::size_t>(parts.target.region.width);
  const auto rows =
      static_cast<std::size_t>(parts.shape.channels) * static_cast<std::size_t>(parts.target.region.height);
  parts.target_stride = padded_count(width);
  parts.target_values.assign(rows * parts.target_stride, 0);
  parts.target_weights.assign(rows * parts.target_stride, 0);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < width; ++c) {
      parts.target_weights[r * parts.target_stride + c] = parts.target.weights[r * width + c] != 0 ? 1.0f : 0.0f;
    }
  }
}

std::unique_ptr<Parts> make_parts(const LatentShape& shape, LatentTarget target, const LatentFitKernels& kernels) {
  auto parts = std::make_unique<Parts>(shape, std::move(target));
  parts->kernels = &kernels;
  parts->grids.resize(static_cast<std::size_t>(shape.inputs()));
  for (int i = 0; i < shape.inputs(); ++i) {
    const int level = i / shape.channels;
    const NodeRange& free = parts->free_nodes[static_cast<std::size_t>(level)];
    const NodeRange& seen = parts->seen_nodes[static_cast<std::size_t>(level)];
    LatentLevelGrid& grid = parts->grids[static_cast<std::size_t>(i)];
    grid.latent = grid.slope = grid.gradient = grid.symbol = PaddedGrid(free.columns, free.rows);
    if (level + 1 < shape.levels) grid.upsampled = PaddedGrid(free.columns, free.rows);
    grid.node = grid.node_gradient = PaddedGrid(seen.columns, seen.rows);
    if (parts->reach(level) > 0) grid.along = grid.filtered = grid.filtered_gradient = grid.along_gradient = grid.node;
    for (const LatentGeometry::Known& known : parts->known[static_cast<std::size_t>(i)]) {
      grid.node.row(known.row)[known.column] = known.symbol;
    }
  }
  prepare_target(*parts);
  for (int channel = 0; channel < shape.channels; ++channel) parts->place_target(channel, 0);
  make_bands(*parts);
  return parts;
}

}  // namespace

LatentObjective::LatentObjective(const LatentShape& shape, LatentTarget target, const LatentFitKernels& kernels)
    : parts_(make_parts(shape, std::move(target), kernels)) {}

LatentObjective::~LatentObjective() = default;

const LatentGeometry& LatentObjective::geometry() const { return *parts_; }

void LatentObjective::shift_target(int channel, float shift) { parts_->place_target(channel, shift); }

void LatentObjective::use_step(float step) { parts_->shape.step = step; }

PaddedGrid& LatentObjective::latents(int level, int channel) { return parts_->grid(level, channel).latent; }
PaddedGrid& LatentObjective::gradient(int level, int channel) { return parts_->grid(level, channel).gradient; }

LatentObjective::Cost LatentObjective::measure(const std::vector<float>& weights, const Softening* softening) {
  return differentiate(weights, softening, 0, nullptr);
}

LatentObjective::Cost LatentObjective::differentiate(const std::vector<float>& weights, const Softening* softening,
                                                     double lambda, std::vector<float>* weight_gradient) {
  Parts& parts = *parts_;
  const LatentShape& shape = parts.shape;
  const bool gradients = lambda > 0;
  parts.weights = kernel_weights(shape, parts.tensors, weights);
  parts.round(softening);
  parts.run(gradients, 1 / pixels(), lambda / pixels(), nullptr);
  Cost cost;
  for (const SynthesisBand& band : parts.synthesis) cost.square_error += band.square_error;
  for (const EntropyBand& band : parts.entropy) cost.bits += band.bits;
  for (int i = 0; gradients && i < shape.filtered_levels() * shape.channels; ++i) {
    parts.filter_back(i / shape.channels, i % shape.channels);
  }
  if (gradients && softening != nullptr) parts.gather_gradient();
  if (gradients && weight_gradient != nullptr) parts.gather_weights(*weight_gradient);
  return cost;
}

std::vector<float> LatentObjective::values(const std::vector<float>& weights) {
  Parts& parts = *parts_;
  const LatentShape& shape = parts.shape;
  parts.weights = kernel_weights(shape, parts.tensors, weights);
  parts.round(nullptr);
  const Extent& region = parts.target.region;
  std::vector<float> padded(static_cast<std::size_t>(shape.channels) * static_cast<std::size_t>(region.height) *
                            parts.target_stride);
  parts.run(false, 0, 0, &padded);
  std::vector<float> values;
  values.reserve(parts.target.values.size());
  for (std::size_t row = 0; row * parts.target_stride < padded.size(); ++row) {
    const float* begin = padded.data() + row * parts.target_stride;
    values.insert(values.end(), begin, begin + region.width);
  }
  return values;
}

void Parts::place_target(int channel, float shift) {
  const auto width = static_cast<std::size_t>(target.region.width);
  const auto height = static_cast<std::size_t>(target.region.height);
  const std::size_t first = static_cast<std::size_t>(channel) * height;
  for (std::size_t r = first; r < first + height; ++r) {
    for (std::size_t c = 0; c < width; ++c) {
      target_values[r * target_stride + c] = target.values[r * width + c] + shift;
    }
  }
}

void Parts::run(bool gradients, double error_factor, double bit_weight, std::vector<float>* output) {
  const std::size_t bands = synthesis.size();
  const std::size_t all = bands + (output == nullptr ? entropy.size() : 0);
  oneapi::tbb::parallel_for(std::size_t{0}, all, [&](std::size_t i) {
    if (i < bands) {
      synthesise(synthesis[i], gradients, error_factor, output);
    } else {
      count_bits(entropy[i - bands], gradients, bit_weight);
    }
  });
}

}  // namespace sarinr
