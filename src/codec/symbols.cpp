#include "codec/symbols.h"

#include <algorithm>
#include <bit>

#include "sarinr/base/error.h"

namespace sarinr {

void SymbolModels::encode(std::int32_t symbol, BinaryEncoder& encoder) {
  if (symbol < -largest_symbol || symbol > largest_symbol) {
    throw Error("symbol " + std::to_string(symbol) + " is too large to be coded", ErrorKind::internal);
  }
  encoder.encode(symbol != 0, zero_);
  if (symbol == 0) return;
  const std::uint32_t magnitude = static_cast<std::uint32_t>(symbol < 0 ? -symbol : symbol);
  const int magnitude_class = std::bit_width(magnitude) - 1;
  for (int i = 0; i < largest_class; ++i) {
    encoder.encode(i < magnitude_class, larger_class_[i]);
    if (i == magnitude_class) break;
  }
  const int modelled = std::min(magnitude_class, modelled_bits);
  const int rest = magnitude_class - modelled;
  std::size_t node = 1;
  for (int i = magnitude_class - 1; i >= rest; --i) {
    const bool bit = (magnitude >> i) & 1;
    encoder.encode(bit, top_bits_[magnitude_class][node]);
    node = 2 * node + (bit ? 1 : 0);
  }
  encoder.encode_raw(magnitude & ((1u << rest) - 1), rest);
  encoder.encode_raw(symbol < 0 ? 1 : 0, 1);
}

std::int32_t SymbolModels::decode(BinaryDecoder& decoder) {
  if (!decoder.decode(zero_)) return 0;
  int magnitude_class = 0;
  while (magnitude_class < largest_class && decoder.decode(larger_class_[magnitude_class])) ++magnitude_class;
  const int modelled = std::min(magnitude_class, modelled_bits);
  const int rest = magnitude_class - modelled;
  std::size_t node = 1;
  for (int i = 0; i < modelled; ++i) node = 2 * node + (decoder.decode(top_bits_[magnitude_class][node]) ? 1 : 0);
  const std::uint32_t magnitude = (static_cast<std::uint32_t>(node) << rest) | decoder.decode_raw(rest);
  const bool negative = decoder.decode_raw(1) != 0;
  const std::int32_t clamped = std::min(static_cast<std::int32_t>(magnitude), largest_symbol);
  return negative ? -clamped : clamped;
}

}  // namespace sarinr
