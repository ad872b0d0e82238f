#pragma once

#include <memory>
#include <vector>

#include "sarinr/codec/tile.h"
#include "sarinr/field/evaluator.h"
#include "sarinr/field/latent_field.h"
#include "sarinr/radiometry/band.h"
#include "sarinr/render/speckle.h"
#include "sarinr/tiling/grid.h"

namespace sarinr {

/// A decoded tile, ready to be evaluated.
struct TileField {
  TileContent content;
  std::vector<float> weights;  ///< dequantised; empty where no channel needs a network, and in latent files
  std::shared_ptr<const LatentField> latent;  ///< in latent files, where some channel needs the network
};

/// Gives fields by tile number. Thread-safe; failures throw an Error that names the tile.
class FieldSource {
 public:
  virtual ~FieldSource() = default;
  virtual std::shared_ptr<const TileField> field(int tile) const = 0;
};

/// One band at a number of pixels or points, before rounding to the source type: values in the band's own quantity, as
/// physical_value gives them, and classes.
struct BandValues {
  std::vector<Sample> samples;
  std::vector<PixelClass> classes;
};

/// A channel's value at a point and its derivatives by the source's pixel coordinates, in fit-domain units per pixel.
struct FieldTerms {
  double value = 0;
  double x = 0, y = 0;
  double xx = 0, xy = 0, yy = 0;
};

/// The terms of one band's channels (two for complex) at a number of points, and the points' classes: `nodata` too
/// where samples are stored exactly, so that there is no field to differentiate.
struct BandTerms {
  std::vector<std::vector<FieldTerms>> channels;  ///< [channel][point]
  std::vector<PixelClass> classes;
};

/// What a renderer knows of the whole file.
struct FieldLayout {
  TileGrid grid;
  std::vector<BandModel> bands;
  FieldSpec spec;
  /// Of coordinate networks' values; nullptr: the processor. Derivatives and latent fields are always the processor's.
  std::shared_ptr<const FieldEvaluator> evaluator = nullptr;
};

/// Evaluates a file of fields at source coordinates: pixels, corners at whole numbers, the first pixel's centre at
/// (0.5, 0.5). Values are the blend of the fields of the one to four tiles near a point, in the fit domain; latent
/// fields of neighbours do not overlap, so that one answers. The value at a point depends on the point alone, not on
/// the other points asked for.
class Renderer {
 public:
  /// A `speckle` is added to the fields' values, at pixels and points alike; pixels stored exactly stay as they are.
  Renderer(FieldLayout layout, std::shared_ptr<const FieldSource> fields,
           std::shared_ptr<const SpeckleTexture> speckle = nullptr);

  /// Samples of every band over whole source pixels, in the source type: [band][row * width + column], with the
  /// classes as the mask has them. `masked` receives 1 where some band's pixel is of class `masked`, if not nullptr.
  std::vector<std::vector<Sample>> native(const Extent& window, std::vector<std::uint8_t>* masked = nullptr) const;

  /// The same before rounding: a BandValues per band.
  std::vector<BandValues> unrounded(const Extent& window) const;

  /// Every band at any coordinates inside the raster: the fields' values there, in the class of the pixel that holds
  /// each point. Bands without fields (categorical, tiny tiles) give that pixel's own sample, sampled tiles a cubic
  /// interpolation of theirs. Coordinates must lie within [0, width] x [0, height].
  std::vector<BandValues> points(const std::vector<double>& x, const std::vector<double>& y) const;

  /// Analytic derivatives of every band's blended fields, without speckle, as `points` otherwise; `order` 1 or 2.
  std::vector<BandTerms> derivatives(int order, const std::vector<double>& x, const std::vector<double>& y) const;

  /// The value of a band at any coordinate inside the raster, unrounded, in the band's own quantity; where the pixel
  /// that holds the coordinate has a class without a value, that class's exact value. Throws an Error outside the
  /// raster.
  Sample at(double x, double y, int band) const;

  /// Has values evaluated by another evaluator, of the layout's spec, from now on; no thread may be rendering.
  void evaluate_by(std::shared_ptr<const FieldEvaluator> evaluator);

  const FieldLayout& layout() const { return layout_; }
  /// nullptr where none is added.
  const SpeckleTexture* speckle() const { return speckle_.get(); }

 private:
  /// Calls take(point, tile's field, core, column, row) with the tile and the pixel that hold each point.
  template <typename Take>
  void visit_points(const std::vector<double>& x, const std::vector<double>& y, const Take& take) const;
  /// Calls take(band, place in the window, class, fit-domain values, exact sample) for every pixel of the window; the
  /// exact sample is nullptr where fields answer.
  template <typename Take>
  void visit(const Extent& window, const Take& take) const;
  template <typename Take>
  void visit_core(int tile, const Extent& window, const Take& take) const;

  FieldLayout layout_;
  std::shared_ptr<const FieldSource> fields_;
  std::shared_ptr<const SpeckleTexture> speckle_;
};

}  // namespace sarinr
