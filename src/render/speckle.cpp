#include "sarinr/render/speckle.h"

#include <cmath>
#include <utility>

#include "render/speckle_marginal.h"
#include "render/speckle_nodes.h"

namespace sarinr {

namespace {

/// Keys' cubic kernel (a = -1/2) at the four nodes around a place that lies `f` behind the second.
struct KeysWeights {
  explicit KeysWeights(double f) {
    const double g = 1 - f;
    weights[0] = -0.5 * f * g * g;
    weights[1] = 1 + f * f * (1.5 * f - 2.5);
    weights[2] = 1 + g * g * (1.5 * g - 2.5);
    weights[3] = -0.5 * g * f * f;
  }
  double weights[4];
};

}  // namespace

struct SpeckleTexture::State {
  State(SpeckleModel kept, const std::vector<BandModel>& bands, const TileGrid& grid, std::uint64_t chosen)
      : seed(chosen), model(std::move(kept)), columns(grid.columns()), rows(grid.rows()), nodes(model, chosen) {
    int next = 0;
    for (const BandModel& band : bands) {
      const bool detected = is_detected(band.quantity);
      for (int c = 0; c < band.channels(); ++c) own.push_back(detected ? next : -1);
      if (detected) ++next;
    }
    for (const SpeckleChannel& channel : model.channels) marginals.emplace_back(-0.01 * channel.skewness);
  }

  double deviation(int channel, const SpeckleAxis::Between& column, const SpeckleAxis::Between& row) const {
    const std::vector<std::int8_t>& levels = model.channels[static_cast<std::size_t>(channel)].levels;
    const auto level = [&](int x, int y) {
      return static_cast<double>(levels[static_cast<std::size_t>(y) * static_cast<std::size_t>(columns.count()) +
                                        static_cast<std::size_t>(x)]);
    };
    const double upper = std::lerp(level(column.block, row.block), level(column.next, row.block), column.share);
    const double lower = std::lerp(level(column.block, row.next), level(column.next, row.next), column.share);
    return std::exp2(0.25 * std::lerp(upper, lower, row.share));
  }

  std::uint64_t seed;
  SpeckleModel model;
  SpeckleAxis columns;
  SpeckleAxis rows;
  SpeckleNodes nodes;
  std::vector<SpeckleMarginal> marginals;
  std::vector<int> own;  ///< of each of the file's channels, its place in the model; -1: none
};

SpeckleTexture::SpeckleTexture(SpeckleModel model, const std::vector<BandModel>& bands, const TileGrid& grid,
                               std::uint64_t seed)
    : state_(std::make_unique<State>(std::move(model), bands, grid, seed)) {}

SpeckleTexture::~SpeckleTexture() = default;

std::uint64_t SpeckleTexture::seed() const { return state_->seed; }

void SpeckleTexture::add(int channel, const Extent& window, std::vector<double>& values) const {
  const State& s = *state_;
  const int own = s.own[static_cast<std::size_t>(channel)];
  if (own < 0) return;
  const SpeckleMarginal& marginal = s.marginals[static_cast<std::size_t>(own)];
  std::vector<double> normal(values.size());
  s.nodes.fill(own, window, normal.data());
  std::vector<SpeckleAxis::Between> columns;
  for (int x = window.x; x < window.x + window.width; ++x) columns.push_back(s.columns.between(x + 0.5));
  std::size_t i = 0;
  for (int y = window.y; y < window.y + window.height; ++y) {
    const SpeckleAxis::Between row = s.rows.between(y + 0.5);
    for (const SpeckleAxis::Between& column : columns) {
      values[i] += s.deviation(own, column, row) * marginal.value(normal[i]);
      ++i;
    }
  }
}

double SpeckleTexture::at(int channel, double x, double y) const {
  const State& s = *state_;
  const int own = s.own[static_cast<std::size_t>(channel)];
  if (own < 0) return 0;
  const double column = std::floor(x - 0.5);
  const double row = std::floor(y - 0.5);
  const KeysWeights across(x - 0.5 - column);
  const KeysWeights down(y - 0.5 - row);
  double nodes[16];
  s.nodes.fill(own, {static_cast<int>(column) - 1, static_cast<int>(row) - 1, 4, 4}, nodes);
  double normal = 0;
  double variance = 0;
  for (int i = 0; i < 16; ++i) {
    const double weight = down.weights[i / 4] * across.weights[i % 4];
    normal += weight * nodes[i];
    for (int j = 0; j < 16; ++j) {
      variance +=
          weight * down.weights[j / 4] * across.weights[j % 4] * s.nodes.correlation(own, j % 4 - i % 4, j / 4 - i / 4);
    }
  }
  normal /= std::sqrt(std::max(variance, 1e-3));
  return s.deviation(own, s.columns.between(x), s.rows.between(y)) *
         s.marginals[static_cast<std::size_t>(own)].value(normal);
}

}  // namespace sarinr
