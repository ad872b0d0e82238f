#pragma once

#include <cstdint>

#include "sarinr/base/bytes.h"

namespace sarinr {

/// The probability that a bit is 0, learned as bits pass: the mean of a fast and a slow estimate, 16-bit integers, so
/// that every machine computes the same. Both start as plain averages and slow down to their own rates.
class BitModel {
 public:
  /// In (0, 65536); never so close to an end that a bit costs more than 11 bits' worth of range.
  std::uint32_t probability_of_zero() const;
  void update(bool bit);

 private:
  std::uint16_t fast_ = 1u << 15;
  std::uint16_t slow_ = 1u << 15;
  std::uint8_t seen_ = 0;  ///< bits passed, up to where the rates stop falling
};

/// A binary range coder with carry (32-bit range, as in LZMA), integer exact.
class BinaryEncoder {
 public:
  void encode(bool bit, BitModel& model);
  /// With a probability of 0 given as a share of 65536, in (0, 65536).
  void encode_with(bool bit, std::uint32_t probability_of_zero);
  /// `count` bits of even odds, most significant first.
  void encode_raw(std::uint32_t bits, int count);
  /// Ends the stream with as few bytes as decide it (the decoder reads zeros past the end).
  Bytes finish();

 private:
  void shift_low();
  Bytes bytes_;
  std::uint64_t low_ = 0;
  std::uint32_t range_ = 0xFFFFFFFFu;
  std::uint8_t cache_ = 0;
  std::uint64_t pending_ = 1;
};

/// The inverse. Past the end of its bytes it reads zeros: a damaged stream gives wrong bits, never a fault.
class BinaryDecoder {
 public:
  explicit BinaryDecoder(ByteView bytes);
  bool decode(BitModel& model);
  /// With a probability of 0 given as a share of 65536, in (0, 65536). Inline: latent grids take one or two a pixel.
  bool decode_with(std::uint32_t probability_of_zero) {
    // A 64-bit product keeps all the precision that a 32-bit range has, at no cost on a 64-bit machine.
    const std::uint32_t zero = static_cast<std::uint32_t>((std::uint64_t{range_} * probability_of_zero) >> 16);
    const bool bit = code_ >= zero;
    code_ -= bit ? zero : 0;
    range_ = bit ? range_ - zero : zero;
    while (range_ < least_range) {
      range_ <<= 8;
      code_ = (code_ << 8) | next();
    }
    return bit;
  }
  std::uint32_t decode_raw(int count);

 private:
  static constexpr std::uint32_t least_range = 1u << 24;
  std::uint8_t next() { return position_ < bytes_.size() ? bytes_[position_++] : std::uint8_t{0}; }
  ByteView bytes_;
  std::size_t position_ = 0;
  std::uint32_t range_ = 0xFFFFFFFFu;
  std::uint32_t code_ = 0;
};

}  // namespace sarinr
