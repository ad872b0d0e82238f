#include <array>
#include <bit>

#include "sarinr/base/bytes.h"

namespace sarinr {

namespace {

constexpr std::uint32_t polynomial = 0x82F63B78u;
constexpr std::size_t slices = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, slices>;

// tables[k][b] is the remainder of byte b followed by k zero bytes: eight bytes then cost eight independent look-ups.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) ? polynomial : 0u);
    tables[0][byte] = remainder;
  }
  for (std::size_t k = 1; k < slices; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

constexpr Tables tables = make_tables();

/// For each highest byte of a remainder the byte that led to it: tables[0] has every highest byte once.
constexpr std::array<std::uint8_t, 256> make_origins() {
  std::array<std::uint8_t, 256> origins{};
  for (std::size_t byte = 0; byte < 256; ++byte) origins[tables[0][byte] >> 24] = static_cast<std::uint8_t>(byte);
  return origins;
}

constexpr std::array<std::uint8_t, 256> origins = make_origins();

}  // namespace

std::uint32_t crc32c(ByteView bytes, std::uint32_t seed) {
  std::uint32_t crc = ~seed;
  std::size_t i = 0;
  for (; i + slices <= bytes.size(); i += slices) {
    std::uint32_t next = 0;
    for (std::size_t k = 0; k < slices; ++k) {
      const std::uint32_t mixed = k < 4 ? bytes[i + k] ^ ((crc >> (8 * k)) & 0xFF) : std::uint32_t{bytes[i + k]};
      next ^= tables[slices - 1 - k][mixed];
    }
    crc = next;
  }
  for (; i < bytes.size(); ++i) crc = (crc >> 8) ^ tables[0][(crc ^ bytes[i]) & 0xFF];
  return ~crc;
}

std::uint32_t crc32c_seed(ByteView bytes, std::uint32_t checksum) {
  std::uint32_t crc = ~checksum;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    const std::uint8_t origin = origins[crc >> 24];
    crc = (crc ^ tables[0][origin]) << 8 | static_cast<std::uint8_t>(origin ^ bytes[i]);
  }
  return ~crc;
}

std::optional<std::uint64_t> flipped_bit(ByteView bytes, std::uint32_t checksum, std::uint32_t seed) {
  const std::uint32_t syndrome = crc32c(bytes, seed) ^ checksum;
  if (syndrome == 0) return std::nullopt;
  const std::uint64_t bits = std::uint64_t{8} * bytes.size();
  if (std::has_single_bit(syndrome)) return bits;
  // What a flip of the last bit does to the sum, then of the one before, and so on.
  std::uint32_t trace = polynomial;
  for (std::uint64_t bit = bits; bit-- > 0;) {
    if (trace == syndrome) return bit;
    trace = (trace >> 1) ^ ((trace & 1) ? polynomial : 0u);
  }
  return std::nullopt;
}

}  // namespace sarinr
