#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "codec/latent_grids.h"
#include "sarinr/base/error.h"
#include "small_file.h"

namespace sarinr {
namespace {

using testing_support::laplace_grids;
using testing_support::MemorySink;
using testing_support::open_failure;
using testing_support::random_networks;

/// Two bands of values and a categorical one, in 3 x 4 tiles.
FileHeader latent_header() {
  LatentShape shape;
  shape.channels = 2;
  shape.levels = 4;
  FileHeader header;
  header.width = 31;
  header.height = 41;
  header.tile_size = 10;
  header.overlap = 0;
  header.bands = {{Quantity::decibel, PixelType::f32, {}},
                  {Quantity::categorical, PixelType::u8, {}},
                  {Quantity::other, PixelType::f32, {}}};
  header.spec = latent_spec(shape);
  header.metadata = "{}";
  return header;
}

QuantisedWeights networks_of(const FileHeader& header) { return random_networks(header.spec, 5); }

/// Every third tile has both channels from the networks, every third the second alone, every third none.
TileContent latent_tile(const FileHeader& header, int tile) {
  using Kind = ChannelModel::Kind;
  const Extent core = header.grid().core(tile);
  TileContent content;
  content.masks.resize(3);
  content.channels = {{tile % 3 == 0 ? Kind::network : Kind::constant, -10, 1},
                      {tile % 3 == 2 ? Kind::constant : Kind::network, 3, tile % 3 == 2 ? 1 : 0.5f}};
  content.exact.resize(3);
  content.exact[1].assign(static_cast<std::size_t>(core.width) * static_cast<std::size_t>(core.height),
                          static_cast<std::uint8_t>(tile));
  if (tile % 3 == 2) return content;
  content.latents = laplace_grids(latent_shape(header.spec), core, 2, static_cast<std::uint64_t>(tile));
  for (std::size_t i = 0; tile % 3 == 1 && i < content.latents.symbols.size(); i += 2) {
    std::fill(content.latents.symbols[i].begin(), content.latents.symbols[i].end(), std::int16_t{0});
  }
  return content;
}

class LatentFile : public testing::Test {
 protected:
  TileContext context(int tile) const {
    return {&header_.bands, &header_.spec, &networks_, header_.grid().core(tile), &coder_};
  }

  Bytes file() const {
    MemorySink sink;
    FileWriter writer(sink, header_);
    writer.write_shared(networks_);
    for (int tile = 0; tile < header_.grid().count(); ++tile) {
      writer.append_tile(encode_tile(latent_tile(header_, tile), context(tile)));
    }
    writer.finish({{0.5f, -1, 40}, {0.5f, -1, 40}});
    return std::move(sink.bytes);
  }

  FileHeader header_ = latent_header();
  QuantisedWeights networks_ = networks_of(header_);
  LatentCoder coder_ = LatentCoder::make(header_.spec, networks_).value_or_throw("networks");
};

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

TEST_F(LatentFile, GivesBackItsTiles) {
  const auto reader = FileReader::open(memory_source(file()));
  ASSERT_TRUE(reader) << reader.failure().message;
  EXPECT_TRUE(is_latent((*reader)->header().spec));
  ASSERT_NE((*reader)->latent_coder(), nullptr);
  for (int tile = 0; tile < header_.grid().count(); ++tile) {
    const TileContent written = latent_tile(header_, tile);
    const Result<TileContent> read = (*reader)->tile(tile);
    ASSERT_TRUE(read) << read.failure().message;
    EXPECT_EQ(read->latents.symbols, written.latents.symbols) << "tile " << tile;
    EXPECT_EQ(read->exact, written.exact) << "tile " << tile;
    EXPECT_TRUE(read->weights.empty());
    for (std::size_t c = 0; c < 2; ++c) {
      EXPECT_EQ(read->channels[c].kind, written.channels[c].kind);
      EXPECT_EQ(read->channels[c].offset, written.channels[c].offset);
      EXPECT_EQ(read->channels[c].scale, written.channels[c].scale);
    }
  }
}

TEST_F(LatentFile, CoordinateNetworksHaveNoLatentCoder) {
  const auto reader = FileReader::open(memory_source(testing_support::small_file(testing_support::small_header(9, 9))));
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->latent_coder(), nullptr);
}

TEST_F(LatentFile, IsRefusedWithoutNetworks) {
  MemorySink sink;
  FileWriter writer(sink, header_);
  EXPECT_EQ(refusal([&] { writer.append_tile(Bytes{0}); }),
            "the networks of latent fields are written before the first tile");
  // A file of coordinate networks whose header is exchanged for one with a latent spec.
  FileHeader plain = header_;
  plain.width = plain.height = 8;
  plain.spec = FieldSpec{"siren", 2, 8, 1, {30.0f, 30.0f}};
  MemorySink plain_sink;
  FileWriter plain_writer(plain_sink, plain);
  plain_writer.append_tile(Bytes{0});
  plain_writer.finish({{}, {}});
  const std::size_t old_size = encode_header(plain).size();
  plain.spec = header_.spec;
  const Bytes new_header = encode_header(plain);
  Bytes bytes = new_header;
  bytes.insert(bytes.end(), plain_sink.bytes.begin() + static_cast<std::ptrdiff_t>(old_size), plain_sink.bytes.end());
  // The index's checksum is seeded with the header's.
  const std::size_t record_size = 1 + 1 + 4;
  const std::size_t index_begin = new_header.size() + record_size;
  const ByteView index = ByteView(bytes).subspan(index_begin, bytes.size() - index_begin - 8);
  ByteWriter checksum;
  checksum.u32(crc32c(index, ByteReader(ByteView(new_header).last(4)).u32()));
  std::copy(checksum.view().begin(), checksum.view().end(), bytes.end() - 8);
  EXPECT_EQ(open_failure(bytes),
            "the file is damaged: it has latent fields but not their networks; sarinr repair saves what is left");
}

TEST_F(LatentFile, RefusesNetworksWithoutAFixedPointForm) {
  networks_.tensors[static_cast<std::size_t>(latent_tensor::of_channel(0, latent_tensor::entropy_first))].exponent = -9;
  const std::string problem =
      "channel 1's entropy network: its first matrix has the step exponent -9; it must be even and not below -20";
  MemorySink sink;
  FileWriter writer(sink, header_);
  EXPECT_EQ(refusal([&] { writer.write_shared(networks_); }), "the networks cannot be written: " + problem);
}

TEST_F(LatentFile, HasNoOverlap) {
  header_.overlap = 2;
  EXPECT_EQ(refusal([&] { static_cast<void>(encode_header(header_)); }),
            "a .sinr file cannot hold this: the overlap is 2; that of latent fields is 0");
}

TEST_F(LatentFile, RefusesNetworksLargerThanMemory) {
  LatentShape shape;
  shape.channels = 8192;
  shape.width = 512;
  ByteWriter writer;
  write(latent_spec(shape), writer);
  ByteReader reader(writer.view());
  const Result<FieldSpec> spec = read_field_spec(reader);
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.failure().message, "latent of this size has 506946479 weights; there may be 16777216");
}

TEST_F(LatentFile, TilesThatDoNotGoTogetherAreNotCoded) {
  const std::string start = "a tile cannot be coded: ";
  const auto encode = [&](const TileContent& content, const TileContext& where) {
    return refusal([&] { static_cast<void>(encode_tile(content, where)); });
  };
  TileContent content = latent_tile(header_, 0);
  TileContext without_coder = context(0);
  without_coder.latents = nullptr;
  EXPECT_EQ(encode(content, without_coder), start + "its latent grids have no coder");
  content.weights = networks_;
  EXPECT_EQ(encode(content, context(0)), start + "its weights do not go with its channels");
  content = latent_tile(header_, 0);
  content.latents = {};
  EXPECT_EQ(encode(content, context(0)), start + "its latent grids do not go with its channels");
  content = latent_tile(header_, 2);
  content.latents = latent_tile(header_, 0).latents;
  EXPECT_EQ(encode(content, context(2)), start + "its latent grids do not go with its channels");
  const Bytes payload = encode_tile(latent_tile(header_, 0), context(0));
  EXPECT_EQ(decode_tile(payload, without_coder).failure().message,
            "its latent grids need networks, which the file does not have");
}

TEST_F(LatentFile, DamagedRecordsNeverThrow) {
  Random random(3);
  int decoded = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const int tile = trial % 3;
    Bytes payload = encode_tile(latent_tile(header_, tile), context(tile));
    for (int k = 0; k <= trial % 4; ++k) {
      payload[random.bits() % payload.size()] = static_cast<std::uint8_t>(random.bits());
    }
    if (trial % 2 == 0) payload.resize(random.bits() % payload.size());
    if (decode_tile(payload, context(tile))) ++decoded;
  }
  EXPECT_GT(decoded, 40) << "most damage lies in the latent stream, where any bytes mean something";
}

}  // namespace
}  // namespace sarinr
