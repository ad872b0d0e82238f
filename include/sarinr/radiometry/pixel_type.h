#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sarinr {

/// How a raster stores one pixel of one band. The numbers are part of the file format.
enum class PixelType : std::uint8_t {
  u8 = 1,
  u16 = 2,
  i16 = 3,
  u32 = 4,
  i32 = 5,
  f32 = 6,
  f64 = 7,
  ci16 = 8,
  ci32 = 9,
  cf32 = 10,
  cf64 = 11,
  u64 = 12,
  i64 = 13
};

bool is_complex(PixelType type);
/// True also for the complex integer types.
bool is_integer(PixelType type);
/// Bytes of one pixel; a complex pixel holds two components.
std::size_t bytes_per_pixel(PixelType type);
/// GDAL's name of the type ("Byte", "UInt16", "CFloat32", ...).
std::string_view name(PixelType type);
std::optional<PixelType> pixel_type_from_name(std::string_view gdal_name);

/// Smallest and largest finite value of a component of the type. Of the 64-bit integers the largest is the nearest
/// double, 2^64 or 2^63: it stands for the largest integer, and whoever casts it back must saturate.
double lowest(PixelType type);
double highest(PixelType type);

/// The nearest value that a component of `type` can hold: integers are rounded half away from zero and clamped, NaN
/// becomes 0 in integer types.
double round_to(PixelType type, double value);
/// The next representable value above (`up`) or below `value`, itself representable. Clamped to the type's range.
double next_value(PixelType type, double value, bool up);

}  // namespace sarinr
