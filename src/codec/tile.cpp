#include "sarinr/codec/tile.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "codec/exact_samples.h"
#include "codec/sample_planes.h"
#include "codec/tile_masks.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

constexpr unsigned lossless_flag = 1;
constexpr unsigned masks_flag = 2;
constexpr unsigned sampled_flag = 4;
constexpr unsigned known_flags = lossless_flag | masks_flag | sampled_flag;

std::size_t pixel_count(const Extent& core) {
  return static_cast<std::size_t>(core.width) * static_cast<std::size_t>(core.height);
}

std::size_t channel_count(const std::vector<BandModel>& bands) {
  std::size_t count = 0;
  for (const BandModel& band : bands) count += static_cast<std::size_t>(band.channels());
  return count;
}

bool is_exact(const BandModel& band, TileContent::Kind kind) {
  return kind != TileContent::Kind::field || band.quantity == Quantity::categorical;
}

bool wants_network(const std::vector<ChannelModel>& channels) {
  return std::any_of(channels.begin(), channels.end(),
                     [](const ChannelModel& channel) { return channel.kind == ChannelModel::Kind::network; });
}

bool is_scale(float scale) { return std::isfinite(scale) && scale > 0; }

/// A channel of which nothing is known cannot give a value: no pixel of its band may ask for one.
std::string complaint(const std::vector<ChannelModel>& channels, const std::vector<BandModel>& bands,
                      const std::vector<ClassMap>& masks) {
  std::size_t channel = 0;
  for (std::size_t b = 0; b < bands.size(); ++b) {
    for (int k = 0; k < bands[b].channels(); ++k, ++channel) {
      if (channels[channel].kind != ChannelModel::Kind::empty) continue;
      if (masks[b].empty() || std::any_of(masks[b].begin(), masks[b].end(), has_value)) {
        return "band " + std::to_string(b + 1) + " has pixels with a value but nothing to compute it from";
      }
    }
  }
  return {};
}

void check_for_coding(const TileContent& content, const std::vector<ClassMap>& masks, const TileContext& context) {
  const auto require = [](bool holds, const char* sentence) {
    if (!holds) throw Error(std::string("a tile cannot be coded: ") + sentence, ErrorKind::internal);
  };
  const std::vector<BandModel>& bands = *context.bands;
  const bool is_field = content.kind == TileContent::Kind::field;
  require(masks.size() == bands.size(), "its masks are not one a band");
  require(content.exact.empty() || content.exact.size() == bands.size(), "its exact samples are not one list a band");
  require(content.channels.size() == (is_field ? channel_count(bands) : 0), "it has too few or too many channels");
  const bool wants = wants_network(content.channels);
  const bool latent = is_latent(*context.spec);
  require((wants && !latent) == !content.weights.empty(), "its weights do not go with its channels");
  require((wants && latent) == !content.latents.empty(), "its latent grids do not go with its channels");
  require(!wants || !latent || context.latents != nullptr, "its latent grids have no coder");
  const bool has_shared = context.shared != nullptr && !context.shared->empty();
  for (const QuantisedTensor& tensor : content.weights.tensors) {
    require(has_shared || !tensor.difference, "its weights differ from shared ones, which the file does not have");
  }
  if (!is_field) return;
  const std::string problem = complaint(content.channels, bands, masks);
  require(problem.empty(), problem.c_str());
}

void write_channels(const std::vector<ChannelModel>& channels, ByteWriter& writer) {
  for (std::size_t i = 0; i < channels.size(); i += 4) {
    unsigned byte = 0;
    for (std::size_t k = i; k < std::min(i + 4, channels.size()); ++k) {
      byte |= static_cast<unsigned>(channels[k].kind) << (2 * (k - i));
    }
    writer.u8(static_cast<std::uint8_t>(byte));
  }
  for (const ChannelModel& channel : channels) {
    if (channel.kind == ChannelModel::Kind::empty) continue;
    if (!std::isfinite(channel.offset)) throw Error("a channel's offset is not finite", ErrorKind::internal);
    if (channel.kind == ChannelModel::Kind::constant) {
      writer.f64(channel.offset);
      continue;
    }
    const float offset = static_cast<float>(channel.offset);
    const std::uint32_t scale = std::bit_cast<std::uint32_t>(channel.scale);
    if (static_cast<double>(offset) != channel.offset) {
      throw Error("a network channel's offset is no float", ErrorKind::internal);
    }
    if (!is_scale(channel.scale) || (scale & 0xFFFF) != 0) {
      throw Error("a network channel's scale is no positive bfloat16", ErrorKind::internal);
    }
    writer.f32(offset);
    writer.u16(static_cast<std::uint16_t>(scale >> 16));
  }
}

Result<std::vector<ChannelModel>> read_channels(std::size_t count, ByteReader& reader) {
  const ByteView kinds = reader.bytes((count + 3) / 4);
  if (reader.failed()) return Failure{"the channels end early"};
  if (count % 4 != 0 && kinds.back() >> (2 * (count % 4)) != 0) return Failure{"a channel is of no known kind"};
  std::vector<ChannelModel> channels(count);
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned kind = (unsigned{kinds[i / 4]} >> (2 * (i % 4))) & 3;
    if (kind > static_cast<unsigned>(ChannelModel::Kind::network)) return Failure{"a channel is of no known kind"};
    channels[i].kind = static_cast<ChannelModel::Kind>(kind);
    if (channels[i].kind == ChannelModel::Kind::constant) channels[i].offset = reader.f64();
    if (channels[i].kind == ChannelModel::Kind::network) {
      channels[i].offset = static_cast<double>(reader.f32());
      channels[i].scale = std::bit_cast<float>(std::uint32_t{reader.u16()} << 16);
    }
    if (reader.failed()) return Failure{"the channels end early"};
    if (!std::isfinite(channels[i].offset)) return Failure{"a channel's offset is not finite"};
    if (!is_scale(channels[i].scale)) return Failure{"a channel's scale is not a positive number"};
  }
  return channels;
}

void write_exact(const TileContent& content, const std::vector<ClassMap>& masks, const TileContext& context,
                 ByteWriter& writer) {
  for (std::size_t b = 0; b < context.bands->size(); ++b) {
    const BandModel& band = (*context.bands)[b];
    const std::size_t size = content.exact.empty() ? 0 : content.exact[b].size();
    const std::size_t wanted =
        is_exact(band, content.kind) ? pixel_count(context.core) * bytes_per_pixel(band.type) : 0;
    if (size != wanted) throw Error("exact samples are not as many as the tile's pixels", ErrorKind::internal);
    if (wanted == 0 || content.kind == TileContent::Kind::sampled) continue;
    const Bytes frame = compress_samples(content.exact[b], bytes_per_pixel(band.type));
    writer.varint(frame.size());
    writer.bytes(frame);
  }
  if (content.kind == TileContent::Kind::sampled) {
    write_samples(content.exact, masks, *context.bands, context.core, content.bound, writer);
  }
}

Result<std::vector<Bytes>> read_exact(const TileContent& content, const TileContext& context, ByteReader& reader) {
  const TileContent::Kind kind = content.kind;
  if (kind == TileContent::Kind::sampled) return read_samples(content.masks, *context.bands, context.core, reader);
  std::vector<Bytes> exact(context.bands->size());
  for (std::size_t b = 0; b < exact.size(); ++b) {
    const BandModel& band = (*context.bands)[b];
    if (!is_exact(band, kind)) continue;
    const std::uint64_t size = reader.varint();
    if (reader.failed() || size > reader.left()) return Failure{"the exact samples end early"};
    Result<Bytes> samples = decompress_samples(reader.bytes(static_cast<std::size_t>(size)), pixel_count(context.core),
                                               bytes_per_pixel(band.type));
    if (!samples) return samples.failure();
    exact[b] = std::move(*samples);
  }
  return exact;
}

/// Channels and weights, of a tile that has them.
Result<bool> read_field(TileContent& content, const TileContext& context, ByteReader& reader) {
  Result<std::vector<ChannelModel>> channels = read_channels(channel_count(*context.bands), reader);
  if (!channels) return channels.failure();
  content.channels = std::move(*channels);
  const std::string problem = complaint(content.channels, *context.bands, content.masks);
  if (!problem.empty()) return Failure{problem};
  if (!wants_network(content.channels) || is_latent(*context.spec)) return true;
  const bool has_shared = context.shared != nullptr && !context.shared->empty();
  Result<QuantisedWeights> weights = decode_weights(*context.spec, has_shared, reader);
  if (!weights) return weights.failure();
  content.weights = std::move(*weights);
  return true;
}

/// The latent grids of a tile that has them: all the bytes left.
Result<LatentGrids> read_latents(const TileContent& content, const TileContext& context, ByteReader& reader) {
  if (context.latents == nullptr) return Failure{"its latent grids need networks, which the file does not have"};
  return context.latents->decode(reader.bytes(reader.left()), context.core, coded_channels(content.channels));
}

}  // namespace

std::vector<bool> coded_channels(const std::vector<ChannelModel>& channels) {
  std::vector<bool> coded;
  for (const ChannelModel& channel : channels) coded.push_back(channel.kind == ChannelModel::Kind::network);
  return coded;
}

Bytes encode_tile(const TileContent& content, const TileContext& context) {
  const std::vector<ClassMap> no_masks(context.bands->size());
  const std::vector<ClassMap>& masks = content.masks.empty() ? no_masks : content.masks;
  check_for_coding(content, masks, context);
  const bool has_masks = any_classes(masks);
  const unsigned kind = content.kind == TileContent::Kind::lossless  ? lossless_flag
                        : content.kind == TileContent::Kind::sampled ? sampled_flag
                                                                     : 0;
  ByteWriter writer;
  writer.u8(static_cast<std::uint8_t>(kind | (has_masks ? masks_flag : 0)));
  if (has_masks) write_masks(masks, *context.bands, context.core, writer);
  write_channels(content.channels, writer);
  if (!content.weights.empty()) encode_weights(content.weights, writer);
  write_exact(content, masks, context, writer);
  if (!content.latents.empty()) {
    writer.bytes(context.latents->encode(content.latents, context.core, coded_channels(content.channels)));
  }
  return writer.take();
}

Result<TileContent> decode_tile(ByteView payload, const TileContext& context) {
  ByteReader reader(payload);
  const unsigned flags = reader.u8();
  const bool two_kinds = (flags & lossless_flag) != 0 && (flags & sampled_flag) != 0;
  if (reader.failed() || (flags & ~known_flags) != 0 || two_kinds) return Failure{"the tile is of no known kind"};
  TileContent content;
  content.kind = (flags & lossless_flag) != 0  ? TileContent::Kind::lossless
                 : (flags & sampled_flag) != 0 ? TileContent::Kind::sampled
                                               : TileContent::Kind::field;
  content.masks.resize(context.bands->size());
  if ((flags & masks_flag) != 0) {
    Result<std::vector<ClassMap>> masks = read_masks(*context.bands, context.core, reader);
    if (!masks) return masks.failure();
    content.masks = std::move(*masks);
  }
  if (content.kind == TileContent::Kind::field) {
    const Result<bool> field = read_field(content, context, reader);
    if (!field) return field.failure();
  }
  Result<std::vector<Bytes>> exact = read_exact(content, context, reader);
  if (!exact) return exact.failure();
  content.exact = std::move(*exact);
  if (is_latent(*context.spec) && wants_network(content.channels)) {
    Result<LatentGrids> latents = read_latents(content, context, reader);
    if (!latents) return latents.failure();
    content.latents = std::move(*latents);
  }
  if (reader.left() != 0) return Failure{"the tile holds more bytes than it should"};
  return content;
}

}  // namespace sarinr
