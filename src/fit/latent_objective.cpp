#include "fit/latent_objective.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

#include "fit/latent_parts.h"

namespace sarinr {

namespace {

constexpr int band_rows = 64;
constexpr float largest_symbol = 32000;

/// Nodes that pixels begin .. begin + length - 1 see at a level, and how.
NodeAxis node_axis(int begin, int length, int level) {
  NodeAxis axis;
  const double spacing = std::pow(2.0, level);
  const auto base = [&](int pixel) { return static_cast<int>(std::floor((pixel + 0.5) / spacing - 0.5)) - 1; };
  axis.first_node = base(begin);
  axis.count = base(begin + length - 1) + 4 - axis.first_node;
  axis.stride = padded_count(static_cast<std::size_t>(length));
  axis.first.assign(axis.stride, 0);
  axis.weights.assign(4 * axis.stride, 0);
  for (int p = 0; p < length; ++p) {
    const double position = (begin + p + 0.5) / spacing - 0.5;
    const CubicWeights weights = cubic_weights(position - std::floor(position));
    const auto place = static_cast<std::size_t>(p);
    axis.first[place] = base(begin + p) - axis.first_node;
    for (std::size_t t = 0; t < 4; ++t) axis.weights[t * axis.stride + place] = weights.weight[t];
  }
  axis.adjoint_length = padded_count(static_cast<std::size_t>(4 << level));
  axis.start.assign(static_cast<std::size_t>(axis.count), -1);
  axis.adjoint.assign(static_cast<std::size_t>(axis.count) * axis.adjoint_length, 0);
  for (int p = 0; p < length; ++p) {
    for (int t = 0; t < 4; ++t) {
      const auto node = static_cast<std::size_t>(axis.first[static_cast<std::size_t>(p)] + t);
      if (axis.start[node] < 0) axis.start[node] = p;
      axis.adjoint[node * axis.adjoint_length + static_cast<std::size_t>(p - axis.start[node])] =
          axis.weights[static_cast<std::size_t>(t) * axis.stride + static_cast<std::size_t>(p)];
    }
  }
  return axis;
}

/// The finest level's nodes are the pixels themselves.
NodeAxis pixel_axis(int begin, int length) {
  NodeAxis axis;
  axis.first_node = begin;
  axis.count = length;
  return axis;
}

using Parts = LatentObjective::Parts;

/// Where a seen node's symbol comes from: itself if free or known, else the nearest free node (a raster's edge, or a
/// tile that is yet to be fitted).
void find_sources(Parts& parts) {
  const LatentTarget& target = parts.target;
  const Extent raster{0, 0, target.raster_width, target.raster_height};
  for (int level = 0; level < parts.shape.levels; ++level) {
    const NodeRange free = parts.free_nodes[static_cast<std::size_t>(level)];
    const NodeRange seen = parts.seen_nodes[static_cast<std::size_t>(level)];
    const NodeRange all = nodes_within(raster, level);
    std::vector<Parts::Copy>& copies = parts.copies[static_cast<std::size_t>(level)];
    if (free.count() == 0) continue;
    for (int r = 0; r < seen.rows; ++r) {
      for (int c = 0; c < seen.columns; ++c) {
        int row = std::clamp(seen.row + r, all.row, all.row + all.rows - 1);
        int column = std::clamp(seen.column + c, all.column, all.column + all.columns - 1);
        const bool is_free = row >= free.row && row < free.row + free.rows && column >= free.column &&
                             column < free.column + free.columns;
        const std::int16_t* known = nullptr;
        for (int channel = 0; !is_free && target.known && channel < parts.shape.channels; ++channel) {
          known = target.known(level, channel, column, row);
          if (known == nullptr) break;
          parts.grid(level, channel).node.row(r)[c] = *known;
        }
        if (known != nullptr) continue;
        row = std::clamp(row, free.row, free.row + free.rows - 1);
        column = std::clamp(column, free.column, free.column + free.columns - 1);
        if (row == seen.row + r && column == seen.column + c) continue;
        copies.push_back({r, c, row - seen.row, column - seen.column});
      }
    }
  }
}

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

void copy_target(Parts& parts) {
  const Extent& region = parts.target.region;
  const auto width = static_cast<std::size_t>(region.width);
  const auto rows = static_cast<std::size_t>(parts.shape.channels) * static_cast<std::size_t>(region.height);
  parts.target_stride = padded_count(width);
  parts.target_values.assign(rows * parts.target_stride, 0);
  parts.target_weights.assign(rows * parts.target_stride, 0);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < width; ++c) {
      parts.target_values[r * parts.target_stride + c] = parts.target.values[r * width + c];
      parts.target_weights[r * parts.target_stride + c] = parts.target.weights[r * width + c] != 0 ? 1.0f : 0.0f;
    }
  }
}

std::unique_ptr<Parts> make_parts(const LatentShape& shape, LatentTarget target, const LatentFitKernels& kernels) {
  auto parts = std::make_unique<Parts>();
  parts->shape = shape;
  parts->target = std::move(target);
  parts->kernels = &kernels;
  const FieldSpec spec = latent_spec(shape);
  parts->tensors = architecture(spec.architecture).tensors(spec);
  copy_target(*parts);
  const Extent& region = parts->target.region;
  parts->copies.resize(static_cast<std::size_t>(shape.levels));
  parts->grids.resize(static_cast<std::size_t>(shape.inputs()));
  std::uint32_t draws = 0;
  for (int level = 0; level < shape.levels; ++level) {
    const NodeRange free = nodes_within(parts->target.core, level);
    parts->free_nodes.push_back(free);
    parts->columns.push_back(level == 0 ? pixel_axis(region.x, region.width)
                                        : node_axis(region.x, region.width, level));
    parts->rows.push_back(level == 0 ? pixel_axis(region.y, region.height) : node_axis(region.y, region.height, level));
    const NodeAxis& columns = parts->columns.back();
    const NodeAxis& rows = parts->rows.back();
    const int reach = parts->reach(level);
    const NodeRange seen{columns.first_node - reach, rows.first_node - reach, columns.count + 2 * reach,
                         rows.count + 2 * reach};
    parts->seen_nodes.push_back(seen);
    for (int channel = 0; channel < shape.channels; ++channel) {
      LatentLevelGrid& grid = parts->grid(level, channel);
      grid.latent = grid.slope = grid.gradient = grid.symbol = PaddedGrid(free.columns, free.rows);
      if (level + 1 < shape.levels) grid.upsampled = PaddedGrid(free.columns, free.rows);
      grid.node = grid.node_gradient = PaddedGrid(seen.columns, seen.rows);
      if (reach > 0) grid.along = grid.filtered = grid.filtered_gradient = grid.along_gradient = grid.node;
      parts->draw_index.push_back(draws);
      draws += static_cast<std::uint32_t>(grid.latent.stride()) * static_cast<std::uint32_t>(free.rows);
    }
  }
  find_sources(*parts);
  make_bands(*parts);
  return parts;
}

}  // namespace

LatentObjective::LatentObjective(const LatentShape& shape, LatentTarget target, const LatentFitKernels& kernels)
    : shape_(shape),
      pixels_(static_cast<double>(target.core.width) * target.core.height),
      parts_(make_parts(shape, std::move(target), kernels)) {}

LatentObjective::~LatentObjective() = default;

const NodeRange& LatentObjective::nodes(int level) const { return parts_->free_nodes[static_cast<std::size_t>(level)]; }

const LatentTarget& LatentObjective::target() const { return parts_->target; }
const LatentFitKernels& LatentObjective::kernels() const { return *parts_->kernels; }

void LatentObjective::set_step(float step) {
  const float factor = shape_.step / step;
  for (int i = 0; i < shape_.inputs(); ++i) {
    const NodeRange& range = nodes(i / shape_.channels);
    PaddedGrid& grid = latents(i / shape_.channels, i % shape_.channels);
    for (int r = 0; r < range.rows; ++r) {
      for (int c = 0; c < range.columns; ++c) grid.row(r)[c] *= factor;
    }
  }
  shape_.step = parts_->shape.step = step;
}

void LatentObjective::make_whole() {
  for (int i = 0; i < shape_.inputs(); ++i) {
    const NodeRange& range = nodes(i / shape_.channels);
    PaddedGrid& grid = latents(i / shape_.channels, i % shape_.channels);
    for (int r = 0; r < range.rows; ++r) {
      for (int c = 0; c < range.columns; ++c)
        grid.row(r)[c] = std::clamp(std::nearbyint(grid.row(r)[c]), -largest_symbol, largest_symbol);
    }
  }
}

PaddedGrid& LatentObjective::latents(int level, int channel) { return parts_->grid(level, channel).latent; }
PaddedGrid& LatentObjective::gradient(int level, int channel) { return parts_->grid(level, channel).gradient; }

LatentObjective::Cost LatentObjective::measure(const std::vector<float>& weights, const Softening* softening) {
  return differentiate(weights, softening, 0, nullptr);
}

LatentObjective::Cost LatentObjective::differentiate(const std::vector<float>& weights, const Softening* softening,
                                                     double lambda, std::vector<float>* weight_gradient) {
  Parts& parts = *parts_;
  const bool gradients = lambda > 0;
  parts.weights = kernel_weights(shape_, parts.tensors, weights);
  parts.round(softening);
  parts.run(gradients, 1 / pixels_, lambda / pixels_, nullptr);
  Cost cost;
  for (const SynthesisBand& band : parts.synthesis) cost.square_error += band.square_error;
  for (const EntropyBand& band : parts.entropy) cost.bits += band.bits;
  for (int i = 0; gradients && i < shape_.filtered_levels() * shape_.channels; ++i) {
    parts.filter_back(i / shape_.channels, i % shape_.channels);
  }
  if (gradients && softening != nullptr) parts.gather_gradient();
  if (gradients && weight_gradient != nullptr) parts.gather_weights(*weight_gradient);
  return cost;
}

std::vector<float> LatentObjective::values(const std::vector<float>& weights) {
  Parts& parts = *parts_;
  parts.weights = kernel_weights(shape_, parts.tensors, weights);
  parts.round(nullptr);
  const Extent& region = parts.target.region;
  std::vector<float> padded(static_cast<std::size_t>(shape_.channels) * static_cast<std::size_t>(region.height) *
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
