#include <array>

#include "sarinr/base/bytes.h"

namespace sarinr {

namespace {

constexpr std::size_t slices = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, slices>;

// tables[k][b] is the remainder of byte b followed by k zero bytes: eight bytes then cost eight independent look-ups.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) ? 0x82F63B78u : 0u);
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

}  // namespace sarinr
