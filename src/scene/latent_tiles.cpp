#include "scene/latent_tiles.h"

#include <algorithm>
#include <cmath>

#include "sarinr/base/error.h"
#include "sarinr/scene/latent.h"

namespace sarinr {

namespace {

/// Pixels of neighbouring tiles that count in a tile's fit. Of those fitted before, since its coarse nodes reach into
/// them; of those to come, as if they were the tile's own, so that its last nodes are what they will find beside them.
constexpr int border = 32;
constexpr int most_looks = 16;

/// Pixels of the target's planes.
std::size_t plane(const LatentTarget& target) {
  return static_cast<std::size_t>(target.region.width) * static_cast<std::size_t>(target.region.height);
}

std::size_t place(const Extent& extent, int x, int y) {
  return static_cast<std::size_t>(y - extent.y) * static_cast<std::size_t>(extent.width) +
         static_cast<std::size_t>(x - extent.x);
}

/// Of a channel that has values, as its own normalisation tells.
LatentTiles::Moments moments(const PreparedTile& prepared, std::size_t channel) {
  if (prepared.content.channels.empty()) return {};  // lossless: too few pixels to count
  const ChannelModel& model = prepared.content.channels[channel];
  if (model.kind != ChannelModel::Kind::network) return {model.offset, 0};
  const double deviation = static_cast<double>(model.scale) / scale_in_deviations;
  return {model.offset, deviation * deviation};
}

}  // namespace

void LatentTiles::Sums::add(const Moments& moments, double values) {
  count += values;
  sum += values * moments.mean;
  squares += values * (moments.mean * moments.mean + moments.variance);
}

namespace {

/// The part of a target's pixels inside `region`, by copy.
LatentTarget part_of(const LatentTarget& target, const Extent& region) {
  LatentTarget part;
  part.region = region;
  part.active = target.active;
  const std::size_t planes = target.values.size() / plane(target);
  for (std::size_t c = 0; c < planes; ++c) {
    for (int y = region.y; y < region.y + region.height; ++y) {
      const std::size_t from = c * plane(target) + place(target.region, region.x, y);
      const auto width = static_cast<std::size_t>(region.width);
      part.values.insert(part.values.end(), target.values.begin() + static_cast<std::ptrdiff_t>(from),
                         target.values.begin() + static_cast<std::ptrdiff_t>(from + width));
      part.weights.insert(part.weights.end(), target.weights.begin() + static_cast<std::ptrdiff_t>(from),
                          target.weights.begin() + static_cast<std::ptrdiff_t>(from + width));
    }
  }
  return part;
}

}  // namespace

void FittedGrids::keep(int tile, LatentGrids grids) {
  kept_[tile] = std::move(grids);
  kept_.erase(kept_.begin(), kept_.lower_bound(tile - 2 * grid_.columns().count() - 2));
}

void FittedGrids::fill(LatentField& field) const {
  for (const auto& [tile, grids] : kept_) {
    const Extent core = grid_.core(tile);
    if (!grids.empty() && field.depends_on(core)) field.add(core, grids);
  }
}

const std::int16_t* FittedGrids::symbol(int level, int channel, int column, int row) const {
  static constexpr std::int16_t none = 0;
  const double spacing = std::pow(2.0, level);
  const int tile =
      grid_.index(grid_.columns().cell((column + 0.5) * spacing), grid_.rows().cell((row + 0.5) * spacing));
  const auto found = kept_.find(tile);
  if (found == kept_.end()) return nullptr;
  if (found->second.empty()) return &none;
  const NodeRange nodes = nodes_within(grid_.core(tile), level);
  return &found->second.symbols[static_cast<std::size_t>(level * channels_ + channel)]
                               [static_cast<std::size_t>(row - nodes.row) * static_cast<std::size_t>(nodes.columns) +
                                static_cast<std::size_t>(column - nodes.column)];
}

LatentTiles::LatentTiles(RasterSource& source, int tile_size)
    : source_(source),
      grid_(source.info().width, source.info().height, tile_size, 0),
      reading_(source.info().width, source.info().height, tile_size, 2 * border) {
  for (const BandModel& band : source.info().bands) channels_ += band.channels();
}

bool LatentTiles::normalise(bool all) {
  const int looks = all ? grid_.count() : std::min(grid_.count(), most_looks);
  values_.assign(static_cast<std::size_t>(channels_), {});
  looked_at_ = 0;
  std::vector<Sums> sums(values_.size());
  for (int k = 0; k < looks; ++k) {
    const int tile = spread_tile(k, looks, grid_.count());
    const PreparedTile prepared = prepare_tile(source_.info(), grid_, tile, source_.read(grid_.core(tile)));
    looked_at_ += static_cast<double>(grid_.core(tile).width) * grid_.core(tile).height;
    for (std::size_t c = 0; c < values_.size(); ++c) {
      values_[c].merge(prepared.values[c]);
      sums[c].add(moments(prepared, c), static_cast<double>(prepared.values[c].count()));
    }
  }
  const bool varies = std::any_of(sums.begin(), sums.end(), [](const Sums& s) { return s.variance() > 0; });
  if (!varies && looks < grid_.count()) return normalise(true);
  set_models(sums);
  return varies;
}

/// Channels in one unit share a scale, so that a decibel costs the same in each.
void LatentTiles::set_models(const std::vector<Sums>& sums) {
  double shared = 0;
  int sharing = 0;
  std::vector<bool> shares;
  for (const BandModel& band : source_.info().bands) {
    const bool commensurable = is_detected(band.quantity) || band.quantity == Quantity::complex;
    for (int c = 0; c < band.channels(); ++c) {
      const double variance = sums[shares.size()].variance();
      shares.push_back(commensurable && variance > 0);
      if (!shares.back()) continue;
      shared += variance;
      ++sharing;
    }
  }
  models_.assign(sums.size(), {});
  for (std::size_t c = 0; c < sums.size(); ++c) {
    const double variance = shares[c] ? shared / sharing : sums[c].variance();
    models_[c].kind = ChannelModel::Kind::network;
    models_[c].offset = static_cast<double>(static_cast<float>(sums[c].mean()));
    models_[c].scale = storable_scale(variance > 0 ? std::sqrt(variance) : 1);
  }
}

double LatentTiles::squared_error(const LatentJob& job) const {
  const LatentPreset& preset = latent_preset(job.preset);
  double sum = 0;
  std::size_t channel = 0;
  for (const BandModel& band : source_.info().bands) {
    for (int c = 0; c < band.channels(); ++c, ++channel) {
      const double scale = static_cast<double>(models_[channel].scale);
      const double valid = static_cast<double>(values_[channel].count()) / looked_at_;
      const bool in_decibels = is_detected(band.quantity);
      if (!job.psnr && in_decibels) {
        const double error = job.rmse_db.value_or(preset.rmse_db);
        sum += valid * error * error / (scale * scale);
        continue;
      }
      const double range = values_[channel].reference_high().value_or(0) - values_[channel].reference_low().value_or(0);
      sum += valid * range * range / std::pow(10.0, job.psnr.value_or(preset.psnr) / 10) / (scale * scale);
    }
  }
  return sum;
}

LatentTile LatentTiles::read(int tile, const FittedGrids* fitted) const {
  LatentTile out;
  out.core = grid_.core(tile);
  out.prepared = prepare_tile(source_.info(), reading_, tile, source_.read(reading_.support(tile)), &models_);
  if (!out.prepared.needs_network) return out;
  LatentTarget& target = out.target;
  target.region = reading_.support(tile);
  target.values = std::move(out.prepared.target.values);
  target.weights = std::move(out.prepared.target.valid);
  for (const ChannelModel& channel : out.prepared.content.channels) {
    target.active.push_back(channel.kind == ChannelModel::Kind::network);
  }
  restrict_to_region(out, fitted);
  return out;
}

/// The region is the support where a scene is fitted, the core alone where a tile is looked at by itself. Free nodes
/// are those of the region but what tiles fitted before, above and to the left, have. At a part's border there are none
/// to that side.
void LatentTiles::restrict_to_region(LatentTile& tile, const FittedGrids* fitted) const {
  const Extent support = tile.target.region;
  const Extent region = fitted != nullptr ? support : tile.core;
  LatentTarget target = part_of(tile.target, region);
  target.raster_width = source_.info().width;
  target.raster_height = source_.info().height;
  target.core = tile.core;
  if (fitted != nullptr) {
    const int left = tile.prepared.tile - 1;
    const int above = tile.prepared.tile - grid_.columns().count();
    if (!fitted->has(left)) target.core.x = support.x;
    if (!fitted->has(above)) target.core.y = support.y;
    target.core.width = support.x + support.width - target.core.x;
    target.core.height = support.y + support.height - target.core.y;
    leave_out_unfitted(target, *fitted);
    target.known = [fitted](int level, int channel, int column, int row) {
      return fitted->symbol(level, channel, column, row);
    };
  }
  tile.target = std::move(target);
}

/// Pixels beyond the free nodes count where a tile's field answers for them.
void LatentTiles::leave_out_unfitted(LatentTarget& target, const FittedGrids& fitted) const {
  const Extent& region = target.region;
  const std::size_t pixels = plane(target);
  for (int y = region.y; y < region.y + region.height; ++y) {
    for (int x = region.x; x < region.x + region.width; ++x) {
      if (x >= target.core.x && y >= target.core.y) continue;
      if (fitted.has_field(grid_.index(grid_.columns().cell(x), grid_.rows().cell(y)))) continue;
      for (std::size_t at = place(region, x, y); at < target.weights.size(); at += pixels) target.weights[at] = 0;
    }
  }
}

LatentGrids LatentTiles::own_part(const LatentTile& tile, LatentGrids grids) const {
  if (tile.core == tile.target.core) return grids;
  for (std::size_t i = 0; i < grids.symbols.size(); ++i) {
    const int level = static_cast<int>(i) / channels_;
    const NodeRange all = nodes_within(tile.target.core, level);
    const NodeRange own = nodes_within(tile.core, level);
    std::vector<std::int16_t> kept;
    kept.reserve(own.count());
    for (int r = 0; r < own.rows; ++r) {
      const auto begin = grids.symbols[i].begin() + static_cast<std::ptrdiff_t>(r + own.row - all.row) * all.columns +
                         (own.column - all.column);
      kept.insert(kept.end(), begin, begin + own.columns);
    }
    grids.symbols[i] = std::move(kept);
  }
  return grids;
}

LatentTile LatentTiles::first_with_network() const {
  for (int tile = 0; tile < grid_.count(); ++tile) {
    LatentTile found = read(tile, nullptr);
    if (found.prepared.needs_network) return found;
  }
  throw Error("no tile varies", ErrorKind::internal);
}

double LatentTiles::overhead(const LatentTile& tile) const {
  constexpr double fixed = 60;  // header, index, ends
  constexpr double per_tile = 10;
  TileContent content = tile.prepared.content;
  for (ChannelModel& channel : content.channels) {
    if (channel.kind == ChannelModel::Kind::network) channel.kind = ChannelModel::Kind::constant;
  }
  const FieldSpec spec = latent_spec({.channels = channels_});
  const double record = static_cast<double>(encode_tile(content, context(tile.prepared.tile, spec, nullptr)).size());
  return fixed + grid_.count() * (per_tile + record);
}

TileContext LatentTiles::context(int tile, const FieldSpec& spec, const LatentCoder* coder) const {
  TileContext context;
  context.bands = &source_.info().bands;
  context.spec = &spec;
  context.core = grid_.core(tile);
  context.latents = coder;
  return context;
}

std::vector<ErrorStatistics> LatentTiles::measure(const LatentTile& tile, const std::vector<float>& values) {
  std::vector<ErrorStatistics> errors = tile.prepared.values;
  const LatentTarget& target = tile.target;
  const std::size_t pixels = plane(target);
  const std::size_t core_pixels =
      static_cast<std::size_t>(tile.core.width) * static_cast<std::size_t>(tile.core.height);
  for (std::size_t c = 0; c < errors.size(); ++c) {
    const ChannelModel& model = tile.prepared.content.channels[c];
    if (model.kind != ChannelModel::Kind::network) continue;
    const double scale = static_cast<double>(model.scale);
    ErrorStatistics error;
    for (int y = tile.core.y; y < tile.core.y + tile.core.height; ++y) {
      for (int x = tile.core.x; x < tile.core.x + tile.core.width; ++x) {
        const std::size_t at = c * pixels + place(target.region, x, y);
        if (target.weights[at] == 0) continue;
        const float value = values[c * core_pixels + place(tile.core, x, y)];
        error.add(model.offset + scale * static_cast<double>(target.values[at]),
                  model.offset + scale * static_cast<double>(value));
      }
    }
    errors[c] = error;
  }
  return errors;
}

std::vector<SpecklePlane> LatentTiles::speckle_planes(const LatentTile& tile, const std::vector<float>& values) const {
  std::vector<SpecklePlane> planes;
  const LatentTarget& target = tile.target;
  const std::size_t core_pixels =
      static_cast<std::size_t>(tile.core.width) * static_cast<std::size_t>(tile.core.height);
  std::size_t channel = 0;
  for (const BandModel& band : source_.info().bands) {
    const std::size_t c = channel;
    channel += static_cast<std::size_t>(band.channels());
    if (!is_detected(band.quantity)) continue;
    SpecklePlane& out = planes.emplace_back();
    out.source.assign(core_pixels, 0);
    out.field.assign(core_pixels, 0);
    const std::vector<ChannelModel>& models = tile.prepared.content.channels;
    // A constant comes back as it was: its speckle is none. Of empty and lossless tiles nothing is known.
    const bool constant = !models.empty() && models[c].kind == ChannelModel::Kind::constant;
    out.valid.assign(core_pixels, constant ? 1 : 0);
    if (models.empty() || models[c].kind != ChannelModel::Kind::network) continue;
    const double scale = static_cast<double>(models[c].scale);
    std::size_t i = 0;
    for (int y = tile.core.y; y < tile.core.y + tile.core.height; ++y) {
      for (int x = tile.core.x; x < tile.core.x + tile.core.width; ++x, ++i) {
        const std::size_t at = c * plane(target) + place(target.region, x, y);
        if (target.weights[at] == 0) continue;
        out.valid[i] = 1;
        out.source[i] = models[c].offset + scale * static_cast<double>(target.values[at]);
        out.field[i] = models[c].offset + scale * static_cast<double>(values[c * core_pixels + i]);
      }
    }
  }
  return planes;
}

LatentTarget LatentTiles::middle(const LatentTarget& target, int size) {
  Extent region = target.core;
  region.x += std::max(0, region.width - size) / 2;
  region.y += std::max(0, region.height - size) / 2;
  region.width = std::min(region.width, size);
  region.height = std::min(region.height, size);
  LatentTarget part = part_of(target, region);
  part.region.x = part.region.y = 0;
  part.core = part.region;
  part.raster_width = region.width;
  part.raster_height = region.height;
  return part;
}

double LatentTiles::squared_error(const LatentFit& fit, const LatentTarget& target, const Extent& core) {
  double sum = 0;
  const std::size_t pixels = plane(target);
  for (std::size_t c = 0; c * pixels < target.values.size(); ++c) {
    for (int y = core.y; y < core.y + core.height; ++y) {
      for (int x = core.x; x < core.x + core.width; ++x) {
        const std::size_t at = c * pixels + place(target.region, x, y);
        if (target.weights[at] == 0) continue;
        const double error = static_cast<double>(fit.values[at]) - static_cast<double>(target.values[at]);
        sum += error * error;
      }
    }
  }
  return sum;
}

}  // namespace sarinr
