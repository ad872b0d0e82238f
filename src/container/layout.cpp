#include "container/layout.h"

#include <span>
#include <string>
#include <utility>

namespace sarinr {

namespace {

// No tile has this number: a file has less than 2^31.
constexpr std::uint32_t shared_number = 0xFFFFFFFFu;

std::uint32_t seed_of(std::uint32_t number) {
  ByteWriter writer;
  writer.u32(number);
  return crc32c(writer.view());
}

class PartSource final : public ByteSource {
 public:
  PartSource(std::shared_ptr<const ByteSource> whole, std::uint64_t offset, std::uint64_t size)
      : whole_(std::move(whole)), offset_(offset), size_(size) {}
  std::uint64_t size() const override { return size_; }
  bool read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    return offset <= size_ && out.size() <= size_ - offset && whole_->read(offset_ + offset, out);
  }

 private:
  std::shared_ptr<const ByteSource> whole_;
  std::uint64_t offset_;
  std::uint64_t size_;
};

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

Bytes encode_record(ByteView payload, std::uint32_t checksum_seed) {
  ByteWriter record;
  record.varint(payload.size());
  record.bytes(payload);
  record.u32(crc32c(payload, checksum_seed));
  return record.take();
}

Result<Bytes> read_payload(const ByteSource& source, const RecordPlace& place, std::uint32_t checksum_seed) {
  Result<Bytes> record = read_bytes(source, place.offset, place.size());
  if (!record) return record.failure();
  ByteReader reader(*record);
  if (reader.varint() != place.payload_size || reader.left() != place.payload_size + checksum_size) {
    return Failure{"its length does not match"};
  }
  const ByteView payload = reader.bytes(static_cast<std::size_t>(place.payload_size));
  if (crc32c(payload, checksum_seed) != reader.u32()) return Failure{"its checksum does not match"};
  return Bytes(payload.begin(), payload.end());
}

std::optional<Bytes> corrected_payload(const ByteSource& source, const RecordPlace& place, std::uint32_t seed) {
  const Result<Bytes> record = read_bytes(source, place.offset, place.size());
  if (!record) return std::nullopt;
  const std::size_t begin = record->size() - checksum_size - static_cast<std::size_t>(place.payload_size);
  const ByteView found = ByteView(*record).subspan(begin, static_cast<std::size_t>(place.payload_size));
  const std::uint32_t checksum = ByteReader(ByteView(*record).last(checksum_size)).u32();
  Bytes payload(found.begin(), found.end());
  if (crc32c(payload, seed) == checksum) return payload;
  const std::optional<std::uint64_t> bit = flipped_bit(payload, checksum, seed);
  if (!bit) return std::nullopt;
  if (*bit < 8 * payload.size()) payload[*bit / 8] ^= static_cast<std::uint8_t>(1u << (*bit % 8));
  return payload;
}

std::unique_ptr<ByteSource> part_source(std::shared_ptr<const ByteSource> whole, std::uint64_t offset,
                                        std::uint64_t size) {
  return std::make_unique<PartSource>(std::move(whole), offset, size);
}

Result<Bytes> read_bytes(const ByteSource& source, std::uint64_t offset, std::uint64_t size) {
  Bytes bytes(static_cast<std::size_t>(size));
  if (!source.read(offset, bytes)) {
    return Failure{"the file cannot be read at byte " + std::to_string(offset)};
  }
  return bytes;
}

}  // namespace sarinr
