#include "render/blend.h"

#include "render/tile_parts.h"
#include "sarinr/radiometry/raw_samples.h"

namespace sarinr {

namespace {

/// Network outputs at the part's points: [channel][point].
std::vector<float> network_outputs(const FieldLayout& layout, const TileField& field, int tile, const TilePart& part) {
  const TileCoordinates at(layout.grid, tile, part);
  const std::size_t count = part.points.size();
  std::vector<float> outputs(count * static_cast<std::size_t>(layout.spec.outputs));
  architecture(layout.spec.architecture)
      .evaluate(layout.spec, field.weights.data(), at.x.data(), at.y.data(), count, outputs.data(), count);
  return outputs;
}

void add_tile(const FieldLayout& layout, const TileField& field, int tile, const TilePart& part, BlendPoints& points) {
  std::vector<float> outputs;
  if (!field.weights.empty()) outputs = network_outputs(layout, field, tile, part);
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

}  // namespace

void blend_fields(const FieldLayout& layout, const FieldSource& fields, BlendPoints& points) {
  int channels = 0;
  for (const BandModel& band : layout.bands) channels += band.channels();
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
