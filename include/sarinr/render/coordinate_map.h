#pragma once

#include <cstddef>
#include <cstdint>

namespace sarinr {

/// Where the points of a target grid lie in the source. Both are pixel coordinates with corners at whole numbers: the
/// first pixel's centre is (0.5, 0.5).
class CoordinateMap {
 public:
  virtual ~CoordinateMap() = default;
  /// Replaces `count` target coordinates by their source coordinates, which may lie outside the source raster.
  /// `found[i]` becomes 0 where a point has none (beyond the projection's domain, say); its coordinates are then
  /// unspecified. A point's result does not depend on the other points. Thread-safe.
  virtual void to_source(std::size_t count, double* x, double* y, std::uint8_t* found) const = 0;
};

/// source = origin + matrix * target: grids that are scaled, cut or rotated but not reprojected.
class AffineMap final : public CoordinateMap {
 public:
  AffineMap(double x0, double xx, double xy, double y0, double yx, double yy)
      : x0_(x0), xx_(xx), xy_(xy), y0_(y0), yx_(yx), yy_(yy) {}
  void to_source(std::size_t count, double* x, double* y, std::uint8_t* found) const override;
  /// Source steps for one target column (xx, yx) and one row (xy, yy).
  double xx() const { return xx_; }
  double xy() const { return xy_; }
  double yx() const { return yx_; }
  double yy() const { return yy_; }

 private:
  double x0_, xx_, xy_;
  double y0_, yx_, yy_;
};

/// True unless every target pixel lies within the source, as far as the corners of an affine map can tell; maps that
/// are not affine are taken to reach beyond.
bool reaches_beyond(const CoordinateMap& map, int target_width, int target_height, int source_width, int source_height);

}  // namespace sarinr
