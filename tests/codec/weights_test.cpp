#include "sarinr/codec/weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "sarinr/base/error.h"
#include "sarinr/base/random.h"

namespace sarinr {
namespace {

FieldSpec small_spec() { return FieldSpec{"siren", 1, 8, 1, {30.0f, 30.0f}}; }

QuantisedWeights random_weights(const FieldSpec& spec, std::uint64_t seed, double deviation) {
  Random random(seed);
  QuantisedWeights weights;
  for (const TensorInfo& tensor : architecture(spec.architecture).tensors(spec)) {
    QuantisedTensor quantised;
    quantised.exponent = static_cast<std::int8_t>(-20 + static_cast<int>(random.bits() % 16));
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      quantised.symbols.push_back(static_cast<std::int32_t>(std::lround(random.normal() * deviation)));
    }
    weights.tensors.push_back(quantised);
  }
  return weights;
}

void expect_same(const QuantisedWeights& a, const QuantisedWeights& b) {
  ASSERT_EQ(a.tensors.size(), b.tensors.size());
  for (std::size_t t = 0; t < a.tensors.size(); ++t) {
    EXPECT_EQ(a.tensors[t].exponent, b.tensors[t].exponent);
    EXPECT_EQ(a.tensors[t].difference, b.tensors[t].difference);
    EXPECT_EQ(a.tensors[t].symbols, b.tensors[t].symbols);
  }
}

Bytes coded(const QuantisedWeights& weights) {
  ByteWriter writer;
  encode_weights(weights, writer);
  return writer.take();
}

/// Bits of a symbol whose probability is the integral of `cumulative` over its cell.
double entropy(const std::function<double(double)>& cumulative) {
  double bits = 0;
  for (int k = -3000; k <= 3000; ++k) {
    const double p = cumulative(k + 0.5) - cumulative(k - 0.5);
    if (p > 1e-12) bits -= p * std::log2(p);
  }
  return bits;
}

double cost(const std::function<double(Random&)>& draw) {
  const int fields = 10;
  std::size_t bytes = 0;
  for (int field = 0; field < fields; ++field) {
    Random random(static_cast<std::uint64_t>(field));
    std::vector<std::int32_t> symbols(4096);
    for (std::int32_t& symbol : symbols) symbol = static_cast<std::int32_t>(std::lround(draw(random)));
    BinaryEncoder encoder;
    encode_symbols(symbols, encoder);
    bytes += encoder.finish().size();
  }
  return static_cast<double>(bytes) * 8 / (4096.0 * fields);
}

TEST(Symbols, CostWithinThreePercentOfTheEntropyOfGaussians) {
  for (const double deviation : {0.7, 3.0, 20.0, 200.0}) {
    const double ideal = entropy([&](double x) { return 0.5 * std::erfc(-x / (deviation * std::sqrt(2.0))); });
    const double bits = cost([&](Random& random) { return deviation * random.normal(); });
    EXPECT_LT(bits, 1.03 * ideal) << deviation;
    EXPECT_GT(bits, 0.97 * ideal) << deviation;
  }
}

TEST(Symbols, CostWithinThreePercentOfTheEntropyOfLaplacians) {
  for (const double scale : {0.7, 3.0, 20.0, 200.0}) {
    const double ideal =
        entropy([&](double x) { return x < 0 ? 0.5 * std::exp(x / scale) : 1 - 0.5 * std::exp(-x / scale); });
    const double bits = cost([&](Random& random) {
      const double sign = random.uniform() < 0.5 ? -1 : 1;
      return -sign * scale * std::log(1 - random.uniform());
    });
    EXPECT_LT(bits, 1.03 * ideal) << scale;
    EXPECT_GT(bits, 0.97 * ideal) << scale;
  }
}

TEST(Symbols, RoundTripOverTheWholeRange) {
  std::vector<std::int32_t> symbols;
  for (std::int32_t power = 0; power <= 20; ++power) {
    for (const std::int32_t offset : {-1, 0, 1}) {
      const std::int32_t magnitude = std::min((1 << power) + offset, 1 << 20);
      symbols.push_back(magnitude);
      symbols.push_back(-magnitude);
    }
  }
  Random random(3);
  for (int i = 0; i < 2000; ++i) {
    const int width = static_cast<int>(random.bits() % 21);
    const std::int32_t magnitude = static_cast<std::int32_t>(random.bits() & ((1u << width) - 1));
    symbols.push_back(random.uniform() < 0.5 ? -magnitude : magnitude);
  }
  BinaryEncoder encoder;
  encode_symbols(symbols, encoder);
  const Bytes bytes = encoder.finish();
  BinaryDecoder decoder(bytes);
  EXPECT_EQ(decode_symbols(symbols.size(), decoder), symbols);
}

TEST(Symbols, RefusesWhatIsTooLarge) {
  BinaryEncoder encoder;
  EXPECT_THROW(encode_symbols({(1 << 20) + 1}, encoder), Error);
  EXPECT_THROW(encode_symbols({std::numeric_limits<std::int32_t>::min()}, encoder), Error);
}

TEST(Symbols, DamagedStreamsStayInRange) {
  Random random(11);
  for (int trial = 0; trial < 50; ++trial) {
    Bytes bytes(400);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.bits() | 0xC0);
    BinaryDecoder decoder(bytes);
    for (const std::int32_t symbol : decode_symbols(500, decoder)) ASSERT_LE(std::abs(symbol), 1 << 20);
  }
}

TEST(Quantiser, StepsAreHalfPowersOfTwo) {
  EXPECT_EQ(quantiser_step(0), 1.0f);
  EXPECT_EQ(quantiser_step(-20), 0x1p-10f);
  EXPECT_EQ(quantiser_step(7), 8 * static_cast<float>(std::sqrt(2.0)));
  EXPECT_EQ(quantiser_step(-1), static_cast<float>(std::sqrt(0.5)));
  EXPECT_EQ(quantiser_step(-128), 0x1p-64f);
}

TEST(Quantiser, TakesTheNearestSymbolAndSaturates) {
  const std::vector<float> weights{0.0f, 0.24f, 0.26f, -0.26f, 1e9f, -1e9f};
  EXPECT_EQ(quantise(weights.data(), weights.size(), -2),
            (std::vector<std::int32_t>{0, 0, 1, -1, 1 << 20, -(1 << 20)}));
  const float bad = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(quantise(&bad, 1, 0), Error);
}

TEST(Quantiser, ErrsByHalfAStepAtMost) {
  const FieldSpec spec = small_spec();
  Random random(2);
  std::vector<float> weights(weight_count(spec));
  for (float& weight : weights) weight = static_cast<float>(random.normal());
  for (const int exponent : {-16, -11, -4}) {
    QuantisedWeights quantised;
    for (const TensorInfo& tensor : architecture(spec.architecture).tensors(spec)) {
      const std::int8_t e = static_cast<std::int8_t>(exponent);
      quantised.tensors.push_back({e, false, quantise(weights.data() + tensor.offset, tensor.size(), e)});
    }
    const std::vector<float> back = dequantise(spec, quantised, nullptr);
    ASSERT_EQ(back.size(), weights.size());
    const float half = quantiser_step(static_cast<std::int8_t>(exponent)) / 2;
    for (std::size_t i = 0; i < back.size(); ++i) ASSERT_LE(std::abs(back[i] - weights[i]), half * 1.0001f);
  }
}

TEST(Dequantise, AddsDifferencesToSharedWeights) {
  const FieldSpec spec = small_spec();
  const QuantisedWeights shared = random_weights(spec, 1, 30);
  QuantisedWeights own = random_weights(spec, 2, 3);
  own.tensors[2].difference = true;
  const std::vector<float> base = dequantise(spec, shared, nullptr);
  const std::vector<float> values = dequantise(spec, own, &shared);
  const TensorInfo tensor = architecture("siren").tensors(spec)[2];
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    const float step = quantiser_step(own.tensors[2].exponent);
    EXPECT_EQ(values[tensor.offset + i],
              base[tensor.offset + i] + static_cast<float>(own.tensors[2].symbols[i]) * step);
  }
  EXPECT_EQ(values[0], static_cast<float>(own.tensors[0].symbols[0]) * quantiser_step(own.tensors[0].exponent));
  EXPECT_THROW(dequantise(spec, own, nullptr), Error);
  own.tensors.pop_back();
  EXPECT_THROW(dequantise(spec, own, &shared), Error);
}

TEST(Weights, RoundTrip) {
  const FieldSpec spec{"siren", 2, 24, 2, {30.0f, 1.0f}};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    QuantisedWeights weights = random_weights(spec, seed, std::pow(2.0, static_cast<double>(seed) / 2));
    weights.tensors[0].exponent = seed % 2 == 0 ? 127 : -128;
    weights.tensors[1].exponent = seed % 2 == 0 ? -128 : 127;
    weights.tensors[3].difference = true;
    const Bytes bytes = coded(weights);
    ByteReader reader(bytes);
    const Result<QuantisedWeights> back = decode_weights(spec, true, reader);
    ASSERT_TRUE(back) << back.failure().message;
    EXPECT_EQ(reader.left(), 0u);
    expect_same(*back, weights);
  }
}

TEST(Weights, SmallTensorsLearnFromThoseBefore) {
  const FieldSpec spec{"siren", 1, 64, 3, {30.0f, 30.0f}};
  const QuantisedWeights weights = random_weights(spec, 5, 12);
  std::size_t apart = 0;
  for (const QuantisedTensor& tensor : weights.tensors) {
    BinaryEncoder encoder;
    encode_symbols(tensor.symbols, encoder);
    apart += encoder.finish().size();
  }
  EXPECT_LT(coded(weights).size() + 25, apart);
}

TEST(Weights, RefusesDifferencesWithoutSharedWeights) {
  const FieldSpec spec = small_spec();
  QuantisedWeights weights = random_weights(spec, 1, 5);
  weights.tensors[0].difference = true;
  const Bytes bytes = coded(weights);
  ByteReader reader(bytes);
  const Result<QuantisedWeights> back = decode_weights(spec, false, reader);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.failure().message, "weights refer to shared weights, which the file does not have");
}

TEST(Weights, RefusesStreamsThatEndEarly) {
  const FieldSpec spec = small_spec();
  const Bytes bytes = coded(random_weights(spec, 1, 5));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader reader(ByteView(bytes).first(size));
    const Result<QuantisedWeights> back = decode_weights(spec, false, reader);
    ASSERT_FALSE(back) << size;
    EXPECT_NE(back.failure().message.find("early"), std::string::npos) << back.failure().message;
  }
}

TEST(Weights, RefusesStepsOutOfRange) {
  ByteWriter writer;
  writer.varint(std::uint64_t{4 * 2 * 128});
  writer.bytes(Bytes(100, 0));
  ByteReader reader(writer.view());
  const Result<QuantisedWeights> back = decode_weights(small_spec(), false, reader);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.failure().message, "a weight tensor's step is out of range");
}

}  // namespace
}  // namespace sarinr
