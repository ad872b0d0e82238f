#pragma once

#include <gdal_alg.h>
#include <ogr_spatialref.h>

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "metadata.h"
#include "sarinr/geo/target_grid.h"

namespace sarinr::geo {

/// The x of a geographic CRS plus the number of whole turns that brings it nearest to `centre`. `turn` is 360 in
/// degrees.
double near(double x, double centre, double turn);

/// Replaces a pixel position by the place that a geotransform gives it.
void apply(const std::array<double, 6>& geotransform, double& x, double& y);

/// A whole turn in the units of a CRS; nothing where its x is no longitude.
std::optional<double> turn_of(const OGRSpatialReference& crs);

/// Longitude and latitude, in this order.
OGRSpatialReference wgs84();

/// How a raster's pixels (corners at whole numbers) lie on the ground: its geotransform, else its ground control
/// points, else its RPC; RPC before points where a DEM or a height is given. Does not change once made.
class SourceModel {
 public:
  enum class Kind { none, geotransform, control_points, rpc };

  /// `width` is the raster's, to turn longitudes near its middle; 0 where it is not known. Errors: damaged
  /// georeferencing, a geotransform without inverse, too few or degenerate points, incomplete RPC, a DEM that cannot be
  /// read, options that the raster has no use for.
  SourceModel(const nlohmann::json& metadata, const LocationOptions& options, int width = 0);

  Kind kind() const { return kind_; }
  /// Of the ground coordinates, longitude or easting first where the metadata do not say otherwise; nothing where it is
  /// not known.
  const std::optional<OGRSpatialReference>& crs() const { return crs_; }
  /// Of Kind::geotransform; of Kind::none the identity: ground coordinates are pixels then.
  const std::array<double, 6>& geotransform() const { return geotransform_; }
  /// True where rows and columns run along the axes of the CRS.
  bool is_aligned() const { return geotransform_[2] == 0 && geotransform_[4] == 0; }
  /// Of a geographic CRS: brings a longitude into the turn that the raster uses.
  double unwrapped(double x) const { return turn_ ? near(x, centre_, *turn_) : x; }

  /// A transform between pixels and ground in place; one thread at a time. Points far outside the raster, where
  /// splines, polynomials and RPC mean nothing, are not found.
  class Transform {
   public:
    explicit Transform(const SourceModel& model);
    void to_pixel(int count, double* x, double* y, double* z, int* found) const;
    void to_ground(int count, double* x, double* y, double* z, int* found) const;

   private:
    const SourceModel& model_;
    std::shared_ptr<void> transformer_;  ///< GDAL's, but for geotransforms
  };

 private:
  void set_geotransform(const nlohmann::json& metadata, const std::array<double, 6>& geotransform, int width);
  void set_control_points(ControlPoints& points, GcpMethod method);
  void set_rpc(const nlohmann::json& domain, const LocationOptions& options);
  void set_crs(const std::optional<OGRSpatialReference>& crs, double centre);
  std::shared_ptr<void> transformer() const;

  Kind kind_ = Kind::none;
  std::optional<OGRSpatialReference> crs_;
  std::optional<double> turn_;
  double centre_ = 0;
  std::array<double, 6> geotransform_{0, 1, 0, 0, 0, 1};
  std::array<double, 6> inverse_{0, 1, 0, 0, 0, 1};
  std::array<double, 4> domain_{};  ///< xmin, ymin, xmax, ymax of the ground on which points and RPC are believed
  GDALTransformerFunc function_ = nullptr;
  std::shared_ptr<void> shared_;  ///< spline or polynomial, which are only read once they are made
  GDALRPCInfoV2 rpc_{};
  CPLStringList rpc_options_;
};

}  // namespace sarinr::geo
