#pragma once

#include <memory>
#include <optional>

#include "source_model.h"

namespace sarinr::geo {

/// Between source pixels and ground coordinates of any CRS, in place. One thread at a time.
class GroundTransform {
 public:
  /// `crs` of the ground coordinates; nullptr: the model's own. Throws an Error where the two CRS do not meet.
  GroundTransform(std::shared_ptr<const SourceModel> model, const OGRSpatialReference* crs);

  /// `found[i]` becomes 0 where a point has no pixel, else 1. `z`, metres above the ellipsoid, may be nullptr: all 0.
  void to_pixel(int count, double* x, double* y, double* z, int* found) const;
  /// Longitudes of a geographic CRS lie within half a turn of that of the source pixel (column, row).
  void to_ground(int count, double* x, double* y, double* z, int* found) const;
  /// The pixel that longitudes are turned to.
  void set_centre(double column, double row);

 private:
  struct Delete {
    void operator()(OGRCoordinateTransformation* transform) const { OGRCoordinateTransformation::DestroyCT(transform); }
  };
  using CrsTransform = std::unique_ptr<OGRCoordinateTransformation, Delete>;

  std::shared_ptr<const SourceModel> model_;
  SourceModel::Transform pixels_;
  CrsTransform to_model_;  ///< none where the ground coordinates are the model's own
  CrsTransform from_model_;
  std::optional<double> turn_;
  std::optional<double> centre_;
};

}  // namespace sarinr::geo
