#include "render/blend_terms.h"

#include "render/tile_parts.h"

namespace sarinr {

namespace {

/// Adds share * field and its derivatives; the share is a product of a function of x and one of y, both linear.
void add(FieldTerms& sum, const PartPoint& point, const FieldTerms& field) {
  const double a = point.column_weight;
  const double b = point.row_weight;
  const double a1 = point.column_slope;
  const double b1 = point.row_slope;
  sum.value += a * b * field.value;
  sum.x += a1 * b * field.value + a * b * field.x;
  sum.y += a * b1 * field.value + a * b * field.y;
  sum.xx += 2 * a1 * b * field.x + a * b * field.xx;
  sum.xy += a1 * b1 * field.value + a1 * b * field.y + a * b1 * field.x + a * b * field.xy;
  sum.yy += 2 * a * b1 * field.y + a * b * field.yy;
}

/// The quotient of the blended sum and the blended weights, which are 1 unless some field knows nothing of a channel.
FieldTerms quotient(const FieldTerms& sum, const FieldTerms& weight) {
  FieldTerms out;
  if (weight.value <= 0) return out;
  out.value = sum.value / weight.value;
  out.x = (sum.x - out.value * weight.x) / weight.value;
  out.y = (sum.y - out.value * weight.y) / weight.value;
  out.xx = (sum.xx - 2 * out.x * weight.x) / weight.value;
  out.xy = (sum.xy - out.x * weight.y - out.y * weight.x - out.value * weight.xy) / weight.value;
  out.yy = (sum.yy - 2 * out.y * weight.y) / weight.value;
  return out;
}

/// A network's terms at the part's points: a coordinate network's by its own coordinates, a latent field's by source
/// pixels.
class NetworkTerms {
 public:
  NetworkTerms(const FieldLayout& layout, const TileField& field, int tile, const TilePart& part, int order)
      : terms_(order == 2 ? 6 : 3), count_(part.points.size()) {
    const std::size_t size = terms_ * count_ * static_cast<std::size_t>(layout.spec.outputs);
    if (field.latent) {
      outputs_.resize(size);
      const PartPlaces at(part);
      field.latent->differentiate(order, at.x.data(), at.y.data(), count_, outputs_.data(), count_);
    } else if (!field.weights.empty()) {
      outputs_.resize(size);
      const TileCoordinates at(layout.grid, tile, part);
      per_column_ = at.per_column;
      per_row_ = at.per_row;
      architecture(layout.spec.architecture)
          .differentiate(layout.spec, field.weights.data(), order, at.x.data(), at.y.data(), count_, outputs_.data(),
                         count_);
    }
  }

  /// In fit-domain units per source pixel.
  FieldTerms at(const ChannelModel& channel, std::size_t index, std::size_t point) const {
    FieldTerms terms;
    terms.value = channel.offset;
    if (channel.kind != ChannelModel::Kind::network) return terms;
    const double scale = static_cast<double>(channel.scale);
    const auto output = [&](std::size_t term) {
      return scale * static_cast<double>(outputs_[(index * terms_ + term) * count_ + point]);
    };
    terms.value += output(0);
    terms.x = per_column_ * output(1);
    terms.y = per_row_ * output(2);
    if (terms_ == 3) return terms;
    terms.xx = per_column_ * per_column_ * output(3);
    terms.xy = per_column_ * per_row_ * output(4);
    terms.yy = per_row_ * per_row_ * output(5);
    return terms;
  }

 private:
  std::size_t terms_;
  std::size_t count_;
  double per_column_ = 1;  ///< the field's coordinate units per source pixel
  double per_row_ = 1;
  std::vector<float> outputs_;
};

}  // namespace

std::vector<std::vector<FieldTerms>> blend_terms(const FieldLayout& layout, const FieldSource& fields, int order,
                                                 const std::vector<double>& x, const std::vector<double>& y) {
  std::size_t channels = 0;
  for (const BandModel& band : layout.bands) channels += static_cast<std::size_t>(band.channels());
  std::vector<std::vector<FieldTerms>> sums(channels, std::vector<FieldTerms>(x.size()));
  std::vector<std::vector<FieldTerms>> weights = sums;
  FieldTerms one;
  one.value = 1;
  for (const auto& [tile, part] : sort_by_tile(layout.grid, x, y)) {
    const std::shared_ptr<const TileField> field = fields.field(tile);
    if (field->content.kind != TileContent::Kind::field) continue;
    const NetworkTerms network(layout, *field, tile, part, order);
    for (std::size_t c = 0; c < channels; ++c) {
      const ChannelModel& channel = field->content.channels[c];
      if (channel.kind == ChannelModel::Kind::empty) continue;
      for (std::size_t i = 0; i < part.points.size(); ++i) {
        const PartPoint& point = part.points[i];
        add(sums[c][point.index], point, network.at(channel, c, i));
        add(weights[c][point.index], point, one);
      }
    }
  }
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < x.size(); ++i) sums[c][i] = quotient(sums[c][i], weights[c][i]);
  }
  return sums;
}

}  // namespace sarinr
