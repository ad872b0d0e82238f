#include "sarinr/codec/weights.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "codec/symbols.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

void encode_with(SymbolModels& models, const std::vector<std::int32_t>& symbols, BinaryEncoder& encoder) {
  for (const std::int32_t symbol : symbols) models.encode(symbol, encoder);
}

std::vector<std::int32_t> decode_with(SymbolModels& models, std::size_t count, BinaryDecoder& decoder) {
  std::vector<std::int32_t> symbols(count);
  for (std::int32_t& symbol : symbols) symbol = models.decode(decoder);
  return symbols;
}

std::size_t coded_size(SymbolModels models, const std::vector<std::int32_t>& symbols) {
  BinaryEncoder encoder;
  encode_with(models, symbols, encoder);
  return encoder.finish().size();
}

std::uint64_t zigzag(int value) {
  return value < 0 ? 2u * static_cast<unsigned>(-value) - 1 : 2u * static_cast<unsigned>(value);
}

int from_zigzag(std::uint64_t code) {
  const int half = static_cast<int>((code + 1) / 2);
  return (code & 1) ? -half : half;
}

/// What the decoder must know of a tensor before its symbols.
struct TensorHead {
  int exponent = 0;
  bool difference = false;
  bool continues = false;  ///< goes on with the models that the tensors before have taught
};

void write_head(const TensorHead& head, int previous_exponent, ByteWriter& writer) {
  writer.varint(zigzag(head.exponent - previous_exponent) << 2 | (head.continues ? 2u : 0u) |
                (head.difference ? 1u : 0u));
}

Result<TensorHead> read_head(int previous_exponent, ByteReader& reader) {
  const std::uint64_t code = reader.varint();
  if (reader.failed()) return Failure{"the list of weight tensors ends early"};
  if ((code >> 2) > 510) return Failure{"a weight tensor's step is out of range"};
  const TensorHead head{previous_exponent + from_zigzag(code >> 2), (code & 1) != 0, (code & 2) != 0};
  if (head.exponent < -128 || head.exponent > 127) return Failure{"a weight tensor's step is out of range"};
  return head;
}

}  // namespace

float quantiser_step(std::int8_t exponent) {
  const int whole = exponent >> 1;
  return std::ldexp((exponent & 1) ? 1.41421356237309504880f : 1.0f, whole);
}

std::vector<std::int32_t> quantise(const float* weights, std::size_t count, std::int8_t exponent) {
  const double step = quantiser_step(exponent);
  std::vector<std::int32_t> symbols(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!std::isfinite(weights[i])) throw Error("a weight to be coded is not finite", ErrorKind::internal);
    const double limit = largest_symbol;
    symbols[i] = static_cast<std::int32_t>(std::clamp(std::round(weights[i] / step), -limit, limit));
  }
  return symbols;
}

std::vector<float> dequantise(const FieldSpec& spec, const QuantisedWeights& weights, const QuantisedWeights* shared) {
  const std::vector<TensorInfo> tensors = architecture(spec.architecture).tensors(spec);
  if (weights.empty()) return {};
  if (weights.tensors.size() != tensors.size()) throw Error("weights of another field", ErrorKind::internal);
  std::vector<float> values;
  values.reserve(weight_count(spec));
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    const QuantisedTensor& tensor = weights.tensors[t];
    const QuantisedTensor* base = nullptr;
    if (tensor.difference) {
      if (shared == nullptr || shared->tensors.size() != tensors.size()) {
        throw Error("weights that differ from shared ones, without these", ErrorKind::internal);
      }
      base = &shared->tensors[t];
    }
    if (tensor.symbols.size() != tensors[t].size() || (base != nullptr && base->symbols.size() != tensors[t].size())) {
      throw Error("weights of another field", ErrorKind::internal);
    }
    const float step = quantiser_step(tensor.exponent);
    const float base_step = base != nullptr ? quantiser_step(base->exponent) : 0.0f;
    for (std::size_t i = 0; i < tensor.symbols.size(); ++i) {
      const float own = static_cast<float>(tensor.symbols[i]) * step;
      values.push_back(base != nullptr ? static_cast<float>(base->symbols[i]) * base_step + own : own);
    }
  }
  return values;
}

void encode_symbols(const std::vector<std::int32_t>& symbols, BinaryEncoder& encoder) {
  SymbolModels models;
  encode_with(models, symbols, encoder);
}

std::vector<std::int32_t> decode_symbols(std::size_t count, BinaryDecoder& decoder) {
  SymbolModels models;
  return decode_with(models, count, decoder);
}

void encode_weights(const QuantisedWeights& weights, ByteWriter& writer) {
  SymbolModels models;
  BinaryEncoder encoder;
  int exponent = 0;
  for (const QuantisedTensor& tensor : weights.tensors) {
    const bool continues = coded_size(models, tensor.symbols) < coded_size(SymbolModels(), tensor.symbols);
    if (!continues) models = SymbolModels();
    write_head({tensor.exponent, tensor.difference, continues}, exponent, writer);
    encode_with(models, tensor.symbols, encoder);
    exponent = int{tensor.exponent};
  }
  const Bytes stream = encoder.finish();
  writer.varint(stream.size());
  writer.bytes(stream);
}

Result<QuantisedWeights> decode_weights(const FieldSpec& spec, bool has_shared, ByteReader& reader) {
  const std::vector<TensorInfo> tensors = architecture(spec.architecture).tensors(spec);
  std::vector<TensorHead> heads;
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    const Result<TensorHead> head = read_head(heads.empty() ? 0 : heads.back().exponent, reader);
    if (!head) return head.failure();
    if (head->difference && !has_shared)
      return Failure{"weights refer to shared weights, which the file does not have"};
    heads.push_back(*head);
  }
  const std::uint64_t size = reader.varint();
  if (reader.failed() || size > reader.left()) return Failure{"the weights end early"};
  BinaryDecoder decoder(reader.bytes(static_cast<std::size_t>(size)));
  SymbolModels models;
  QuantisedWeights weights;
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    if (!heads[t].continues) models = SymbolModels();
    weights.tensors.push_back({static_cast<std::int8_t>(heads[t].exponent), heads[t].difference,
                               decode_with(models, tensors[t].size(), decoder)});
  }
  return weights;
}

}  // namespace sarinr
