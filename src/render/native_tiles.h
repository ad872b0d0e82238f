#pragma once

#include <memory>
#include <vector>

#include "render/averaging.h"
#include "sarinr/base/recent_cache.h"
#include "sarinr/render/renderer.h"

namespace sarinr {

/// The core of a tile at native resolution, in the averaging domain.
struct NativeTile {
  struct Band {
    std::vector<float> re;
    std::vector<float> im;            ///< complex domain only
    std::vector<PixelClass> classes;  ///< empty: all valid
  };
  Extent core;
  std::vector<Band> bands;
};

/// Evaluates cores when they are first needed and keeps those used last. A tile that two threads want is evaluated
/// once. Thread-safe.
class NativeTiles {
 public:
  /// `bands[i]` of the layout is given as `conversions[i]`. Keeps about `memory` bytes, at least two tiles.
  NativeTiles(const Renderer& source, std::vector<int> bands, std::vector<BandConversion> conversions,
              std::size_t memory);
  std::shared_ptr<const NativeTile> tile(int index) const;

 private:
  std::shared_ptr<const NativeTile> evaluate(int index) const;

  const Renderer& source_;
  std::vector<int> bands_;
  std::vector<BandConversion> conversions_;
  mutable RecentCache<int, NativeTile> tiles_;
};

}  // namespace sarinr
