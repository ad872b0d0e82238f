#include "scene/report_pictures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace sarinr {

namespace {

using Colour = std::array<double, 3>;

/// Stops of a map, evenly spaced.
std::vector<Colour> stops(ColourMap map) {
  switch (map) {
    case ColourMap::grey:
      return {{0, 0, 0}, {255, 255, 255}};
    case ColourMap::diverging:
      return {{5, 48, 97}, {67, 147, 195}, {247, 247, 247}, {214, 96, 77}, {103, 0, 31}};
    case ColourMap::sequential:
      return {{38, 16, 77}, {44, 88, 140}, {32, 146, 140}, {120, 196, 92}, {250, 230, 60}};
  }
  return {};
}

Colour colour_at(const std::vector<Colour>& map, double place) {
  const double scaled = std::clamp(place, 0.0, 1.0) * static_cast<double>(map.size() - 1);
  const std::size_t lower = std::min(map.size() - 2, static_cast<std::size_t>(scaled));
  const double share = scaled - static_cast<double>(lower);
  Colour out{};
  for (std::size_t c = 0; c < 3; ++c) out[c] = map[lower][c] * (1 - share) + map[lower + 1][c] * share;
  return out;
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<std::uint8_t>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k > bytes.size() ? '=' : letters[group >> (18 - 6 * k) & 63u];
    }
  }
  return out;
}

double order_statistic(std::vector<float>& values, double fraction) {
  const auto rank = static_cast<std::ptrdiff_t>(fraction * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return static_cast<double>(values[static_cast<std::size_t>(rank)]);
}

std::vector<float> finite(const std::vector<float>& values) {
  std::vector<float> out;
  std::copy_if(values.begin(), values.end(), std::back_inserter(out), [](float value) { return std::isfinite(value); });
  return out;
}

}  // namespace

Stretch stretch_of(const std::vector<float>& values) {
  std::vector<float> known = finite(values);
  if (known.empty()) return {};
  const double low = order_statistic(known, 0.02);
  const double high = order_statistic(known, 0.98);
  return high > low ? Stretch{low, high} : Stretch{low - 0.5, low + 0.5};
}

Stretch symmetric_stretch_of(const std::vector<float>& values) {
  std::vector<float> known = finite(values);
  for (float& value : known) value = std::abs(value);
  const double reach = known.empty() ? 0 : order_statistic(known, 0.98);
  return reach > 0 ? Stretch{-reach, reach} : Stretch{-1, 1};
}

std::string picture_uri(int width, int height, const std::vector<float>& values, Stretch stretch, ColourMap map,
                        const PngEncoder& encode) {
  const std::vector<Colour> colours = stops(map);
  const bool grey = map == ColourMap::grey;
  std::vector<std::uint8_t> pixels;
  pixels.reserve(values.size() * (grey ? 1 : 3));
  for (const float value : values) {
    const double place = (static_cast<double>(value) - stretch.low) / (stretch.high - stretch.low);
    const bool known = std::isfinite(value);
    const Colour colour = known ? colour_at(colours, place) : Colour{160, 160, 160};
    if (grey) {
      pixels.push_back(known ? static_cast<std::uint8_t>(std::lround(colour[0])) : 255);
    } else {
      for (const double part : colour) pixels.push_back(static_cast<std::uint8_t>(std::lround(part)));
    }
  }
  return "data:image/png;base64," + base64(encode(width, height, pixels));
}

std::string gradient(ColourMap map) {
  std::string out = "linear-gradient(to right";
  for (const Colour& colour : stops(map)) {
    char text[48];
    std::snprintf(text, sizeof text, ",rgb(%.0f,%.0f,%.0f)", colour[0], colour[1], colour[2]);
    out += text;
  }
  return out + ")";
}

}  // namespace sarinr
