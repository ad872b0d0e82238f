#include "sarinr/field/latent_field.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "field/latent_level.h"
#include "field/latent_network.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

std::size_t input_index(const LatentShape& shape, int level, int channel) {
  return static_cast<std::size_t>(level) * static_cast<std::size_t>(shape.channels) + static_cast<std::size_t>(channel);
}

/// One level's rows of nodes interpolated at every column of a window: each row once, and the four that a row of pixels
/// needs are kept. Rows of pixels are asked for in order.
class StretchedRows {
 public:
  StretchedRows(const LatentLevel& level, const PackedLatentNetwork& network, int channels, const Extent& window)
      : level_(level),
        kernels_(*network.kernels),
        weights_(network.pixel_weights[static_cast<std::size_t>(level.level)]),
        channels_(channels),
        first_cell_(level.cell(window.x)),
        cells_(static_cast<std::size_t>(level.cell(window.x + window.width - 1) - first_cell_ + 1)),
        skipped_(static_cast<std::size_t>(level.place(window.x))),
        length_(cells_ * static_cast<std::size_t>(level.spacing()) + 2 * latent_slack),
        next_row_(level.cell(window.y) - 1),
        rows_(4 * static_cast<std::size_t>(channels) * length_) {}

  void move_to(int y) {
    const int cell = level_.cell(y);
    for (; next_row_ <= cell + 2; ++next_row_) {
      for (int c = 0; c < channels_; ++c) {
        kernels_.stretch(level_.node(c, first_cell_ - 1, next_row_), cells_, static_cast<std::size_t>(level_.spacing()),
                         weights_.data(), row(c, next_row_));
      }
    }
    const auto spacing = static_cast<std::size_t>(level_.spacing());
    const auto place = static_cast<std::size_t>(level_.place(y));
    for (std::size_t k = 0; k < 4; ++k) {
      row_[k] = cell - 1 + static_cast<int>(k);
      row_weights_[k] = weights_[k * spacing + place];
    }
  }

  /// `count` pixels of the row from the window's column `x` on.
  void interpolate(int channel, std::size_t x, std::size_t count, float* out) {
    const float* rows[4];
    for (std::size_t k = 0; k < 4; ++k) rows[k] = row(channel, row_[k]) + skipped_ + x;
    kernels_.blend(rows, row_weights_.data(), count, out);
  }

 private:
  float* row(int channel, int number) {
    return rows_.data() + static_cast<std::size_t>(4 * channel + (number & 3)) * length_;
  }

  const LatentLevel& level_;
  const LatentKernels& kernels_;
  const std::vector<float>& weights_;
  int channels_;
  int first_cell_;
  std::size_t cells_;
  std::size_t skipped_;  ///< pixels of the first cell before the window
  std::size_t length_;
  int next_row_;
  std::vector<float> rows_;
  std::array<int, 4> row_{};
  std::array<float, 4> row_weights_{};
};

/// Orders of the derivatives by x and y, term by term.
struct TermOrders {
  std::size_t x;
  std::size_t y;
};
constexpr TermOrders term_orders[] = {{0, 0}, {1, 0}, {0, 1}, {2, 0}, {1, 1}, {0, 2}};

/// A block's coordinates along one axis, as one level sees them: the cell of each, and weights [order][node][point].
class AxisWeights {
 public:
  AxisWeights(const LatentKernels& kernels, int order)
      : kernels_(kernels),
        order_(order),
        fractions_(aligned_zeros(LatentBlock::most_columns)),
        weights_(aligned_zeros(3 * 4 * LatentBlock::most_columns)) {}

  void compute(const double* coordinates, std::size_t count, std::size_t columns, int level) {
    columns_ = columns;
    const double scale = 1.0 / (1 << level);
    for (std::size_t i = 0; i < count; ++i) {
      const double at = coordinates[i] * scale - 0.5;
      // Not below -1/2, so that cutting off a number above 0 rounds down.
      cell_[i] = static_cast<int>(at + 1) - 1;
      fractions_[i] = static_cast<float>(at - cell_[i]);
    }
    float factor = 1;
    for (int order = 0; order <= order_; ++order, factor *= static_cast<float>(scale)) {
      kernels_.weigh(order, factor, fractions_.get(), columns,
                     &weights_[static_cast<std::size_t>(4 * order) * columns]);
    }
  }

  int cell(std::size_t i) const { return cell_[i]; }
  const float* weights(std::size_t order) const { return weights_.get() + 4 * order * columns_; }

 private:
  const LatentKernels& kernels_;
  int order_;
  std::size_t columns_ = 0;
  std::array<int, LatentBlock::most_columns> cell_{};
  AlignedFloats fractions_;
  AlignedFloats weights_;
};

/// The 4 x 4 nodes around each point of a block.
class PointNodes {
 public:
  explicit PointNodes(const LatentKernels& kernels)
      : kernels_(kernels),
        around_(aligned_zeros(16 * LatentBlock::most_columns)),
        nodes_(aligned_zeros(16 * LatentBlock::most_columns)) {}

  void gather(const LatentLevel& level, int channel, const AxisWeights& x, const AxisWeights& y, std::size_t count,
              std::size_t columns) {
    const float* origin = level.node(channel, level.nodes.column, level.nodes.row);
    const std::size_t step = level.row_step();
    for (std::size_t i = 0; i < count; ++i) {
      const float* first = origin + static_cast<std::size_t>(y.cell(i) - 1 - level.nodes.row) * step +
                           static_cast<std::size_t>(x.cell(i) - 1 - level.nodes.column);
      for (std::size_t row = 0; row < 4; ++row) {
        std::memcpy(&around_[4 * (row * columns + i)], first + row * step, 4 * sizeof(float));
      }
    }
    for (std::size_t row = 0; row < 4; ++row) {
      kernels_.spread(&around_[4 * row * columns], columns, &nodes_[4 * row * columns]);
    }
  }

  /// [(row * 4 + column) * columns + point]
  const float* values() const { return nodes_.get(); }

 private:
  const LatentKernels& kernels_;
  AlignedFloats around_;  ///< point by point
  AlignedFloats nodes_;
};

void require_complete(const std::vector<LatentLevel>& levels) {
  if (levels[0].values.empty()) throw Error("a latent field is evaluated before it is complete", ErrorKind::internal);
}

void evaluate_points(const LatentNetwork& network, const std::vector<LatentLevel>& levels, int order, const double* x,
                     const double* y, std::size_t count, float* out, std::size_t stride) {
  require_complete(levels);
  const LatentShape& shape = network.shape();
  const std::size_t terms = order == 0 ? 1 : order == 1 ? 3 : 6;
  LatentBlock block(shape, network.packed(), terms);
  const LatentKernels& kernels = *network.packed().kernels;
  AxisWeights columns(kernels, order);
  AxisWeights rows(kernels, order);
  PointNodes nodes(kernels);
  for (std::size_t begin = 0; begin < count; begin += LatentBlock::most_columns) {
    const std::size_t filled = std::min(LatentBlock::most_columns, count - begin);
    const std::size_t size = padded(static_cast<int>(filled));
    block.resize(size);
    for (const LatentLevel& level : levels) {
      columns.compute(x + begin, filled, size, level.level);
      rows.compute(y + begin, filled, size, level.level);
      for (int c = 0; c < shape.channels; ++c) {
        nodes.gather(level, c, columns, rows, filled, size);
        for (std::size_t term = 0; term < terms; ++term) {
          const TermOrders orders = term_orders[term];
          kernels.interpolate(nodes.values(), columns.weights(orders.x), rows.weights(orders.y), size,
                              block.input(term, input_index(shape, level.level, c)));
        }
      }
    }
    block.run();
    for (std::size_t c = 0; c < static_cast<std::size_t>(shape.channels); ++c) {
      for (std::size_t term = 0; term < terms; ++term) {
        std::copy_n(block.output(term, c), filled, out + (c * terms + term) * stride + begin);
      }
    }
  }
}

}  // namespace

LatentField::LatentField(std::shared_ptr<const LatentNetwork> network, int raster_width, int raster_height,
                         const Extent& core)
    : network_(std::move(network)), core_(core) {
  const LatentShape& shape = network_->shape();
  for (int level = 0; level < shape.levels; ++level) {
    const int reach = level < shape.filtered_levels() ? filter_reach : 0;
    levels_.emplace_back(level, shape.channels, reach, Extent{0, 0, raster_width, raster_height}, core);
  }
}

LatentField::LatentField(LatentField&&) noexcept = default;

LatentField::~LatentField() = default;

Extent LatentField::node_extent() const {
  int left = core_.x;
  int top = core_.y;
  int right = core_.x + core_.width;
  int bottom = core_.y + core_.height;
  for (const LatentLevel& level : levels_) {
    const NodeRange nodes = level.within_raster();
    if (nodes.count() == 0) continue;
    const auto pixel = [&](int node) { return (node << level.level) + level.spacing() / 2; };
    left = std::min(left, pixel(nodes.column));
    top = std::min(top, pixel(nodes.row));
    right = std::max(right, pixel(nodes.column + nodes.columns - 1) + 1);
    bottom = std::max(bottom, pixel(nodes.row + nodes.rows - 1) + 1);
  }
  return {left, top, right - left, bottom - top};
}

bool LatentField::depends_on(const Extent& pixels) const {
  return std::any_of(levels_.begin(), levels_.end(), [&](const LatentLevel& level) {
    return common_nodes(level.seen, nodes_within(pixels, level.level)).count() > 0;
  });
}

void LatentField::add(const Extent& core, const LatentGrids& grids) {
  const LatentShape& shape = network_->shape();
  if (grids.symbols.size() != static_cast<std::size_t>(shape.inputs())) {
    throw Error("a tile has " + std::to_string(grids.symbols.size()) + " latent grids, but its field " +
                    std::to_string(shape.inputs()),
                ErrorKind::internal);
  }
  for (LatentLevel& level : levels_) {
    for (int c = 0; c < shape.channels; ++c) level.add(c, core, grids.symbols[input_index(shape, level.level, c)]);
  }
}

void LatentField::complete() {
  const std::vector<float>& taps = network_->packed().taps;
  for (LatentLevel& level : levels_) {
    const auto first = static_cast<std::size_t>(level.level * filter_reach);
    level.complete(network_->shape().channels, first < taps.size() ? taps.data() + first : nullptr);
  }
}

void LatentField::evaluate(const Extent& window, float* out, std::size_t stride) const {
  require_complete(levels_);
  const LatentShape& shape = network_->shape();
  const PackedLatentNetwork& packed = network_->packed();
  LatentBlock block(shape, packed, 1);
  std::vector<StretchedRows> coarse;
  for (std::size_t level = 1; level < levels_.size(); ++level) {
    coarse.emplace_back(levels_[level], packed, shape.channels, window);
  }
  const auto width = static_cast<std::size_t>(window.width);
  for (int row = 0; row < window.height; ++row, out += width) {
    for (StretchedRows& level : coarse) level.move_to(window.y + row);
    for (std::size_t begin = 0; begin < width; begin += LatentBlock::most_columns) {
      const std::size_t filled = std::min(LatentBlock::most_columns, width - begin);
      block.resize(padded(static_cast<int>(filled)));
      for (int c = 0; c < shape.channels; ++c) {
        const int column = window.x + static_cast<int>(begin);
        std::copy_n(levels_[0].node(c, column, window.y + row), block.columns(),
                    block.input(0, input_index(shape, 0, c)));
        for (std::size_t i = 0; i < coarse.size(); ++i) {
          coarse[i].interpolate(c, begin, block.columns(),
                                block.input(0, input_index(shape, static_cast<int>(i) + 1, c)));
        }
      }
      block.run();
      for (std::size_t c = 0; c < static_cast<std::size_t>(shape.channels); ++c) {
        std::copy_n(block.output(0, c), filled, out + c * stride + begin);
      }
    }
  }
}

void LatentField::evaluate(const double* x, const double* y, std::size_t count, float* out, std::size_t stride) const {
  evaluate_points(*network_, levels_, 0, x, y, count, out, stride);
}

void LatentField::differentiate(int order, const double* x, const double* y, std::size_t count, float* out,
                                std::size_t stride) const {
  evaluate_points(*network_, levels_, order, x, y, count, out, stride);
}

}  // namespace sarinr
