#include "render/blend.h"

#include <map>

#include "sarinr/radiometry/raw_samples.h"

namespace sarinr {

namespace {

/// The points that one tile's field takes part in, and its share of each.
struct TilePart {
  std::vector<std::size_t> points;
  std::vector<double> shares;
};

std::map<int, TilePart> sort_by_tile(const TileGrid& grid, const BlendPoints& points) {
  std::map<int, TilePart> parts;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const TileAxis::Shares columns = grid.columns().shares(points.x(i));
    const TileAxis::Shares rows = grid.rows().shares(points.y(i));
    for (int r = 0; r < rows.count; ++r) {
      for (int c = 0; c < columns.count; ++c) {
        const double share = rows.share[r].weight * columns.share[c].weight;
        if (share <= 0) continue;
        TilePart& part = parts[grid.index(columns.share[c].cell, rows.share[r].cell)];
        part.points.push_back(i);
        part.shares.push_back(share);
      }
    }
  }
  return parts;
}

/// Network outputs at the part's points: [channel][point].
std::vector<float> network_outputs(const FieldLayout& layout, const TileField& field, int tile, const TilePart& part,
                                   const BlendPoints& points) {
  const Extent support = layout.grid.support(tile);
  const double width = layout.grid.columns().largest_support();
  const double height = layout.grid.rows().largest_support();
  const std::size_t count = part.points.size();
  std::vector<float> x(count);
  std::vector<float> y(count);
  for (std::size_t i = 0; i < count; ++i) {
    x[i] = static_cast<float>(2 * (points.x(part.points[i]) - support.x) / width - 1);
    y[i] = static_cast<float>(2 * (points.y(part.points[i]) - support.y) / height - 1);
  }
  std::vector<float> outputs(count * static_cast<std::size_t>(layout.spec.outputs));
  architecture(layout.spec.architecture)
      .evaluate(layout.spec, field.weights.data(), x.data(), y.data(), count, outputs.data(), count);
  return outputs;
}

void add_tile(const FieldLayout& layout, const TileField& field, int tile, const TilePart& part, BlendPoints& points) {
  std::vector<float> outputs;
  if (!field.weights.empty()) outputs = network_outputs(layout, field, tile, part, points);
  const std::size_t count = part.points.size();
  for (std::size_t c = 0; c < field.content.channels.size(); ++c) {
    const ChannelModel& channel = field.content.channels[c];
    if (channel.kind == ChannelModel::Kind::empty) continue;
    for (std::size_t i = 0; i < count; ++i) {
      double value = channel.offset;
      if (channel.kind == ChannelModel::Kind::network) {
        value += static_cast<double>(channel.scale) * static_cast<double>(outputs[c * count + i]);
      }
      points.accumulate(part.points[i], static_cast<int>(c), value, part.shares[i]);
    }
  }
}

}  // namespace

void blend_fields(const FieldLayout& layout, const FieldSource& fields, BlendPoints& points) {
  int channels = 0;
  for (const BandModel& band : layout.bands) channels += band.channels();
  points.prepare(channels);
  if (channels == 0) return;
  for (const auto& [tile, part] : sort_by_tile(layout.grid, points)) {
    const std::shared_ptr<const TileField> field = fields.field(tile);
    if (field->content.kind == TileContent::Kind::field) add_tile(layout, *field, tile, part, points);
  }
}

Sample exact_sample(PixelType type, const Bytes& samples, std::size_t index) {
  return decode_sample(type, samples.data() + index * bytes_per_pixel(type));
}

}  // namespace sarinr
