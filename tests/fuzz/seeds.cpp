#include "fuzz/seeds.h"

#include <algorithm>

#include "codec/latent_grids.h"
#include "codec/tile_masks.h"
#include "container/layout.h"
#include "fuzz/contexts.h"
#include "sarinr/container/file.h"

namespace sarinr::fuzz {

namespace {

class BytesSink final : public ByteSink {
 public:
  void write(ByteView view) override { bytes.insert(bytes.end(), view.begin(), view.end()); }
  void commit() override {}
  Bytes bytes;
};

Bytes chosen(std::size_t context, ByteView bytes) {
  Bytes seed{static_cast<std::uint8_t>(context)};
  seed.insert(seed.end(), bytes.begin(), bytes.end());
  return seed;
}

SpeckleModel made_speckle(const FileHeader& header) {
  const TileGrid grid = header.grid();
  const auto blocks = static_cast<std::size_t>(SpeckleAxis(grid.columns()).count()) *
                      static_cast<std::size_t>(SpeckleAxis(grid.rows()).count());
  SpeckleModel model;
  for (int c = 0; c < speckle_channel_count(header.bands); ++c) {
    model.channels.push_back({114, {60, 20, -5}, std::vector<std::int8_t>(blocks, static_cast<std::int8_t>(7 + c))});
    for (int d = 0; d < c; ++d) model.between.push_back(40);
  }
  return model;
}

Bytes made_file(Context context, int width, int height, bool overviews) {
  FileHeader& header = context.header;
  header.width = width;
  header.height = height;
  BytesSink sink;
  FileWriter writer(sink, header);
  if (!context.shared.empty()) writer.write_shared(context.shared);
  for (int tile = 0; tile < header.grid().count(); ++tile) {
    const Extent core = header.grid().core(tile);
    const std::vector<TileContent> made = made_tiles(context);
    const TileContent& content = made[static_cast<std::size_t>(tile) % made.size()];
    writer.append_tile(encode_tile(content, {&header.bands, &header.spec, &context.shared, core}));
  }
  if (overviews) writer.append_overview(2, made_file(context, (width + 1) / 2, (height + 1) / 2, false));
  writer.finish(std::vector<ChannelSummary>(static_cast<std::size_t>(header.channels()), {1, -20, 5}),
                overviews ? made_speckle(header) : SpeckleModel{});
  return sink.bytes;
}

}  // namespace

std::vector<Bytes> header_seeds() {
  std::vector<Bytes> seeds;
  for (const Context& context : contexts()) {
    const Bytes header = encode_header(context.header);
    seeds.emplace_back(header.begin() + static_cast<std::ptrdiff_t>(magic.size()) + 1,
                       header.end() - static_cast<std::ptrdiff_t>(checksum_size));
  }
  return seeds;
}

std::vector<Bytes> index_seeds() {
  std::vector<Bytes> seeds;
  for (const std::uint8_t columns : std::initializer_list<std::uint8_t>{0, 1, 4}) {
    for (std::size_t context = 0; context < contexts().size(); ++context) {
      FileHeader header = contexts()[context].header;
      header.width = 8 * (1 + columns);
      header.height = 24;
      Index index;
      std::size_t room = 0;
      for (int tile = 0; tile < header.grid().count(); ++tile) {
        index.payload_sizes.push_back(static_cast<std::uint64_t>(20 + tile * 9));
        room += static_cast<std::size_t>(record_size(index.payload_sizes.back()));
      }
      index.has_shared = context == 0;
      if (index.has_shared) room += 40;
      if (context == 1) index.overviews = {{2, 100}, {4, 60}};
      for (const StoredOverview& overview : index.overviews) room += static_cast<std::size_t>(overview.size);
      if (columns == 4) index.speckle = Bytes(30, 7);
      index.summary.resize(static_cast<std::size_t>(header.channels()));
      const Bytes bytes = encode_index(index, 0);
      Bytes seed{columns, 2, static_cast<std::uint8_t>(context), static_cast<std::uint8_t>(room >> 8),
                 static_cast<std::uint8_t>(room)};
      seed.insert(seed.end(), bytes.begin(),
                  bytes.end() - static_cast<std::ptrdiff_t>(checksum_size + end_mark.size()));
      seeds.push_back(std::move(seed));
    }
  }
  return seeds;
}

std::vector<Bytes> record_seeds() {
  std::vector<Bytes> seeds;
  for (std::size_t c = 0; c < contexts().size(); ++c) {
    const Context& context = contexts()[c];
    for (const TileContent& tile : made_tiles(context)) seeds.push_back(chosen(c, encode_tile(tile, context.tile())));
  }
  return seeds;
}

std::vector<Bytes> mask_seeds() {
  std::vector<Bytes> seeds;
  for (std::size_t c = 0; c < contexts().size(); ++c) {
    const TileContext context = contexts()[c].tile();
    for (const TileContent& tile : made_tiles(contexts()[c])) {
      ByteWriter writer;
      write_masks(tile.masks, *context.bands, context.core, writer);
      seeds.push_back(chosen(c, writer.view()));
    }
  }
  return seeds;
}

std::vector<Bytes> weight_seeds() {
  std::vector<Bytes> seeds;
  for (std::size_t c = 0; c < contexts().size(); ++c) {
    for (const bool difference : {false, true}) {
      ByteWriter writer;
      encode_weights(made_weights(contexts()[c].header.spec, c, difference && !contexts()[c].shared.empty()), writer);
      seeds.push_back(chosen(c, writer.view()));
    }
  }
  return seeds;
}

std::vector<Bytes> latent_seeds() {
  std::vector<Bytes> seeds;
  for (std::size_t c = 0; c < latent_cases().size(); ++c) {
    const LatentCase& chosen = latent_cases()[c];
    const Extent core{0, 0, 21, 14};
    const std::vector<bool> coded(static_cast<std::size_t>(chosen.shape.channels), true);
    for (const double scale : {0.3, 30.0}) {
      const LatentGrids grids = testing_support::laplace_grids(chosen.shape, core, scale, 3);
      Bytes seed{static_cast<std::uint8_t>(c), 20, 13};
      const Bytes stream = chosen.coder.encode(grids, core, coded);
      seed.insert(seed.end(), stream.begin(), stream.end());
      seeds.push_back(std::move(seed));
    }
  }
  return seeds;
}

std::vector<Bytes> file_seeds() {
  std::vector<Bytes> seeds;
  for (const Context& context : contexts()) {
    seeds.push_back(made_file(context, 9, 7, false));
    seeds.push_back(made_file(context, 18, 14, true));
  }
  return seeds;
}

}  // namespace sarinr::fuzz
