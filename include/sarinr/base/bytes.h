#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sarinr {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// Appends little-endian numbers to a buffer.
class ByteWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(value); }
  void u16(std::uint16_t value);
  void u32(std::uint32_t value);
  void u64(std::uint64_t value);
  void f32(float value);
  void f64(double value);
  /// Seven bits a byte, least significant first, high bit set on all but the last (LEB128).
  void varint(std::uint64_t value);
  void bytes(ByteView view);
  void text(std::string_view view);
  std::size_t size() const { return bytes_.size(); }
  const Bytes& view() const { return bytes_; }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

/// Reads little-endian numbers from a buffer that may be hostile: past the end every read gives zero and `failed()`
/// stays true from then on, so that a parser checks once after a group of reads and before it trusts a value.
class ByteReader {
 public:
  explicit ByteReader(ByteView view) : view_(view) {}
  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  float f32();
  double f64();
  std::uint64_t varint();
  /// The next `count` bytes; an empty view and a failed reader where fewer are left.
  ByteView bytes(std::size_t count);
  std::size_t left() const { return view_.size() - position_; }
  std::size_t position() const { return position_; }
  bool failed() const { return failed_; }

 private:
  std::uint64_t little_endian(int count);
  ByteView view_;
  std::size_t position_ = 0;
  bool failed_ = false;
};

/// CRC-32C (Castagnoli, reflected 0x82F63B78, initial and final complement), chainable through `seed`.
std::uint32_t crc32c(ByteView bytes, std::uint32_t seed = 0);

/// The seed from which `bytes` lead to `checksum`: the inverse of crc32c in its seed.
std::uint32_t crc32c_seed(ByteView bytes, std::uint32_t checksum);

/// The one bit whose flip explains why `bytes`, seeded with `seed`, do not have `checksum`, where there is one: its
/// number among the bytes' bits (8 per byte, least significant first), or their count where the checksum's own bit was
/// flipped. Sums of 2^28 bytes and less tell any two single flips apart (Koopman 2002: Hamming distance 4 up to
/// 2^31 - 1 bits).
std::optional<std::uint64_t> flipped_bit(ByteView bytes, std::uint32_t checksum, std::uint32_t seed = 0);

}  // namespace sarinr
