#include "scene/prepare.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "sarinr/radiometry/raw_samples.h"

namespace sarinr {

namespace {

constexpr int smallest_side = 8;
constexpr std::size_t fewest_pixels = 64;

/// One channel's fit-domain values over the support, and where they are valid.
struct ChannelValues {
  std::vector<double> values;
  std::vector<std::uint8_t> valid;
};

/// Mean and deviation of a channel, or that it is empty or constant; and the normalised target, if a network is needed.
ChannelModel model_channel(const ChannelValues& channel) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < channel.values.size(); ++i) {
    if (channel.valid[i] == 0) continue;
    low = std::min(low, channel.values[i]);
    high = std::max(high, channel.values[i]);
    sum += channel.values[i];
    ++count;
  }
  ChannelModel model;
  if (count == 0) return model;
  if (low == high) {
    model.kind = ChannelModel::Kind::constant;
    model.offset = low;
    return model;
  }
  const double mean = sum / static_cast<double>(count);
  double squares = 0;
  for (std::size_t i = 0; i < channel.values.size(); ++i) {
    if (channel.valid[i] != 0) squares += (channel.values[i] - mean) * (channel.values[i] - mean);
  }
  model.kind = ChannelModel::Kind::network;
  model.offset = static_cast<double>(static_cast<float>(mean));
  model.scale = storable_scale(scale_in_deviations * std::sqrt(squares / static_cast<double>(count)));
  return model;
}

Bytes raw_core(const BandModel& band, const std::vector<Sample>& samples, const Extent& support, const Extent& core) {
  ByteWriter writer;
  for (int y = core.y; y < core.y + core.height; ++y) {
    for (int x = core.x; x < core.x + core.width; ++x) {
      const std::size_t i = static_cast<std::size_t>(y - support.y) * static_cast<std::size_t>(support.width) +
                            static_cast<std::size_t>(x - support.x);
      encode_sample(band.type, samples[i], writer);
    }
  }
  return writer.take();
}

ErrorStatistics core_values(const ChannelValues& channel, const Extent& support, const Extent& core) {
  ErrorStatistics values;
  for (int y = core.y; y < core.y + core.height; ++y) {
    for (int x = core.x; x < core.x + core.width; ++x) {
      const std::size_t i = static_cast<std::size_t>(y - support.y) * static_cast<std::size_t>(support.width) +
                            static_cast<std::size_t>(x - support.x);
      if (channel.valid[i] != 0) values.add(channel.values[i], channel.values[i]);
    }
  }
  return values;
}

/// The core's part of a class map over the support; empty where all is valid.
std::vector<PixelClass> core_mask(const std::vector<PixelClass>& classes, const Extent& support, const Extent& core) {
  std::vector<PixelClass> mask;
  bool all_valid = true;
  for (int y = core.y; y < core.y + core.height; ++y) {
    const std::size_t row = static_cast<std::size_t>(y - support.y) * static_cast<std::size_t>(support.width);
    const auto begin = classes.begin() + static_cast<std::ptrdiff_t>(row) + (core.x - support.x);
    mask.insert(mask.end(), begin, begin + core.width);
    all_valid =
        all_valid && std::all_of(begin, begin + core.width, [](PixelClass c) { return c == PixelClass::valid; });
  }
  if (all_valid) mask.clear();
  return mask;
}

/// Classes of one band over the support, the raster's own mask included; its channels' values are appended.
std::vector<PixelClass> classify_band(const BandModel& band, const std::vector<Sample>& samples,
                                      const std::vector<std::uint8_t>& own_mask, std::vector<ChannelValues>& channels) {
  std::vector<PixelClass> classes(samples.size());
  std::vector<ChannelValues> added(static_cast<std::size_t>(band.channels()));
  for (ChannelValues& channel : added) {
    channel.values.assign(samples.size(), 0);
    channel.valid.assign(samples.size(), 0);
  }
  for (std::size_t i = 0; i < samples.size(); ++i) {
    classes[i] = !own_mask.empty() && own_mask[i] == 0 ? PixelClass::masked : classify(band, samples[i]);
    if (!has_value(classes[i])) continue;
    double values[2] = {0, 0};
    to_fit_domain(band, samples[i], values);
    for (std::size_t c = 0; c < added.size(); ++c) {
      added[c].values[i] = values[c];
      added[c].valid[i] = 1;
    }
  }
  std::move(added.begin(), added.end(), std::back_inserter(channels));
  return classes;
}

/// Fills target with the normalised values of the channels that a network must learn.
void normalise(const std::vector<ChannelValues>& channels, const std::vector<ChannelModel>& models,
               NormalisedTile& target) {
  const std::size_t pixels = channels.front().values.size();
  target.values.assign(channels.size() * pixels, 0);
  target.valid.assign(channels.size() * pixels, 0);
  for (std::size_t c = 0; c < channels.size(); ++c) {
    if (models[c].kind != ChannelModel::Kind::network) continue;
    for (std::size_t i = 0; i < pixels; ++i) {
      if (channels[c].valid[i] == 0) continue;
      target.values[c * pixels + i] =
          static_cast<float>((channels[c].values[i] - models[c].offset) / static_cast<double>(models[c].scale));
      target.valid[c * pixels + i] = 1;
    }
  }
}

}  // namespace

float storable_scale(double scale) {
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(scale));
  const float rounded = std::bit_cast<float>((bits + 0x8000u) & 0xFFFF0000u);
  return rounded > 0 && std::isfinite(rounded) ? rounded : 1.0f;
}

PreparedTile prepare_tile(const RasterInfo& info, const TileGrid& grid, int tile, const RasterWindow& window,
                          const std::vector<ChannelModel>* scene) {
  PreparedTile prepared;
  prepared.tile = tile;
  const Extent support = grid.support(tile);
  const Extent core = grid.core(tile);
  std::vector<ChannelValues> channels;
  std::size_t most_valid = 0;
  for (std::size_t b = 0; b < info.bands.size(); ++b) {
    const BandModel& band = info.bands[b];
    if (band.channels() == 0) {
      prepared.content.masks.emplace_back();
      prepared.content.exact.push_back(raw_core(band, window.samples[b], support, core));
      continue;
    }
    const std::vector<PixelClass> classes = classify_band(band, window.samples[b], window.mask, channels);
    most_valid = std::max<std::size_t>(most_valid, std::count_if(classes.begin(), classes.end(), has_value));
    prepared.content.masks.push_back(core_mask(classes, support, core));
    prepared.content.exact.emplace_back();
  }
  prepared.has_value = most_valid > 0;
  for (const ChannelValues& channel : channels) {
    ChannelModel model = model_channel(channel);
    if (scene != nullptr && model.kind == ChannelModel::Kind::network) {
      model = (*scene)[prepared.content.channels.size()];
    }
    prepared.content.channels.push_back(model);
    prepared.values.push_back(core_values(channel, support, core));
  }
  const auto wants_network = [](const ChannelModel& model) { return model.kind == ChannelModel::Kind::network; };
  prepared.needs_network =
      std::any_of(prepared.content.channels.begin(), prepared.content.channels.end(), wants_network);
  const bool small = std::min(support.width, support.height) < smallest_side || most_valid < fewest_pixels;
  if (prepared.has_value && small) {
    prepared.needs_network = false;
    prepared.content.kind = TileContent::Kind::lossless;
    prepared.content.channels.clear();
    for (std::size_t b = 0; b < info.bands.size(); ++b) {
      prepared.content.exact[b] = raw_core(info.bands[b], window.samples[b], support, core);
    }
  }
  if (prepared.needs_network) {
    prepared.target.width = support.width;
    prepared.target.height = support.height;
    normalise(channels, prepared.content.channels, prepared.target);
  }
  return prepared;
}

}  // namespace sarinr
