#include "container/layout.h"

namespace sarinr {

namespace {

// No tile has this number: a file has less than 2^31.
constexpr std::uint32_t shared_number = 0xFFFFFFFFu;

std::uint32_t seed_of(std::uint32_t number) {
  ByteWriter writer;
  writer.u32(number);
  return crc32c(writer.view());
}

}  // namespace

std::uint32_t tile_checksum_seed(int tile) { return seed_of(static_cast<std::uint32_t>(tile)); }
std::uint32_t shared_checksum_seed() { return seed_of(shared_number); }

std::uint64_t varint_size(std::uint64_t value) {
  std::uint64_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

std::uint64_t record_size(std::uint64_t payload_size) {
  return varint_size(payload_size) + payload_size + checksum_size;
}

Result<Bytes> read_bytes(const ByteSource& source, std::uint64_t offset, std::uint64_t size) {
  Bytes bytes(static_cast<std::size_t>(size));
  if (!source.read(offset, bytes)) {
    return Failure{"the file cannot be read at byte " + std::to_string(offset)};
  }
  return bytes;
}

}  // namespace sarinr
