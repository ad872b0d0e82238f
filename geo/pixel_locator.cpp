#include <gdal_alg.h>

#include <array>
#include <cmath>
#include <mutex>

#include "gdal_support.h"
#include "metadata.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/raster.h"

namespace sarinr::geo {

using nlohmann::json;

namespace {

struct TransformDeleter {
  void operator()(OGRCoordinateTransformation* transform) const { OGRCoordinateTransformation::DestroyCT(transform); }
};
struct SplineDeleter {
  void operator()(void* spline) const { GDALDestroyTPSTransformer(spline); }
};
struct RpcDeleter {
  void operator()(void* rpc) const { GDALDestroyRPCTransformer(rpc); }
};

/// The longitude plus the number of whole turns that brings it nearest to `centre`.
double near(double longitude, double centre) { return longitude - 360.0 * std::round((longitude - centre) / 360.0); }

}  // namespace

struct PixelLocator::State {
  std::mutex mutex;  // neither PROJ's transformations nor GDAL's transformers may be used by two threads at once
  std::unique_ptr<OGRCoordinateTransformation, TransformDeleter> to_crs;
  std::optional<double> centre_longitude;  ///< of a geographic CRS, whose x may be turned by 360 degrees
  std::array<double, 6> to_pixel{};
  std::unique_ptr<void, SplineDeleter> spline;
  std::unique_ptr<void, RpcDeleter> rpc;

  void set_crs(const std::optional<OGRSpatialReference>& crs, double centre_x) {
    if (!crs) throw Error("the raster has no coordinate system: longitudes and latitudes cannot be located in it");
    OGRSpatialReference world;
    world.SetWellKnownGeogCS("WGS84");
    world.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    const MessageScope scope;
    to_crs.reset(OGRCreateCoordinateTransformation(&world, &*crs));
    if (!to_crs) throw Error("WGS 84 cannot be transformed to the raster's coordinate system: " + scope.reason());
    if (crs->IsGeographic()) centre_longitude = centre_x;
  }

  void set_geotransform(std::array<double, 6> geotransform, const json& metadata) {
    if (GDALInvGeoTransform(geotransform.data(), to_pixel.data()) == 0) {
      throw Error("the raster's geotransform has no inverse: nothing can be located in it");
    }
    set_crs(crs_from_json(metadata), geotransform[0]);
  }

  void set_control_points(ControlPoints& points) {
    const double centre = points.data()[0].dfGCPX;
    set_crs(points.crs(), centre);
    if (centre_longitude) {
      // A scene across the date line has points on both sides of it.
      for (int i = 0; i < points.count(); ++i) points.data()[i].dfGCPX = near(points.data()[i].dfGCPX, centre);
    }
    const MessageScope scope;
    spline.reset(GDALCreateTPSTransformer(points.count(), points.data(), FALSE));
    if (!spline) throw Error("the raster's ground control points give no thin plate spline: " + scope.reason());
  }

  void set_rpc(const json& domain) {
    CPLStringList lines = metadata_lines(domain);
    GDALRPCInfoV2 info{};
    const MessageScope scope;
    if (GDALExtractRPCInfoV2(lines.List(), &info) == 0) {
      throw Error("the raster's RPC metadata are incomplete: nothing can be located with them");
    }
    CPLStringList options;
    options.SetNameValue("RPC_HEIGHT", CPLSPrintf("%.17g", info.dfHEIGHT_OFF));
    rpc.reset(GDALCreateRPCTransformerV2(&info, FALSE, 0, options.List()));
    if (!rpc) throw Error("the raster's RPC metadata cannot be used: " + scope.reason());
  }
};

PixelLocator::PixelLocator(const std::string& metadata) : state_(std::make_unique<State>()) {
  try {
    const json parsed = parse_metadata(metadata);
    ControlPoints points(parsed);
    if (const auto geotransform = geotransform_from_json(parsed)) {
      state_->set_geotransform(*geotransform, parsed);
    } else if (!points.empty()) {
      state_->set_control_points(points);
    } else if (parsed.contains("metadata") && parsed["metadata"].contains("RPC")) {
      state_->set_rpc(parsed["metadata"]["RPC"]);
    } else {
      throw Error("the raster has no georeferencing: longitudes and latitudes cannot be located in it");
    }
  } catch (const json::exception& damage) {
    throw Error("the raster's georeferencing and metadata are damaged: " + std::string(damage.what()));
  }
}

PixelLocator::~PixelLocator() = default;
PixelLocator::PixelLocator(PixelLocator&&) noexcept = default;
PixelLocator& PixelLocator::operator=(PixelLocator&&) noexcept = default;

PixelLocator::Pixel PixelLocator::pixel(double longitude, double latitude) const {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  const MessageScope scope;
  double x = longitude;
  double y = latitude;
  double z = 0;
  int success = 1;
  if (state.to_crs) {
    success = state.to_crs->Transform(1, &x, &y);
    if (state.centre_longitude) x = near(x, *state.centre_longitude);
  }
  if (success != 0 && state.spline) {
    GDALTPSTransform(state.spline.get(), TRUE, 1, &x, &y, &z, &success);
  } else if (success != 0 && state.rpc) {
    GDALRPCTransform(state.rpc.get(), TRUE, 1, &x, &y, &z, &success);
  } else if (success != 0) {
    GDALApplyGeoTransform(state.to_pixel.data(), x, y, &x, &y);
  }
  if (success == 0) {
    throw Error(std::string("longitude ") + CPLSPrintf("%.9g", longitude) + ", latitude " +
                CPLSPrintf("%.9g", latitude) + " cannot be located in the raster: " + scope.reason());
  }
  return {x, y};
}

}  // namespace sarinr::geo
