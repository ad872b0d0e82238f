#include "scene/tile_fields.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sarinr/base/error.h"

namespace sarinr {

namespace {

bool wants_network(const TileContent& content) {
  return std::any_of(content.channels.begin(), content.channels.end(),
                     [](const ChannelModel& channel) { return channel.kind == ChannelModel::Kind::network; });
}

/// Records to keep so that tiles asked for row by row find those of their neighbours: a tile's nodes lie up to two of
/// the coarsest level's spacings beyond its core.
std::size_t records_kept(const TileGrid& grid, const FieldSpec& spec, std::size_t capacity) {
  if (!is_latent(spec)) return 1;
  const int reach = 2 << (latent_shape(spec).levels - 1);
  const int shortest = std::max(1, grid.rows().length() / grid.rows().count());
  const std::size_t rows = 1 + 2 * static_cast<std::size_t>((reach + shortest - 1) / shortest);
  const std::size_t wanted = rows * (static_cast<std::size_t>(grid.columns().count()) + 1);
  return std::clamp<std::size_t>(wanted, 1, std::max<std::size_t>(1, capacity));
}

std::shared_ptr<const LatentNetwork> latent_network(const FieldSpec& spec, const QuantisedWeights& shared, int overlap,
                                                    const std::string& name) {
  if (!is_latent(spec)) return nullptr;
  if (overlap != 0) {
    throw Error(name + ": its tiles overlap by " + std::to_string(overlap) +
                " pixels, which latent fields never do; the file is damaged");
  }
  if (shared.empty()) return nullptr;
  return std::make_shared<LatentNetwork>(latent_shape(spec), dequantise(spec, shared, nullptr));
}

}  // namespace

TileFields::TileFields(const TileGrid& grid, const FieldSpec& spec, const QuantisedWeights& shared, int overlap,
                       Decode decode, const std::string& name, std::size_t capacity)
    : grid_(grid),
      spec_(spec),
      shared_(shared),
      decode_(std::move(decode)),
      name_(name),
      network_(latent_network(spec, shared, overlap, name)),
      fields_(capacity),
      records_(records_kept(grid, spec, capacity)) {}

std::shared_ptr<const TileField> TileFields::field(int tile) const {
  return fields_.get(tile, [&] { return is_latent(spec_) ? latent_field(tile) : coordinate_field(tile); });
}

std::shared_ptr<const TileField> TileFields::coordinate_field(int tile) const {
  auto field = std::make_shared<TileField>();
  field->content = decode_(tile);
  if (!field->content.weights.empty()) {
    field->weights = dequantise(spec_, field->content.weights, &shared_);
    field->content.weights = {};
  }
  return field;
}

std::shared_ptr<const TileContent> TileFields::record(int tile) const {
  return records_.get(tile, [&] { return std::make_shared<const TileContent>(decode_(tile)); });
}

std::shared_ptr<const TileField> TileFields::latent_field(int tile) const {
  const std::shared_ptr<const TileContent> own = record(tile);
  auto field = std::make_shared<TileField>();
  field->content.kind = own->kind;
  field->content.masks = own->masks;
  field->content.channels = own->channels;
  field->content.exact = own->exact;
  if (!wants_network(*own)) return field;
  if (!network_) {
    throw Error(name_ + ", tile " + std::to_string(tile) + ": the file lacks the network of its latent fields");
  }
  auto latent =
      std::make_shared<LatentField>(network_, grid_.columns().length(), grid_.rows().length(), grid_.core(tile));
  latent->add(grid_.core(tile), own->latents);
  add_neighbours(tile, *latent);
  latent->complete();
  field->latent = std::move(latent);
  return field;
}

/// The symbols of all other tiles that own nodes the field depends on; those without latents leave theirs 0. The tiles
/// that come last in the file come first here: threads that work on neighbouring tiles in order then decode one each,
/// where otherwise all would wait for the first.
void TileFields::add_neighbours(int tile, LatentField& latent) const {
  const Extent around = latent.node_extent();
  const int first_column = grid_.columns().cell(around.x);
  const int first_row = grid_.rows().cell(around.y);
  for (int row = grid_.rows().cell(around.y + around.height - 1); row >= first_row; --row) {
    for (int column = grid_.columns().cell(around.x + around.width - 1); column >= first_column; --column) {
      const int owner = grid_.index(column, row);
      const Extent core = grid_.core(owner);
      if (owner == tile || !latent.depends_on(core)) continue;
      const std::shared_ptr<const TileContent> content = record(owner);
      if (!content->latents.empty()) latent.add(core, content->latents);
    }
  }
}

}  // namespace sarinr
