#include "sarinr/radiometry/raw_samples.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

namespace sarinr {

namespace {

static_assert(std::endian::native == std::endian::little, "samples are copied as they lie in memory");

template <class Component>
Sample decode_as(const std::uint8_t* bytes, bool complex) {
  Component parts[2] = {};
  std::memcpy(parts, bytes, complex ? sizeof parts : sizeof(Component));
  return {static_cast<double>(parts[0]), static_cast<double>(parts[1])};
}

template <class Component>
void encode_as(Sample sample, bool complex, PixelType type, ByteWriter& writer) {
  const auto convert = [&](double value) {
    // 2^64 itself, which highest() of the 64-bit types rounds to, does not fit them.
    if constexpr (std::is_integral_v<Component> && sizeof(Component) == 8) {
      if (value >= highest(type)) return std::numeric_limits<Component>::max();
    }
    return static_cast<Component>(value);
  };
  const Component parts[2] = {convert(sample.re), convert(sample.im)};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(parts);
  writer.bytes(ByteView(bytes, complex ? sizeof parts : sizeof(Component)));
}

}  // namespace

Sample decode_sample(PixelType type, const std::uint8_t* bytes) {
  const bool complex = is_complex(type);
  switch (type) {
    case PixelType::u8:
      return decode_as<std::uint8_t>(bytes, complex);
    case PixelType::u16:
      return decode_as<std::uint16_t>(bytes, complex);
    case PixelType::i16:
    case PixelType::ci16:
      return decode_as<std::int16_t>(bytes, complex);
    case PixelType::u32:
      return decode_as<std::uint32_t>(bytes, complex);
    case PixelType::i32:
    case PixelType::ci32:
      return decode_as<std::int32_t>(bytes, complex);
    case PixelType::f32:
    case PixelType::cf32:
      return decode_as<float>(bytes, complex);
    case PixelType::f64:
    case PixelType::cf64:
      return decode_as<double>(bytes, complex);
    case PixelType::u64:
      return decode_as<std::uint64_t>(bytes, complex);
    case PixelType::i64:
      return decode_as<std::int64_t>(bytes, complex);
  }
  return {};
}

void encode_sample(PixelType type, Sample sample, ByteWriter& writer) {
  const bool complex = is_complex(type);
  switch (type) {
    case PixelType::u8:
      return encode_as<std::uint8_t>(sample, complex, type, writer);
    case PixelType::u16:
      return encode_as<std::uint16_t>(sample, complex, type, writer);
    case PixelType::i16:
    case PixelType::ci16:
      return encode_as<std::int16_t>(sample, complex, type, writer);
    case PixelType::u32:
      return encode_as<std::uint32_t>(sample, complex, type, writer);
    case PixelType::i32:
    case PixelType::ci32:
      return encode_as<std::int32_t>(sample, complex, type, writer);
    case PixelType::f32:
    case PixelType::cf32:
      return encode_as<float>(sample, complex, type, writer);
    case PixelType::f64:
    case PixelType::cf64:
      return encode_as<double>(sample, complex, type, writer);
    case PixelType::u64:
      return encode_as<std::uint64_t>(sample, complex, type, writer);
    case PixelType::i64:
      return encode_as<std::int64_t>(sample, complex, type, writer);
  }
}

}  // namespace sarinr
