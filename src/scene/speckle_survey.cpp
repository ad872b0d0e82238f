#include "scene/speckle_survey.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "render/speckle_marginal.h"
#include "sarinr/render/speckle.h"

namespace sarinr {

namespace {

constexpr int no_level = 1000;
/// Blocks with fewer valid pixels say nothing.
constexpr int fewest_pixels = 64;
/// A residual beyond these many deviations is no speckle, and would decide third moments alone.
constexpr double largest_residual = 5;
/// How far the loop may move a deviation from the residual's: where one bright point makes a block's contrast, no
/// speckle can make it.
constexpr double least_factor = 0.6;
constexpr double greatest_factor = 1.4;
constexpr int rounds = 4;
constexpr int trials = 8;

double power(double decibels) { return std::exp(decibels * (std::numbers::ln10 / 10)); }

int level_of(double deviation) {
  const double level = std::round(4 * std::log2(std::max(deviation, 1e-30)));
  return static_cast<int>(std::clamp<double>(level, least_speckle_level, greatest_speckle_level));
}

std::int8_t byte_of(double correlation) {
  return static_cast<std::int8_t>(std::lround(127 * std::clamp(correlation, -1.0, 1.0)));
}

/// Gathers ln(E p^2 / (E p)^2) of a block.
struct Contrast {
  void add(double p) {
    ++count;
    sum += p;
    squares += p * p;
  }
  double value() const { return sum > 0 ? std::log(squares * count / (sum * sum)) : 0; }
  double count = 0;
  double sum = 0;
  double squares = 0;
};

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  const double upper = *middle;
  if (values.size() % 2 == 1) return upper;
  return 0.5 * (upper + *std::max_element(values.begin(), middle));
}

}  // namespace

void SpeckleSurvey::Sums::merge(const Sums& other) {
  count += other.count;
  squares += other.squares;
  even_count += other.even_count;
  even_squares += other.even_squares;
  even_cubes += other.even_cubes;
  for (std::size_t i = 0; i < products.size(); ++i) {
    products[i] += other.products[i];
    pairs[i] += other.pairs[i];
  }
}

SpeckleChannel SpeckleSurvey::Sums::statistics() const {
  SpeckleChannel channel;
  if (!(squares > 0)) return channel;
  const double variance = squares / count;
  const double skewness = even_squares > 0 ? even_cubes / even_count / std::pow(even_squares / even_count, 1.5) : 0;
  channel.skewness = static_cast<std::uint8_t>(std::lround(100 * std::clamp(-skewness, 0.0, 2.0)));
  for (std::size_t i = 0; i < products.size(); ++i) {
    if (pairs[i] > 0) channel.correlations[i] = byte_of(products[i] / pairs[i] / variance);
  }
  return channel;
}

/// One channel of one tile.
class SpeckleSurvey::TileFit {
 public:
  /// Places are the core's own, from 0.
  TileFit(const SpecklePlane& plane, const Extent& core) : plane_(plane), core_(core), grid_(core.width, core.height) {
    find_blocks();
    find_residuals();
  }

  const std::vector<double>& residuals() const { return residuals_; }
  const Sums& sums() const { return sums_; }
  std::size_t columns() const { return static_cast<std::size_t>(grid_.columns.count()); }

  /// Levels of the tile's blocks, row by row.
  std::vector<int> levels() {
    close_loop();
    std::vector<int> levels;
    for (const Block& block : blocks_) levels.push_back(block.known ? level_of(block.deviation) : no_level);
    return levels;
  }

 private:
  /// The tile as a raster of its own.
  struct OwnGrid {
    OwnGrid(int width, int height)
        : tiles(width, height, std::max(width, height) * 2, 0), columns(tiles.columns()), rows(tiles.rows()) {}
    TileGrid tiles;
    SpeckleAxis columns;
    SpeckleAxis rows;
  };
  struct Block {
    bool known = false;
    bool even = false;
    double error = 0;  ///< root mean square of the residual
    double deviation = 0;
    double contrast = 0;  ///< of the source
  };

  /// Calls take(pixel, block) for every valid pixel.
  template <typename Take>
  void visit(const Take& take) const {
    for (int j = 0; j < grid_.rows.count(); ++j) {
      for (int i = 0; i < grid_.columns.count(); ++i) {
        const std::size_t block = static_cast<std::size_t>(j) * columns() + static_cast<std::size_t>(i);
        for (int y = grid_.rows.border(j); y < grid_.rows.border(j + 1); ++y) {
          for (int x = grid_.columns.border(i); x < grid_.columns.border(i + 1); ++x) {
            const std::size_t pixel =
                static_cast<std::size_t>(y) * static_cast<std::size_t>(core_.width) + static_cast<std::size_t>(x);
            if (plane_.valid[pixel] != 0) take(pixel, block);
          }
        }
      }
    }
  }

  void find_blocks() {
    blocks_.resize(columns() * static_cast<std::size_t>(grid_.rows.count()));
    std::vector<Contrast> contrasts(blocks_.size());
    visit([&](std::size_t pixel, std::size_t block) {
      const double residual = plane_.source[pixel] - plane_.field[pixel];
      blocks_[block].error += residual * residual;
      contrasts[block].add(power(plane_.source[pixel]));
    });
    double squares = 0;
    double count = 0;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      squares += blocks_[b].error;
      count += contrasts[b].count;
      blocks_[b].known = contrasts[b].count >= fewest_pixels;
      blocks_[b].error = contrasts[b].count > 0 ? std::sqrt(blocks_[b].error / contrasts[b].count) : 0;
      blocks_[b].contrast = contrasts[b].value();
    }
    for (Block& block : blocks_) {
      block.deviation = block.known ? block.error : (count > 0 ? std::sqrt(squares / count) : 0);
    }
    find_even_blocks();
  }

  void find_even_blocks() {
    std::vector<double> contrasts;
    for (const Block& block : blocks_) {
      if (block.known) contrasts.push_back(block.contrast);
    }
    if (contrasts.empty()) return;
    const auto third = contrasts.begin() + static_cast<std::ptrdiff_t>(contrasts.size() / 3);
    std::nth_element(contrasts.begin(), third, contrasts.end());
    for (Block& block : blocks_) block.even = block.known && block.contrast <= *third;
  }

  /// What a reader will take as the deviation at each pixel, before it is rounded.
  std::vector<double> deviations() const {
    std::vector<double> logarithms;
    for (const Block& block : blocks_) logarithms.push_back(std::log2(std::max(block.deviation, 0x1p-16)));
    std::vector<double> out;
    out.reserve(plane_.valid.size());
    for (int y = 0; y < core_.height; ++y) {
      const SpeckleAxis::Between row = grid_.rows.between(y + 0.5);
      for (int x = 0; x < core_.width; ++x) {
        const SpeckleAxis::Between column = grid_.columns.between(x + 0.5);
        const auto at = [&](int j, int i) {
          return logarithms[static_cast<std::size_t>(j) * columns() + static_cast<std::size_t>(i)];
        };
        const double upper = std::lerp(at(row.block, column.block), at(row.block, column.next), column.share);
        const double lower = std::lerp(at(row.next, column.block), at(row.next, column.next), column.share);
        out.push_back(std::exp2(std::lerp(upper, lower, row.share)));
      }
    }
    return out;
  }

  void find_residuals() {
    const std::vector<double> deviation = deviations();
    residuals_.assign(plane_.valid.size(), 0);
    visit([&](std::size_t pixel, std::size_t block) {
      const double residual = (plane_.source[pixel] - plane_.field[pixel]) / deviation[pixel];
      const double limited = std::clamp(residual, -largest_residual, largest_residual);
      residuals_[pixel] = limited;
      sums_.count += 1;
      sums_.squares += limited * limited;
      if (!blocks_[block].even) return;
      sums_.even_count += 1;
      sums_.even_squares += limited * limited;
      sums_.even_cubes += limited * limited * limited;
    });
    for (std::size_t l = 0; l < speckle_lags.size(); ++l) add_products(l);
  }

  void add_products(std::size_t lag) {
    const auto [dx, dy] = speckle_lags[lag];
    for (int y = 0; y + dy < core_.height; ++y) {
      for (int x = std::max(0, -dx); x < std::min(core_.width, core_.width - dx); ++x) {
        const std::size_t a =
            static_cast<std::size_t>(y) * static_cast<std::size_t>(core_.width) + static_cast<std::size_t>(x);
        const std::size_t b =
            static_cast<std::size_t>(y + dy) * static_cast<std::size_t>(core_.width) + static_cast<std::size_t>(x + dx);
        if (plane_.valid[a] == 0 || plane_.valid[b] == 0) continue;
        sums_.products[lag] += residuals_[a] * residuals_[b];
        sums_.pairs[lag] += 1;
      }
    }
  }

  /// Textures of deviation 1 dB over the tile.
  std::vector<std::vector<double>> textures(const SpeckleChannel& statistics) const {
    const std::vector<BandModel> band{{Quantity::decibel, PixelType::f32, std::nullopt}};
    SpeckleModel model{{statistics}, {}};
    model.channels.front().levels.assign(blocks_.size(), 0);
    std::vector<std::vector<double>> textures;
    for (int trial = 0; trial < trials; ++trial) {
      textures.emplace_back(plane_.valid.size());
      const SpeckleTexture texture(model, band, grid_.tiles, static_cast<std::uint64_t>(trial) + 1);
      texture.add(0, {0, 0, core_.width, core_.height}, textures.back());
    }
    return textures;
  }

  void close_loop() {
    if (!(sums_.squares > 0)) return;
    const SpeckleChannel statistics = sums_.statistics();
    const SpeckleMarginal marginal(-0.01 * statistics.skewness);
    const std::vector<std::vector<double>> made = textures(statistics);
    for (int round = 0; round < rounds; ++round) {
      const std::vector<double> deviation = deviations();
      std::vector<std::vector<double>> found(blocks_.size());
      for (const std::vector<double>& texture : made) {
        std::vector<Contrast> contrasts(blocks_.size());
        visit([&](std::size_t pixel, std::size_t block) {
          contrasts[block].add(power(plane_.field[pixel] + deviation[pixel] * texture[pixel]));
        });
        for (std::size_t b = 0; b < blocks_.size(); ++b) found[b].push_back(contrasts[b].value());
      }
      for (std::size_t b = 0; b < blocks_.size(); ++b) {
        Block& block = blocks_[b];
        const double missing = block.contrast - median(found[b]);
        const double wanted = std::max(marginal.log_contrast(block.deviation) + missing, 0.0);
        block.deviation = std::clamp(marginal.deviation_of(wanted), least_factor * block.error,
                                     std::max(greatest_factor * block.error, least_factor * block.error));
      }
    }
  }

  const SpecklePlane& plane_;
  Extent core_;
  OwnGrid grid_;
  std::vector<Block> blocks_;
  std::vector<double> residuals_;
  Sums sums_;
};

SpeckleSurvey::SpeckleSurvey(const TileGrid& grid, int channels)
    : grid_(grid), columns_(grid.columns()), rows_(grid.rows()) {
  const auto count = static_cast<std::size_t>(channels);
  sums_.resize(count);
  between_.resize(count * (count - 1) / 2);
  levels_.assign(
      count,
      std::vector<int>(static_cast<std::size_t>(columns_.count()) * static_cast<std::size_t>(rows_.count()), no_level));
}

void SpeckleSurvey::add(int tile, const std::vector<SpecklePlane>& planes) {
  const Extent core = grid_.core(tile);
  const int column = columns_.first(tile % grid_.columns().count());
  const int row = rows_.first(tile / grid_.columns().count());
  std::vector<TileFit> fits;
  fits.reserve(planes.size());
  std::size_t pair = 0;
  for (std::size_t c = 0; c < planes.size(); ++c) {
    TileFit& fit = fits.emplace_back(planes[c], core);
    sums_[c].merge(fit.sums());
    const std::vector<int> levels = fit.levels();
    for (std::size_t b = 0; b < levels.size(); ++b) {
      const std::size_t x = static_cast<std::size_t>(column) + b % fit.columns();
      const std::size_t y = static_cast<std::size_t>(row) + b / fit.columns();
      levels_[c][y * static_cast<std::size_t>(columns_.count()) + x] = levels[b];
    }
    for (std::size_t d = 0; d < c; ++d, ++pair) {
      for (std::size_t i = 0; i < planes[c].valid.size(); ++i) {
        if (planes[c].valid[i] == 0 || planes[d].valid[i] == 0) continue;
        between_[pair].products += fits[c].residuals()[i] * fits[d].residuals()[i];
        between_[pair].pairs += 1;
      }
    }
  }
}

SpeckleModel SpeckleSurvey::finish() const {
  SpeckleModel model;
  std::size_t pair = 0;
  for (std::size_t c = 0; c < sums_.size(); ++c) {
    SpeckleChannel& channel = model.channels.emplace_back(sums_[c].statistics());
    int last = least_speckle_level;
    for (const int level : levels_[c]) {
      if (level != no_level) last = level;
      channel.levels.push_back(static_cast<std::int8_t>(last));
    }
    // Blocks before the first known one take that one's.
    const auto known = std::find_if(levels_[c].begin(), levels_[c].end(), [](int level) { return level != no_level; });
    if (known != levels_[c].end()) {
      std::fill_n(channel.levels.begin(), known - levels_[c].begin(), static_cast<std::int8_t>(*known));
    }
    for (std::size_t d = 0; d < c; ++d, ++pair) {
      const double variances = sums_[c].squares / sums_[c].count * sums_[d].squares / sums_[d].count;
      const bool known_pair = between_[pair].pairs > 0 && variances > 0;
      model.between.push_back(
          known_pair ? byte_of(between_[pair].products / between_[pair].pairs / std::sqrt(variances)) : std::int8_t{0});
    }
  }
  return model;
}

}  // namespace sarinr
