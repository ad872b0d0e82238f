#pragma once

namespace sarinr {

/// How far a step of one target pixel goes on the ground.
class GroundScale {
 public:
  virtual ~GroundScale() = default;
  /// Metres at target pixel coordinates (corners at whole numbers): eastwards (along the grid's x) for a step of one
  /// column, northwards (along its y) for one of a row; negative where rows run south. Thread-safe.
  virtual void metres_per_pixel(double x, double y, double& column, double& row) const = 0;
};

}  // namespace sarinr
