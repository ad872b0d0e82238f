#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sarinr/base/extent.h"
#include "sarinr/codec/speckle.h"

namespace sarinr {

/// Speckle made anew from what a file keeps of it (formulas: docs/metrics.md): a function of the source's coordinates
/// (pixels, corners at whole numbers), in decibels of mean 0, added to the fields of detected bands. It depends on
/// model, seed and place alone. Thread-safe.
class SpeckleTexture {
 public:
  /// `bands` and `grid` are the file's, and the model is its.
  SpeckleTexture(SpeckleModel model, const std::vector<BandModel>& bands, const TileGrid& grid, std::uint64_t seed);
  ~SpeckleTexture();
  std::uint64_t seed() const;
  /// Adds the texture at the centres of the window's pixels to a channel of the file, row by row. Channels of other
  /// than detected bands stay as they are.
  void add(int channel, const Extent& window, std::vector<double>& values) const;
  /// The texture of a channel at a place inside the raster; 0 of other than detected bands.
  double at(int channel, double x, double y) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sarinr
