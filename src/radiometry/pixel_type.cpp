#include "sarinr/radiometry/pixel_type.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>

#include "sarinr/base/error.h"

namespace sarinr {
namespace {

enum class Component { integer, float32, float64 };

struct TypeInfo {
  PixelType type;
  std::string_view name;
  Component component;
  bool complex;
  std::size_t bytes;
  double lowest;
  double highest;
};

template <class T>
constexpr double lowest_of = static_cast<double>(std::numeric_limits<T>::lowest());
template <class T>
constexpr double highest_of = static_cast<double>(std::numeric_limits<T>::max());

constexpr auto integer = Component::integer;
constexpr std::array<TypeInfo, 13> types{{
    {PixelType::u8, "Byte", integer, false, 1, 0, highest_of<std::uint8_t>},
    {PixelType::u16, "UInt16", integer, false, 2, 0, highest_of<std::uint16_t>},
    {PixelType::i16, "Int16", integer, false, 2, lowest_of<std::int16_t>, highest_of<std::int16_t>},
    {PixelType::u32, "UInt32", integer, false, 4, 0, highest_of<std::uint32_t>},
    {PixelType::i32, "Int32", integer, false, 4, lowest_of<std::int32_t>, highest_of<std::int32_t>},
    {PixelType::f32, "Float32", Component::float32, false, 4, lowest_of<float>, highest_of<float>},
    {PixelType::f64, "Float64", Component::float64, false, 8, lowest_of<double>, highest_of<double>},
    {PixelType::ci16, "CInt16", integer, true, 4, lowest_of<std::int16_t>, highest_of<std::int16_t>},
    {PixelType::ci32, "CInt32", integer, true, 8, lowest_of<std::int32_t>, highest_of<std::int32_t>},
    {PixelType::cf32, "CFloat32", Component::float32, true, 8, lowest_of<float>, highest_of<float>},
    {PixelType::cf64, "CFloat64", Component::float64, true, 16, lowest_of<double>, highest_of<double>},
    {PixelType::u64, "UInt64", integer, false, 8, 0, highest_of<std::uint64_t>},
    {PixelType::i64, "Int64", integer, false, 8, lowest_of<std::int64_t>, highest_of<std::int64_t>},
}};

const TypeInfo& info(PixelType type) {
  const auto index = static_cast<std::size_t>(type) - 1;
  if (index >= types.size()) throw Error("a pixel type has an unknown number", ErrorKind::internal);
  return types[index];
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char left, unsigned char right) { return std::tolower(left) == std::tolower(right); });
}

}  // namespace

bool is_complex(PixelType type) { return info(type).complex; }

bool is_integer(PixelType type) { return info(type).component == integer; }

std::size_t bytes_per_pixel(PixelType type) { return info(type).bytes; }

std::string_view name(PixelType type) { return info(type).name; }

std::optional<PixelType> pixel_type_from_name(std::string_view gdal_name) {
  for (const TypeInfo& candidate : types) {
    if (same_word(candidate.name, gdal_name)) return candidate.type;
  }
  return std::nullopt;
}

double lowest(PixelType type) { return info(type).lowest; }

double highest(PixelType type) { return info(type).highest; }

double round_to(PixelType type, double value) {
  const TypeInfo& target = info(type);
  if (std::isnan(value)) return target.component == integer ? 0.0 : value;
  if (target.component == integer) return std::round(std::clamp(value, target.lowest, target.highest));
  if (std::isinf(value)) return value;
  const double clamped = std::clamp(value, target.lowest, target.highest);
  return target.component == Component::float32 ? static_cast<double>(static_cast<float>(clamped)) : clamped;
}

double next_value(PixelType type, double value, bool up) {
  const TypeInfo& target = info(type);
  const double limit = up ? target.highest : target.lowest;
  const double start = std::clamp(round_to(type, value), target.lowest, target.highest);
  if (start == limit || std::isnan(start)) return start;
  if (target.component == Component::float32) {
    return static_cast<double>(std::nextafter(static_cast<float>(start), static_cast<float>(limit)));
  }
  const double neighbour = std::nextafter(start, limit);
  if (target.component == Component::float64) return neighbour;
  // From 2^53 on doubles are more than 1 apart: the next double is the next value that a Sample can carry.
  const double successor = start + (up ? 1.0 : -1.0);
  return successor == start ? neighbour : successor;
}

}  // namespace sarinr
