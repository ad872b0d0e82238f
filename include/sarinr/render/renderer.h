#pragma once

#include <memory>
#include <vector>

#include "sarinr/codec/tile.h"
#include "sarinr/radiometry/band.h"
#include "sarinr/tiling/grid.h"

namespace sarinr {

/// A decoded tile, ready to be evaluated.
struct TileField {
  TileContent content;
  std::vector<float> weights;  ///< dequantised; empty where no channel needs a network
};

/// Gives fields by tile number. Thread-safe; failures throw an Error that names the tile.
class FieldSource {
 public:
  virtual ~FieldSource() = default;
  virtual std::shared_ptr<const TileField> field(int tile) const = 0;
};

/// What a renderer knows of the whole file.
struct FieldLayout {
  TileGrid grid;
  std::vector<BandModel> bands;
  FieldSpec spec;
};

/// Evaluates a file of fields at source coordinates: pixels, corners at whole numbers, the first pixel's centre at
/// (0.5, 0.5). Values are the blend of the fields of the one to four tiles near a point, in the fit domain. The value
/// at a point depends on the point alone, not on the other points asked for.
class Renderer {
 public:
  Renderer(FieldLayout layout, std::shared_ptr<const FieldSource> fields);

  /// Samples of every band over whole source pixels, in the source type: [band][row * width + column], with the
  /// classes as the mask has them. `masked` receives 1 where some band's pixel is of class `masked`, if not nullptr.
  std::vector<std::vector<Sample>> native(const Extent& window, std::vector<std::uint8_t>* masked = nullptr) const;

  /// The value of a band at any coordinate inside the raster, unrounded, in the band's own quantity; where the pixel
  /// that holds the coordinate has a class without a value, that class's exact value. Throws an Error outside the
  /// raster.
  Sample at(double x, double y, int band) const;

  const FieldLayout& layout() const { return layout_; }

 private:
  /// Fills the part of the window that the tile owns.
  void render_core(int tile, const Extent& window, std::vector<std::vector<Sample>>& samples,
                   std::vector<std::uint8_t>* masked) const;

  FieldLayout layout_;
  std::shared_ptr<const FieldSource> fields_;
};

}  // namespace sarinr
