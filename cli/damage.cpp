#include "damage.h"

namespace sarinr::cli {

std::string tile_list(const std::vector<int>& tiles) {
  constexpr int most_runs = 12;
  std::string text = tiles.size() == 1 ? "tile " : "tiles ";
  int runs = 0;
  for (std::size_t first = 0; first < tiles.size(); ++runs) {
    if (runs == most_runs) return text + " and " + std::to_string(tiles.size() - first) + " more";
    std::size_t last = first;
    while (last + 1 < tiles.size() && tiles[last + 1] == tiles[last] + 1) ++last;
    if (runs > 0) text += ", ";
    text += std::to_string(tiles[first]);
    if (last > first) text += (last == first + 1 ? ", " : " to ") + std::to_string(tiles[last]);
    first = last + 1;
  }
  return text;
}

}  // namespace sarinr::cli
