#include "sarinr/codec/tile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "sarinr/base/error.h"
#include "sarinr/base/random.h"

namespace sarinr {
namespace {

constexpr int core_width = 13;
constexpr int core_height = 9;
constexpr std::size_t pixels = core_width * core_height;

/// Four bands (amplitude, complex, categorical, other) and their tile, of every kind of channel.
class Tile : public testing::Test {
 protected:
  Tile() {
    context_.bands = &bands_;
    context_.spec = &spec_;
    context_.core = Extent{100, 200, core_width, core_height};
  }

  QuantisedWeights weights(std::uint64_t seed) const {
    Random random(seed);
    QuantisedWeights result;
    for (const TensorInfo& tensor : architecture("siren").tensors(spec_)) {
      QuantisedTensor quantised{-14, false, {}};
      for (std::size_t i = 0; i < tensor.size(); ++i) {
        quantised.symbols.push_back(static_cast<std::int32_t>(std::lround(8 * random.normal())));
      }
      result.tensors.push_back(quantised);
    }
    return result;
  }

  static Bytes noise(std::size_t size, std::uint64_t seed) {
    Random random(seed);
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.bits() % 5);
    return bytes;
  }

  TileContent field_tile() const {
    TileContent content;
    content.masks.resize(4);
    content.masks[0].assign(pixels, PixelClass::valid);
    for (std::size_t i = 0; i < 30; ++i) content.masks[0][i] = PixelClass::nodata;
    content.masks[0][70] = PixelClass::zero;
    content.masks[1] = content.masks[0];
    for (PixelClass& c : content.masks[1]) c = c == PixelClass::nodata ? PixelClass::masked : c;
    content.masks[3].assign(pixels, PixelClass::not_a_number);
    content.channels = {{ChannelModel::Kind::network, -12.5, 6.5f},
                        {ChannelModel::Kind::constant, 0.1, 1},
                        {ChannelModel::Kind::network, 3, 0x1p-30f},
                        {ChannelModel::Kind::empty, 0, 1}};
    content.weights = weights(1);
    content.exact = {{}, {}, noise(pixels, 2), {}};
    return content;
  }

  TileContent lossless_tile() const {
    TileContent content;
    content.kind = TileContent::Kind::lossless;
    content.masks.resize(4);
    content.exact = {noise(pixels * 2, 1), noise(pixels * 8, 2), noise(pixels, 3), noise(pixels * 4, 4)};
    return content;
  }

  void expect_round_trip(const TileContent& content) const {
    const Bytes payload = encode_tile(content, context_);
    const Result<TileContent> back = decode_tile(payload, context_);
    ASSERT_TRUE(back) << back.failure().message;
    EXPECT_EQ(back->kind, content.kind);
    EXPECT_EQ(back->masks, content.masks);
    EXPECT_EQ(back->exact, content.exact);
    ASSERT_EQ(back->channels.size(), content.channels.size());
    for (std::size_t i = 0; i < content.channels.size(); ++i) {
      EXPECT_EQ(back->channels[i].kind, content.channels[i].kind);
      EXPECT_EQ(back->channels[i].offset, content.channels[i].offset);
      EXPECT_EQ(back->channels[i].scale, content.channels[i].scale);
    }
    ASSERT_EQ(back->weights.tensors.size(), content.weights.tensors.size());
    for (std::size_t t = 0; t < content.weights.tensors.size(); ++t) {
      EXPECT_EQ(back->weights.tensors[t].symbols, content.weights.tensors[t].symbols);
      EXPECT_EQ(back->weights.tensors[t].difference, content.weights.tensors[t].difference);
    }
  }

  std::string refusal(const TileContent& content) const {
    try {
      encode_tile(content, context_);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::internal);
      return error.what();
    }
    return "no error";
  }

  std::string failure(ByteView payload) const {
    const Result<TileContent> result = decode_tile(payload, context_);
    return result ? "no failure" : result.failure().message;
  }

  std::vector<BandModel> bands_{{Quantity::amplitude, PixelType::u16, 0.0},
                                {Quantity::complex, PixelType::cf32, {}},
                                {Quantity::categorical, PixelType::u8, {}},
                                {Quantity::other, PixelType::f32, {}}};
  FieldSpec spec_{"siren", 4, 8, 1, {30.0f, 30.0f}};
  TileContext context_;
};

TEST_F(Tile, FieldRoundTrips) { expect_round_trip(field_tile()); }

TEST_F(Tile, LosslessRoundTrips) {
  TileContent content = lossless_tile();
  expect_round_trip(content);
  content.masks[0].assign(pixels, PixelClass::valid);
  content.masks[0][5] = PixelClass::masked;
  expect_round_trip(content);
}

TEST_F(Tile, DifferencesRoundTripWithSharedWeightsOnly) {
  const QuantisedWeights shared = weights(7);
  TileContent content = field_tile();
  content.weights.tensors[1].difference = true;
  EXPECT_THAT(refusal(content), testing::HasSubstr("differ from shared ones"));
  context_.shared = &shared;
  expect_round_trip(content);
  const Bytes payload = encode_tile(content, context_);
  const QuantisedWeights none;
  context_.shared = &none;
  EXPECT_EQ(failure(payload), "weights refer to shared weights, which the file does not have");
}

TEST_F(Tile, PlainMasksCostNothing) {
  TileContent content = field_tile();
  content.channels.assign(4, {ChannelModel::Kind::constant, 1, 1});
  content.weights = {};
  content.masks.clear();
  const Bytes without = encode_tile(content, context_);
  content.masks.assign(4, {});
  content.masks[3].assign(pixels, PixelClass::valid);
  EXPECT_EQ(encode_tile(content, context_), without);
  EXPECT_TRUE(decode_tile(without, context_)->masks[3].empty());
}

TEST_F(Tile, EmptyTileTakesAFewBytes) {
  bands_ = {{Quantity::power, PixelType::f32, 0.0}, {Quantity::power, PixelType::f32, 0.0}};
  context_.core = Extent{0, 0, 256, 256};
  TileContent content;
  content.masks.assign(2, std::vector<PixelClass>(256 * 256, PixelClass::nodata));
  content.channels.resize(2);
  EXPECT_EQ(encode_tile(content, context_).size(), 4u);
  content.exact.resize(2);
  expect_round_trip(content);
}

TEST_F(Tile, RepeatedMaskCostsAByte) {
  bands_ = {{Quantity::power, PixelType::f32, 0.0}, {Quantity::power, PixelType::f32, 0.0}};
  TileContent content;
  content.channels.assign(2, {ChannelModel::Kind::constant, 1, 1});
  content.masks = {field_tile().masks[0], {}};
  content.exact.resize(2);
  const std::size_t size = encode_tile(content, context_).size();
  content.masks[1] = content.masks[0];
  EXPECT_EQ(encode_tile(content, context_).size(), size);
  expect_round_trip(content);
}

TEST_F(Tile, EncoderRefusesWhatTheFormatCannotHold) {
  using Change = std::function<void(TileContent&)>;
  const std::vector<std::pair<Change, std::string>> cases{
      {[](TileContent& c) { c.channels[0].offset = 0.1; }, "offset is no float"},
      {[](TileContent& c) { c.channels[0].scale = 1.001f; }, "scale is no positive bfloat16"},
      {[](TileContent& c) { c.channels[0].scale = -1; }, "scale is no positive bfloat16"},
      {[](TileContent& c) { c.channels[1].offset = std::numeric_limits<double>::infinity(); }, "offset is not finite"},
      {[](TileContent& c) { c.channels.pop_back(); }, "too few or too many channels"},
      {[](TileContent& c) { c.weights = {}; }, "weights do not go with its channels"},
      {[](TileContent& c) { c.exact[2].pop_back(); }, "exact samples are not as many"},
      {[](TileContent& c) { c.exact.clear(); }, "exact samples are not as many"},
      {[](TileContent& c) { c.exact[0] = Bytes(pixels * 2); }, "exact samples are not as many"},
      {[](TileContent& c) { c.masks.pop_back(); }, "masks are not one a band"},
      {[](TileContent& c) { c.masks[0].pop_back(); }, "mask of another size"},
      {[](TileContent& c) { c.masks[0][0] = PixelClass::not_a_number; }, "band 1 class 2, which that band cannot have"},
      {[](TileContent& c) { c.masks[3].clear(); }, "band 4 has pixels with a value but nothing to compute it from"},
      {[](TileContent& c) { c.masks[2].assign(pixels, PixelClass::masked); }, "categorical band has no mask"}};
  for (const auto& [change, sentence] : cases) {
    TileContent content = field_tile();
    change(content);
    EXPECT_THAT(refusal(content), testing::HasSubstr(sentence));
  }
}

TEST_F(Tile, DecoderRefusesWhatNoEncoderWrites) {
  bands_ = {{Quantity::amplitude, PixelType::u16, {}}};
  spec_.outputs = 1;
  const std::uint8_t one_constant = 1;
  const std::uint8_t one_network = 2;
  const Bytes one{0, 0, 0, 0, 0, 0, 0xF0, 0x3F};
  const auto constant = [&](std::uint8_t flags, std::uint8_t kinds, const Bytes& rest) {
    Bytes payload{flags, kinds};
    payload.insert(payload.end(), rest.begin(), rest.end());
    return payload;
  };
  EXPECT_EQ(failure(constant(0, one_constant, one)), "no failure");
  EXPECT_EQ(failure({}), "the tile is of no known kind");
  EXPECT_EQ(failure(constant(8, one_constant, one)), "the tile is of no known kind");
  EXPECT_EQ(failure(constant(0, 3, one)), "a channel is of no known kind");
  EXPECT_EQ(failure(constant(0, one_constant | 4, one)), "a channel is of no known kind");
  EXPECT_EQ(failure(constant(0, 0, {})), "band 1 has pixels with a value but nothing to compute it from");
  EXPECT_EQ(failure(constant(0, one_constant, {0, 0, 0, 0, 0, 0, 0xF0, 0x7F})), "a channel's offset is not finite");
  EXPECT_EQ(failure(constant(0, one_network, {0, 0, 0x80, 0x7F, 0x80, 0x3F})), "a channel's offset is not finite");
  for (const Bytes& scale : {Bytes{0, 0}, Bytes{0x80, 0xBF}, Bytes{0xC0, 0x7F}, Bytes{0x80, 0x7F}}) {
    EXPECT_EQ(failure(constant(0, one_network, {0, 0, 0, 0, scale[0], scale[1]})),
              "a channel's scale is not a positive number");
  }
  EXPECT_EQ(failure(constant(2, 0x20, one)), "a mask is of no known form");
  EXPECT_EQ(failure(constant(2, 0x04, one)), "a mask is of no known form");
  EXPECT_EQ(failure(constant(2, 0x01, one)), "a mask is of no known form");
  EXPECT_EQ(failure(constant(2, 0x02, one)), "a mask repeats one that does not exist");
  EXPECT_EQ(failure(constant(2, 1 | 1 << 2, {0})),
            "its mask gives pixels of band 1 class 1, which that band cannot have");
  Bytes longer = constant(0, one_constant, one);
  longer.push_back(0);
  EXPECT_EQ(failure(longer), "the tile holds more bytes than it should");
}

TEST_F(Tile, DecoderRefusesExactSamplesOfAnotherSize) {
  TileContent content = lossless_tile();
  const Bytes payload = encode_tile(content, context_);
  context_.core.width -= 1;
  EXPECT_THAT(failure(payload), testing::HasSubstr("more than they can"));
  context_.core.width += 2;
  EXPECT_EQ(failure(payload), "exact samples are not as many as the tile's pixels");
}

TEST_F(Tile, EveryTruncationFails) {
  for (const TileContent& content : {field_tile(), lossless_tile()}) {
    const Bytes payload = encode_tile(content, context_);
    for (std::size_t size = 0; size < payload.size(); ++size) {
      ASSERT_NE(failure(ByteView(payload).first(size)), "no failure") << size;
    }
  }
}

TEST_F(Tile, MutatedPayloadsNeverThrow) {
  const Bytes sound[] = {encode_tile(field_tile(), context_), encode_tile(lossless_tile(), context_)};
  Random random(6);
  int refused = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    Bytes payload = sound[trial % 2];
    const std::size_t changes = 1 + random.bits() % 4;
    for (std::size_t i = 0; i < changes; ++i)
      payload[random.bits() % payload.size()] ^= static_cast<std::uint8_t>(1 + random.bits() % 255);
    if (random.bits() % 8 == 0) payload.resize(random.bits() % payload.size());
    const Result<TileContent> result = decode_tile(payload, context_);
    if (!result) {
      ++refused;
      ASSERT_FALSE(result.failure().message.empty());
      continue;
    }
    ASSERT_EQ(result->masks.size(), 4u);
    ASSERT_EQ(result->exact.size(), 4u);
  }
  EXPECT_GT(refused, 200);
}

}  // namespace
}  // namespace sarinr
