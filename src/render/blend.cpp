#include "render/blend.h"

#include "render/tile_parts.h"
#include "sarinr/radiometry/raw_samples.h"

namespace sarinr {

namespace {

/// Network outputs at the part's points: [channel][point]. Empty where the tile has no network.
std::vector<float> network_outputs(const FieldLayout& layout, const TileField& field, int tile, const TilePart& part) {
  const std::size_t count = part.points.size();
  std::vector<float> outputs;
  if (field.latent) {
    outputs.resize(count * static_cast<std::size_t>(layout.spec.outputs));
    const PartPlaces at(part);
    field.latent->evaluate(at.x.data(), at.y.data(), count, outputs.data(), count);
  } else if (!field.weights.empty()) {
    outputs.resize(count * static_cast<std::size_t>(layout.spec.outputs));
    const TileCoordinates at(layout.grid, tile, part);
    layout.evaluator->evaluate(field.weights.data(), at.x.data(), at.y.data(), count, outputs.data(), count);
  }
  return outputs;
}

/// The same at the centres of a window's pixels, row by row.
std::vector<float> window_outputs(const FieldLayout& layout, const TileField& field, int tile, const Extent& window) {
  const std::size_t count = static_cast<std::size_t>(window.width) * static_cast<std::size_t>(window.height);
  if (field.latent && count > 0) {
    std::vector<float> outputs(count * static_cast<std::size_t>(layout.spec.outputs));
    field.latent->evaluate(window, outputs.data(), count);
    return outputs;
  }
  TilePart part;
  part.points.reserve(count);
  for (int y = window.y; y < window.y + window.height; ++y) {
    for (int x = window.x; x < window.x + window.width; ++x) part.points.push_back({0, x + 0.5, y + 0.5, 1, 0, 1, 0});
  }
  return network_outputs(layout, field, tile, part);
}

void add_tile(const FieldLayout& layout, const TileField& field, int tile, const TilePart& part, BlendPoints& points) {
  const std::vector<float> outputs = network_outputs(layout, field, tile, part);
  const std::size_t count = part.points.size();
  for (std::size_t c = 0; c < field.content.channels.size(); ++c) {
    const ChannelModel& channel = field.content.channels[c];
    if (channel.kind == ChannelModel::Kind::empty) continue;
    for (std::size_t i = 0; i < count; ++i) {
      double value = channel.offset;
      if (channel.kind == ChannelModel::Kind::network) {
        value += static_cast<double>(channel.scale) * static_cast<double>(outputs[c * count + i]);
      }
      points.accumulate(part.points[i].index, static_cast<int>(c), value, part.points[i].share());
    }
  }
}

/// The part of `window` where only one tile's field counts along both axes.
Extent interior(const TileGrid& grid, const Extent& window) {
  const auto shrink = [](const TileAxis& axis, int& begin, int& length) {
    int end = begin + length;
    while (begin < end && axis.shares(begin + 0.5).count > 1) ++begin;
    while (begin < end && axis.shares(end - 0.5).count > 1) --end;
    length = end - begin;
  };
  Extent inner = window;
  shrink(grid.columns(), inner.x, inner.width);
  shrink(grid.rows(), inner.y, inner.height);
  return inner;
}

/// Adds the pixels of `window` that do not lie in `inner`.
void add_frame(const Extent& window, const Extent& inner, BlendPoints& points, std::vector<std::size_t>& places) {
  std::size_t place = 0;
  for (int y = window.y; y < window.y + window.height; ++y) {
    const bool inner_row = y >= inner.y && y < inner.y + inner.height;
    for (int x = window.x; x < window.x + window.width; ++x, ++place) {
      if (inner_row && x >= inner.x && x < inner.x + inner.width) continue;
      points.add(x + 0.5, y + 0.5);
      places.push_back(place);
    }
  }
}

int channel_count(const FieldLayout& layout) {
  int channels = 0;
  for (const BandModel& band : layout.bands) channels += band.channels();
  return channels;
}

/// Values of the tile's own field over `inner`, into the window's places.
void fill_interior(const FieldLayout& layout, const TileField& field, int tile, const Extent& window,
                   const Extent& inner, FitValues& values) {
  const std::vector<float> outputs = window_outputs(layout, field, tile, inner);
  const std::size_t count = static_cast<std::size_t>(inner.width) * static_cast<std::size_t>(inner.height);
  for (std::size_t c = 0; c < values.size(); ++c) {
    const ChannelModel& channel = field.content.channels[c];
    if (channel.kind == ChannelModel::Kind::empty) continue;
    const double scale = channel.kind == ChannelModel::Kind::network ? static_cast<double>(channel.scale) : 0;
    const float* output = scale != 0 ? outputs.data() + c * count : nullptr;
    for (int y = 0; y < inner.height; ++y) {
      double* row = values[c].data() +
                    static_cast<std::size_t>(inner.y - window.y + y) * static_cast<std::size_t>(window.width) +
                    static_cast<std::size_t>(inner.x - window.x);
      for (int x = 0; x < inner.width; ++x) {
        row[x] = output == nullptr ? channel.offset : channel.offset + scale * static_cast<double>(*output++);
      }
    }
  }
}

}  // namespace

FitValues blend_pixels(const FieldLayout& layout, const FieldSource& fields, int tile, const Extent& part) {
  const int channels = channel_count(layout);
  FitValues values(static_cast<std::size_t>(channels),
                   std::vector<double>(static_cast<std::size_t>(part.width) * static_cast<std::size_t>(part.height)));
  if (channels == 0) return values;
  const Extent inner = interior(layout.grid, part);
  const std::shared_ptr<const TileField> own = fields.field(tile);
  if (own->content.kind == TileContent::Kind::field) fill_interior(layout, *own, tile, part, inner, values);
  BlendPoints points;
  std::vector<std::size_t> places;
  add_frame(part, inner, points, places);
  blend_fields(layout, fields, points);
  for (std::size_t c = 0; c < values.size(); ++c) {
    for (std::size_t i = 0; i < places.size(); ++i) values[c][places[i]] = points.value(i, static_cast<int>(c));
  }
  return values;
}

void blend_fields(const FieldLayout& layout, const FieldSource& fields, BlendPoints& points) {
  const int channels = channel_count(layout);
  points.prepare(channels);
  if (channels == 0) return;
  for (const auto& [tile, part] : sort_by_tile(layout.grid, points.x(), points.y())) {
    const std::shared_ptr<const TileField> field = fields.field(tile);
    if (field->content.kind == TileContent::Kind::field) add_tile(layout, *field, tile, part, points);
  }
}

Sample exact_sample(PixelType type, const Bytes& samples, std::size_t index) {
  return decode_sample(type, samples.data() + index * bytes_per_pixel(type));
}

}  // namespace sarinr
