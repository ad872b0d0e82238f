#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sarinr::benchmark {

/// Grey pixels of up to 16 bits, row by row.
struct GreyPixels {
  int width = 0;
  int height = 0;
  int bits = 16;
  std::vector<std::uint16_t> codes;
};

/// The plain formats that the codecs' programs read and write.
enum class PixelFormat {
  pgm,  ///< Netpbm's P5
  y4m,  ///< YUV4MPEG2 of one monochrome frame of 12 bits
  raw   ///< two little-endian bytes a pixel, no header, padded to raw_multiple with copies of the last column and row
};

/// HEVC codes blocks of 8 pixels and crops them by a header that Debian's decoder trips over: raw pictures are whole
/// blocks instead.
inline constexpr int raw_multiple = 8;
/// A length rounded up to raw_multiple.
int padded_length(int length);

/// Throws an Error where the file cannot be written.
void write_pixels(const std::string& path, const GreyPixels& pixels, PixelFormat format);

/// Reads a picture of that size; `bits` is what raw pixels have. Throws an Error where the file is no such picture.
GreyPixels read_pixels(const std::string& path, PixelFormat format, int width, int height, int bits);

}  // namespace sarinr::benchmark
