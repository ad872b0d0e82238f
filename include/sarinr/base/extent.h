#pragma once

namespace sarinr {

/// A rectangle of whole pixels.
struct Extent {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  bool operator==(const Extent&) const = default;
};

/// The part common to both; width and height 0 where there is none.
Extent intersection(const Extent& a, const Extent& b);

}  // namespace sarinr
