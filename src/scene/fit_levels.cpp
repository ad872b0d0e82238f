#include "scene/fit_levels.h"

#include <charconv>
#include <limits>

#include "sarinr/base/error.h"
#include "sarinr/scene/fit_work.h"
#include "scene/overviews.h"

namespace sarinr {

namespace {

/// "A-B" with that separator: two numbers that are all of the text.
std::optional<std::pair<int, int>> two_numbers(const std::string& text, char separator) {
  const std::size_t middle = text.find(separator);
  if (middle == std::string::npos) return std::nullopt;
  std::pair<int, int> numbers;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto first = std::from_chars(begin, begin + middle, numbers.first);
  const auto second = std::from_chars(begin + middle + 1, end, numbers.second);
  const bool good =
      first.ec == std::errc() && first.ptr == begin + middle && second.ec == std::errc() && second.ptr == end;
  return good ? std::optional(numbers) : std::nullopt;
}

}  // namespace

std::vector<FitLevel> fit_levels(const RasterInfo& info, const FitJob& job) {
  std::vector<FitLevel> levels;
  std::vector<int> factors = overview_factors(info, job);
  factors.insert(factors.begin(), 1);
  int first = 0;
  for (const int factor : factors) {
    FitLevel level{factor, reduced_length(info.width, factor), reduced_length(info.height, factor), first, 0};
    level.tiles = TileGrid(level.width, level.height, job.tile_size, job.overlap).count();
    if (level.tiles > std::numeric_limits<int>::max() - first)
      throw Error("there are too many tiles: give larger ones");
    first += level.tiles;
    levels.push_back(level);
  }
  return levels;
}

int tile_count(const RasterInfo& info, const FitJob& job) {
  const FitLevel last = fit_levels(info, job).back();
  return last.first + last.tiles;
}

TileRange part_of_tiles(int which, int parts, int count) {
  const auto border = [&](std::int64_t k) { return static_cast<int>(k * count / parts); };
  return {border(which), border(which + 1) - 1};
}

TileRange parse_tiles(const std::string& text, int count) {
  if (const auto part = two_numbers(text, '/')) {
    const auto [which, parts] = *part;
    if (which >= 1 && which <= parts && parts <= count) {
      return part_of_tiles(which - 1, parts, count);
    }
  }
  if (const auto range = two_numbers(text, '-')) {
    if (range->first >= 0 && range->first <= range->second && range->second < count) {
      return {range->first, range->second};
    }
  }
  throw Error("--tiles is '" + text + "'; it must be A-B, tiles between 0 and " + std::to_string(count - 1) +
              " (which this job has), or K/N, the K-th of N parts");
}

}  // namespace sarinr
