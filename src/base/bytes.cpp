#include "sarinr/base/bytes.h"

#include <bit>

namespace sarinr {

namespace {

void append(Bytes& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

}  // namespace

void ByteWriter::u16(std::uint16_t value) { append(bytes_, value, 2); }
void ByteWriter::u32(std::uint32_t value) { append(bytes_, value, 4); }
void ByteWriter::u64(std::uint64_t value) { append(bytes_, value, 8); }
void ByteWriter::f32(float value) { u32(std::bit_cast<std::uint32_t>(value)); }
void ByteWriter::f64(double value) { u64(std::bit_cast<std::uint64_t>(value)); }

void ByteWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
  bytes_.push_back(static_cast<std::uint8_t>(value));
}

void ByteWriter::bytes(ByteView view) { bytes_.insert(bytes_.end(), view.begin(), view.end()); }
void ByteWriter::text(std::string_view view) { bytes_.insert(bytes_.end(), view.begin(), view.end()); }

std::uint64_t ByteReader::little_endian(int count) {
  const ByteView view = bytes(static_cast<std::size_t>(count));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < view.size(); ++i) value |= std::uint64_t{view[i]} << (8 * i);
  return value;
}

std::uint8_t ByteReader::u8() { return static_cast<std::uint8_t>(little_endian(1)); }
std::uint16_t ByteReader::u16() { return static_cast<std::uint16_t>(little_endian(2)); }
std::uint32_t ByteReader::u32() { return static_cast<std::uint32_t>(little_endian(4)); }
std::uint64_t ByteReader::u64() { return little_endian(8); }
float ByteReader::f32() { return std::bit_cast<float>(u32()); }
double ByteReader::f64() { return std::bit_cast<double>(u64()); }

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint64_t byte = u8();
    // The tenth byte has room for the topmost bit alone.
    if (shift == 63 && byte > 1) break;
    value |= (byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  failed_ = true;
  return 0;
}

ByteView ByteReader::bytes(std::size_t count) {
  if (failed_ || count > left()) {
    failed_ = true;
    return {};
  }
  const ByteView view = view_.subspan(position_, count);
  position_ += count;
  return view;
}

}  // namespace sarinr
