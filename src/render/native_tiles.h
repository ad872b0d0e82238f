#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "render/averaging.h"
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
  struct Entry {
    std::once_flag once;
    std::shared_ptr<const NativeTile> tile;
  };
  std::shared_ptr<Entry> entry(int index) const;
  std::shared_ptr<const NativeTile> evaluate(int index) const;

  const Renderer& source_;
  std::vector<int> bands_;
  std::vector<BandConversion> conversions_;
  std::size_t capacity_;
  mutable std::mutex mutex_;
  mutable std::list<int> order_;
  mutable std::unordered_map<int, std::pair<std::shared_ptr<Entry>, std::list<int>::iterator>> entries_;
};

}  // namespace sarinr
