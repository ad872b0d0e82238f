#include "map_scale.h"

#include <cmath>

namespace sarinr::geo {

namespace {

class MapScale : public GroundScale {
 public:
  explicit MapScale(const std::array<double, 6>& geotransform) : g_(geotransform) {}

 protected:
  /// Steps of one column and one row where a unit of x is `x_unit` metres and one of y `y_unit`.
  void steps(double x_unit, double y_unit, double& column, double& row) const {
    if (g_[2] == 0 && g_[4] == 0) {
      column = g_[1] * x_unit;
      row = g_[5] * y_unit;
    } else {
      column = std::hypot(g_[1] * x_unit, g_[4] * y_unit);
      row = -std::hypot(g_[2] * x_unit, g_[5] * y_unit);
    }
  }
  std::array<double, 6> g_;
};

class LinearScale final : public MapScale {
 public:
  LinearScale(const std::array<double, 6>& geotransform, double unit) : MapScale(geotransform), unit_(unit) {}
  void metres_per_pixel(double, double, double& column, double& row) const override {
    steps(unit_, unit_, column, row);
  }

 private:
  double unit_;
};

class EllipsoidScale final : public MapScale {
 public:
  EllipsoidScale(const std::array<double, 6>& geotransform, const OGRSpatialReference& crs)
      : MapScale(geotransform), unit_(crs.GetAngularUnits()), semi_major_(crs.GetSemiMajor()) {
    const double inverse_flattening = crs.GetInvFlattening();
    const double flattening = inverse_flattening == 0 ? 0 : 1 / inverse_flattening;
    eccentricity2_ = flattening * (2 - flattening);
  }

  void metres_per_pixel(double x, double y, double& column, double& row) const override {
    const double latitude = (g_[3] + g_[4] * x + g_[5] * y) * unit_;
    const double sine = std::sin(latitude);
    const double w2 = 1 - eccentricity2_ * sine * sine;
    const double prime_vertical = semi_major_ / std::sqrt(w2);
    const double meridian = prime_vertical * (1 - eccentricity2_) / w2;
    steps(unit_ * prime_vertical * std::cos(latitude), unit_ * meridian, column, row);
  }

 private:
  double unit_;  ///< radians
  double semi_major_;
  double eccentricity2_ = 0;
};

}  // namespace

std::shared_ptr<const GroundScale> map_scale(const std::array<double, 6>& geotransform,
                                             const OGRSpatialReference& crs) {
  if (crs.IsGeographic()) return std::make_shared<EllipsoidScale>(geotransform, crs);
  if (crs.IsProjected() || crs.IsLocal()) return std::make_shared<LinearScale>(geotransform, crs.GetLinearUnits());
  return nullptr;
}

}  // namespace sarinr::geo
