#include "benchmark/pixel_file.h"

#include <algorithm>
#include <bit>
#include <fstream>
#include <sstream>

#include "sarinr/base/error.h"

namespace sarinr::benchmark {

namespace {

constexpr const char* frame_mark = "FRAME\n";

std::string bytes_of(std::uint16_t code, bool big_endian) {
  const char low = static_cast<char>(code & 0xFF);
  const char high = static_cast<char>(code >> 8);
  return big_endian ? std::string{high, low} : std::string{low, high};
}

std::string header_of(const GreyPixels& pixels, PixelFormat format) {
  const std::string width = std::to_string(pixels.width);
  const std::string height = std::to_string(pixels.height);
  switch (format) {
    case PixelFormat::pgm:
      return "P5\n" + width + " " + height + "\n" + std::to_string((1 << pixels.bits) - 1) + "\n";
    case PixelFormat::y4m:
      return "YUV4MPEG2 W" + width + " H" + height + " F1:1 Ip Cmono12 XCOLORRANGE=FULL\n" + frame_mark;
    case PixelFormat::raw:
      break;
  }
  return {};
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file) throw Error("cannot read " + path);
  return content.str();
}

/// Where the pixels of a picture begin, and how many bits they have.
struct Layout {
  std::size_t offset = 0;
  int width = 0;
  int height = 0;
  int bits = 16;
  bool big_endian = false;
};

/// Netpbm's header: magic, width, height and largest value, with comments between them.
Layout pgm_layout(const std::string& content) {
  Layout layout;
  layout.big_endian = true;
  std::size_t at = 2;
  int numbers[3] = {0, 0, 0};
  if (!content.starts_with("P5")) return {};
  for (int& number : numbers) {
    while (at < content.size() && (content[at] == '#' || std::isspace(static_cast<unsigned char>(content[at])) != 0)) {
      at = content[at] == '#' ? content.find('\n', at) : at + 1;
    }
    while (at < content.size() && std::isdigit(static_cast<unsigned char>(content[at])) != 0 && number < 1000000) {
      number = 10 * number + (content[at++] - '0');
    }
  }
  layout.offset = at + 1;
  layout.width = numbers[0];
  layout.height = numbers[1];
  layout.bits = static_cast<int>(std::bit_width(static_cast<unsigned>(numbers[2])));
  return layout;
}

Layout layout_of(const std::string& content, PixelFormat format, int width, int height, int bits) {
  switch (format) {
    case PixelFormat::pgm:
      return pgm_layout(content);
    case PixelFormat::y4m: {
      const std::size_t frame = content.find(frame_mark);
      if (frame == std::string::npos || content.find("Cmono12") > frame) return {};
      return {frame + std::string_view(frame_mark).size(), width, height, 12, false};
    }
    case PixelFormat::raw:
      break;
  }
  return {0, padded_length(width), padded_length(height), bits, false};
}

}  // namespace

int padded_length(int length) { return (length + raw_multiple - 1) / raw_multiple * raw_multiple; }

void write_pixels(const std::string& path, const GreyPixels& pixels, PixelFormat format) {
  std::string content = header_of(pixels, format);
  const bool raw = format == PixelFormat::raw;
  const int columns = raw ? padded_length(pixels.width) : pixels.width;
  const int rows = raw ? padded_length(pixels.height) : pixels.height;
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      const int i = std::min(y, pixels.height - 1) * pixels.width + std::min(x, pixels.width - 1);
      content += bytes_of(pixels.codes[static_cast<std::size_t>(i)], format == PixelFormat::pgm);
    }
  }
  std::ofstream file(path, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) throw Error("cannot write " + path + ": is the folder for temporary files full?");
}

GreyPixels read_pixels(const std::string& path, PixelFormat format, int width, int height, int bits) {
  const std::string content = content_of(path);
  const Layout layout = layout_of(content, format, width, height, bits);
  const auto stored = static_cast<std::size_t>(layout.width) * static_cast<std::size_t>(layout.height);
  if (layout.width < width || layout.height < height || layout.bits <= 8 ||
      content.size() < layout.offset + 2 * stored) {
    throw Error(path + " is not a picture of " + std::to_string(width) + "x" + std::to_string(height) + " pixels");
  }
  GreyPixels pixels{width, height, layout.bits, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const std::size_t i =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(layout.width) + static_cast<std::size_t>(x);
      const auto first = static_cast<unsigned char>(content[layout.offset + 2 * i]);
      const auto second = static_cast<unsigned char>(content[layout.offset + 2 * i + 1]);
      pixels.codes.push_back(
          static_cast<std::uint16_t>(layout.big_endian ? 256 * first + second : 256 * second + first));
    }
  }
  return pixels;
}

}  // namespace sarinr::benchmark
