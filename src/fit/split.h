#pragma once

#include <cstddef>
#include <vector>

namespace sarinr {

/// Items [begin, end).
struct Share {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const Share&) const = default;
};

/// `count` items in order to a number of takers, one or more; none gets two more than another.
inline std::vector<Share> split_evenly(std::size_t count, std::size_t takers) {
  std::vector<Share> shares;
  for (std::size_t i = 0; i < takers; ++i) shares.push_back({count * i / takers, count * (i + 1) / takers});
  return shares;
}

}  // namespace sarinr
