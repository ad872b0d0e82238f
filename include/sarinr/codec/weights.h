#pragma once

#include <cstdint>
#include <vector>

#include "sarinr/base/bytes.h"
#include "sarinr/base/result.h"
#include "sarinr/codec/binary_coder.h"
#include "sarinr/field/spec.h"

namespace sarinr {

/// A tensor on a uniform grid: weight = symbol * step, step = 2^(exponent / 2).
struct QuantisedTensor {
  std::int8_t exponent = 0;
  bool difference = false;  ///< symbols are the difference from the shared tensor, on this tensor's own step
  std::vector<std::int32_t> symbols;
};

/// One field's weights, one entry per tensor of the architecture. No entries: no network.
struct QuantisedWeights {
  std::vector<QuantisedTensor> tensors;
  bool empty() const { return tensors.empty(); }
};

/// 2^(exponent / 2) as a float: exact for even exponents, else the float nearest to sqrt(2) times a power of two.
float quantiser_step(std::int8_t exponent);

/// The nearest symbols on the step, saturated at +-2^20.
std::vector<std::int32_t> quantise(const float* weights, std::size_t count, std::int8_t exponent);

/// Floats for evaluation. `shared` is needed where a tensor is a difference (else nullptr will do).
std::vector<float> dequantise(const FieldSpec& spec, const QuantisedWeights& weights, const QuantisedWeights* shared);

/// Codes one tensor's symbols with adaptive binary models; the cost in bytes follows from the coder's size.
void encode_symbols(const std::vector<std::int32_t>& symbols, BinaryEncoder& encoder);
/// Reads `count` symbols; values that do not fit the format's range are clamped (a checksum guards real damage).
std::vector<std::int32_t> decode_symbols(std::size_t count, BinaryDecoder& decoder);

/// All tensors of a field: exponents and flags, then symbols.
void encode_weights(const QuantisedWeights& weights, ByteWriter& writer);
Result<QuantisedWeights> decode_weights(const FieldSpec& spec, bool has_shared, ByteReader& reader);

}  // namespace sarinr
