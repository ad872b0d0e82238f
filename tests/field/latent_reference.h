#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "sarinr/base/random.h"
#include "sarinr/field/latent.h"
#include "sarinr/tiling/grid.h"

namespace sarinr::test {

/// A whole raster's latents, drawn at random, and the network.
struct MadeLatents {
  MadeLatents(const LatentShape& of, int raster_width, int raster_height, std::uint64_t seed)
      : shape(of), width(raster_width), height(raster_height), weights(weight_count(latent_spec(of))) {
    Random random(seed);
    for (const TensorInfo& tensor : architecture("latent").tensors(latent_spec(shape))) {
      const bool is_bias = tensor.columns == 1;
      const bool is_filter = tensor.name == "synthesis taps";
      const double spread = is_filter ? 0.1 : is_bias ? 0.3 : 1 / std::sqrt(tensor.columns);
      for (std::size_t i = 0; i < tensor.size(); ++i) {
        weights[tensor.offset + i] = static_cast<float>(spread * random.normal());
      }
    }
    for (int level = 0; level < shape.levels; ++level) {
      for (int c = 0; c < shape.channels; ++c) {
        std::vector<std::int16_t> plane(raster_nodes(level).count());
        for (std::int16_t& symbol : plane)
          symbol = static_cast<std::int16_t>(std::lround((10 << level) * random.normal()));
        planes.push_back(std::move(plane));
      }
    }
  }

  NodeRange raster_nodes(int level) const { return nodes_within({0, 0, width, height}, level); }

  int symbol(int level, int channel, int column, int row) const {
    const NodeRange all = raster_nodes(level);
    if (all.count() == 0) return 0;
    column = std::clamp(column, 0, all.columns - 1);
    row = std::clamp(row, 0, all.rows - 1);
    return known(level, column, row) ? planes[static_cast<std::size_t>(level * shape.channels + channel)]
                                             [static_cast<std::size_t>(row * all.columns + column)]
                                     : 0;
  }

  /// The tile's symbols, as a decoded record has them.
  LatentGrids grids(const Extent& core) const {
    LatentGrids out;
    for (int level = 0; level < shape.levels; ++level) {
      const NodeRange own = nodes_within(core, level);
      for (int c = 0; c < shape.channels; ++c) {
        std::vector<std::int16_t>& plane = out.symbols.emplace_back();
        for (int row = own.row; row < own.row + own.rows; ++row) {
          for (int column = own.column; column < own.column + own.columns; ++column) {
            plane.push_back(static_cast<std::int16_t>(symbol(level, c, column, row)));
          }
        }
      }
    }
    return out;
  }

  LatentShape shape;
  int width;
  int height;
  std::vector<float> weights;
  std::vector<std::vector<std::int16_t>> planes;  ///< over the raster's nodes
  /// Nodes for which this says no count as 0: those of tiles without latents.
  std::function<bool(int level, int column, int row)> known = [](int, int, int) { return true; };
};

/// Keys' kernel, as Keys (1981) writes it.
inline double keys(double distance) {
  const double d = std::abs(distance);
  if (d <= 1) return 1.5 * d * d * d - 2.5 * d * d + 1;
  if (d < 2) return -0.5 * d * d * d + 2.5 * d * d - 4 * d + 2;
  return 0;
}

/// The definition of a latent field in plain double arithmetic, written apart from the kernels.
class LatentReference {
 public:
  explicit LatentReference(const MadeLatents& made)
      : made_(made), tensors_(architecture("latent").tensors(latent_spec(made.shape))) {}

  std::vector<double> values(double x, double y) const {
    const std::vector<double> inputs = interpolated(x, y);
    const std::vector<double> first = layer(latent_tensor::first, latent_tensor::first_bias, inputs, true);
    const std::vector<double> second = layer(latent_tensor::second, latent_tensor::second_bias, first, true);
    std::vector<double> out = layer(latent_tensor::out, latent_tensor::out_bias, second, false);
    const TensorInfo& skip = tensor(latent_tensor::skip);
    for (std::size_t c = 0; c < out.size(); ++c) {
      for (std::size_t k = 0; k < inputs.size(); ++k) {
        out[c] += static_cast<double>(made_.weights[skip.offset + c * inputs.size() + k]) * inputs[k];
      }
    }
    return out;
  }

  std::vector<double> interpolated(double x, double y) const {
    std::vector<double> inputs;
    for (int level = 0; level < made_.shape.levels; ++level) {
      const double u = std::ldexp(x, -level) - 0.5;
      const double v = std::ldexp(y, -level) - 0.5;
      for (int c = 0; c < made_.shape.channels; ++c) {
        double sum = 0;
        for (int row = static_cast<int>(std::floor(v)) - 1; row <= std::floor(v) + 2; ++row) {
          for (int column = static_cast<int>(std::floor(u)) - 1; column <= std::floor(u) + 2; ++column) {
            sum += keys(u - column) * keys(v - row) * node(level, c, column, row);
          }
        }
        inputs.push_back(sum * static_cast<double>(made_.shape.level_step(level)));
      }
    }
    return inputs;
  }

 private:
  /// A symbol, filtered where its level is.
  double node(int level, int channel, int column, int row) const {
    if (level >= made_.shape.filtered_levels()) return made_.symbol(level, channel, column, row);
    const float* taps = made_.weights.data() + tensor(latent_tensor::taps).offset + 3 * level;
    const auto weight = [&](int distance) {
      return distance == 0 ? 1.0 : static_cast<double>(taps[std::abs(distance) - 1]);
    };
    double sum = 0;
    for (int dy = -3; dy <= 3; ++dy) {
      for (int dx = -3; dx <= 3; ++dx) {
        sum += weight(dx) * weight(dy) * made_.symbol(level, channel, column + dx, row + dy);
      }
    }
    return sum;
  }

  const TensorInfo& tensor(int place) const { return tensors_[static_cast<std::size_t>(place)]; }

  std::vector<double> layer(int matrix, int bias, const std::vector<double>& inputs, bool rectified) const {
    const TensorInfo& weights = tensor(matrix);
    std::vector<double> out(static_cast<std::size_t>(weights.rows));
    for (std::size_t row = 0; row < out.size(); ++row) {
      double z = static_cast<double>(made_.weights[tensor(bias).offset + row]);
      for (std::size_t k = 0; k < inputs.size(); ++k) {
        z += static_cast<double>(made_.weights[weights.offset + row * inputs.size() + k]) * inputs[k];
      }
      out[row] = rectified ? std::max(z, 0.0) : z;
    }
    return out;
  }

  const MadeLatents& made_;
  std::vector<TensorInfo> tensors_;
};

}  // namespace sarinr::test
