#include "sarinr/base/extent.h"

#include <algorithm>

namespace sarinr {

Extent intersection(const Extent& a, const Extent& b) {
  const int left = std::max(a.x, b.x);
  const int top = std::max(a.y, b.y);
  const int right = std::min(a.x + a.width, b.x + b.width);
  const int bottom = std::min(a.y + a.height, b.y + b.height);
  if (right <= left || bottom <= top) return Extent{left, top, 0, 0};
  return Extent{left, top, right - left, bottom - top};
}

}  // namespace sarinr
