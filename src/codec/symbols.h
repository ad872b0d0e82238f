#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sarinr/codec/binary_coder.h"

namespace sarinr {

/// Symbols lie in [-largest_symbol, largest_symbol].
inline constexpr std::int32_t largest_symbol = 1 << 20;

/// The adaptive models of signed integers whose density falls smoothly from zero: a zero flag, the class floor(log2) of
/// the magnitude in unary, the next three bits of the magnitude in a tree, the rest of them and the sign at even odds.
class SymbolModels {
 public:
  void encode(std::int32_t symbol, BinaryEncoder& encoder);
  /// Magnitudes beyond largest_symbol, which no encoder writes, are clamped.
  std::int32_t decode(BinaryDecoder& decoder);

 private:
  static constexpr int largest_class = 20;
  static constexpr int modelled_bits = 3;

  BitModel zero_;
  std::array<BitModel, largest_class> larger_class_;
  std::array<std::array<BitModel, 1 << modelled_bits>, largest_class + 1> top_bits_;
};

}  // namespace sarinr
