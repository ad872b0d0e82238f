#include "source_model.h"

#include <algorithm>
#include <cmath>

#include "gdal_support.h"
#include "sarinr/base/error.h"

namespace sarinr::geo {

using nlohmann::json;

double near(double x, double centre, double turn) { return x - turn * std::round((x - centre) / turn); }

void apply(const std::array<double, 6>& geotransform, double& x, double& y) {
  const double column = x;
  x = geotransform[0] + geotransform[1] * column + geotransform[2] * y;
  y = geotransform[3] + geotransform[4] * column + geotransform[5] * y;
}

std::optional<double> turn_of(const OGRSpatialReference& crs) {
  if (!crs.IsGeographic()) return std::nullopt;
  constexpr double full_circle = 2 * 3.14159265358979323846;
  // The unit of degrees is a rounded number: 360 must come out whole.
  return std::round(full_circle / crs.GetAngularUnits() * 1e9) / 1e9;
}

OGRSpatialReference wgs84() {
  OGRSpatialReference crs;
  crs.SetWellKnownGeogCS("WGS84");
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  return crs;
}

namespace {

void check_options(SourceModel::Kind kind, const LocationOptions& options) {
  if ((options.dem || options.height) && kind != SourceModel::Kind::rpc) {
    throw Error(
        "a DEM or a height locates pixels by RPC only, which the raster does not have: leave --dem and --height "
        "out");
  }
  if (options.gcp_method != GcpMethod::automatic && kind != SourceModel::Kind::control_points) {
    throw Error("the raster is not located by ground control points: leave the method for them out");
  }
}

int order_of(GcpMethod method) {
  switch (method) {
    case GcpMethod::order1:
      return 1;
    case GcpMethod::order2:
      return 2;
    case GcpMethod::order3:
      return 3;
    case GcpMethod::automatic:
    case GcpMethod::thin_plate_spline:
      break;
  }
  return 0;
}

/// Throws an Error where a transform of this order (0: a spline) is not determined.
void check_count(int count, int order) {
  const int least = order == 0 ? 3 : (order + 1) * (order + 2) / 2;
  if (count >= least) return;
  const std::string method = order == 0 ? "thin plate spline" : "polynomial of order " + std::to_string(order);
  throw Error("the raster has " + std::to_string(count) + " ground control points, and a " + method +
              " needs at least " + std::to_string(least));
}

}  // namespace

SourceModel::SourceModel(const json& metadata, const LocationOptions& options, int width) try {
  ControlPoints points(metadata);
  const bool has_rpc = metadata.contains("metadata") && metadata["metadata"].contains("RPC");
  const bool wants_rpc = has_rpc && (options.dem || options.height);
  if (const auto geotransform = geotransform_from_json(metadata)) {
    kind_ = Kind::geotransform;
    set_geotransform(metadata, *geotransform, width);
  } else if (!points.empty() && !wants_rpc) {
    kind_ = Kind::control_points;
    set_control_points(points, options.gcp_method);
  } else if (has_rpc) {
    kind_ = Kind::rpc;
    set_rpc(metadata["metadata"]["RPC"], options);
  }
  check_options(kind_, options);
} catch (const json::exception& damage) {
  throw Error("the raster's georeferencing and metadata are damaged: " + std::string(damage.what()));
}

void SourceModel::set_crs(const std::optional<OGRSpatialReference>& crs, double centre) {
  crs_ = crs;
  centre_ = centre;
  if (crs_) turn_ = turn_of(*crs_);
}

void SourceModel::set_geotransform(const json& metadata, const std::array<double, 6>& geotransform, int width) {
  geotransform_ = geotransform;
  if (GDALInvGeoTransform(geotransform_.data(), inverse_.data()) == 0) {
    throw Error("the raster's geotransform has no inverse: nothing can be located in it");
  }
  set_crs(crs_from_json(metadata), geotransform[0] + 0.5 * width * geotransform[1]);
}

void SourceModel::set_control_points(ControlPoints& points, GcpMethod method) {
  const int order = order_of(method);
  check_count(points.count(), order);
  set_crs(points.crs(), points.data()[0].dfGCPX);
  const double infinity = std::numeric_limits<double>::infinity();
  domain_ = {infinity, infinity, -infinity, -infinity};
  for (int i = 0; i < points.count(); ++i) {
    GDAL_GCP& point = points.data()[i];
    // A scene across the date line has points on both sides of it.
    point.dfGCPX = unwrapped(point.dfGCPX);
    domain_ = {std::min(domain_[0], point.dfGCPX), std::min(domain_[1], point.dfGCPY),
               std::max(domain_[2], point.dfGCPX), std::max(domain_[3], point.dfGCPY)};
  }
  const double margin_x = domain_[2] - domain_[0];
  const double margin_y = domain_[3] - domain_[1];
  domain_ = {domain_[0] - margin_x, domain_[1] - margin_y, domain_[2] + margin_x, domain_[3] + margin_y};
  const MessageScope scope;
  shared_.reset(order == 0 ? GDALCreateTPSTransformer(points.count(), points.data(), FALSE)
                           : GDALCreateGCPTransformer(points.count(), points.data(), order, FALSE),
                GDALDestroyTransformer);
  function_ = order == 0 ? GDALTPSTransform : GDALGCPTransform;
  if (!shared_) throw Error("the raster's ground control points give no transform: " + scope.reason());
}

void SourceModel::set_rpc(const json& domain, const LocationOptions& options) {
  CPLStringList lines = metadata_lines(domain);
  if (GDALExtractRPCInfoV2(lines.List(), &rpc_) == 0) {
    throw Error("the raster's RPC metadata are incomplete: nothing can be located with them");
  }
  set_crs(wgs84(), rpc_.dfLONG_OFF);
  constexpr double believed_scales = 3;
  domain_ = {rpc_.dfLONG_OFF - believed_scales * rpc_.dfLONG_SCALE, rpc_.dfLAT_OFF - believed_scales * rpc_.dfLAT_SCALE,
             rpc_.dfLONG_OFF + believed_scales * rpc_.dfLONG_SCALE,
             rpc_.dfLAT_OFF + believed_scales * rpc_.dfLAT_SCALE};
  rpc_options_.SetNameValue("RPC_HEIGHT",
                            CPLSPrintf("%.17g", options.height.value_or(options.dem ? 0.0 : rpc_.dfHEIGHT_OFF)));
  if (options.dem) {
    const MessageScope scope;
    const Dataset dem(GDALDataset::Open(options.dem->c_str(), GDAL_OF_RASTER | GDAL_OF_VERBOSE_ERROR));
    if (!dem) throw Error("cannot open the DEM " + *options.dem + ": " + scope.reason(*options.dem));
    rpc_options_.SetNameValue("RPC_DEM", options.dem->c_str());
  }
  function_ = GDALRPCTransform;
  transformer();  // tells at once whether they can be used
}

std::shared_ptr<void> SourceModel::transformer() const {
  if (kind_ != Kind::rpc) return shared_;
  // GDAL's keeps a window of the DEM: each thread needs its own.
  const MessageScope scope;
  CPLStringList options(rpc_options_);
  std::shared_ptr<void> made(GDALCreateRPCTransformerV2(&rpc_, FALSE, 0, options.List()), GDALDestroyTransformer);
  if (!made) throw Error("the raster's RPC metadata cannot be used: " + scope.reason());
  return made;
}

SourceModel::Transform::Transform(const SourceModel& model) : model_(model), transformer_(model.transformer()) {}

void SourceModel::Transform::to_pixel(int count, double* x, double* y, double* z, int* found) const {
  for (int i = 0; i < count; ++i) x[i] = model_.unwrapped(x[i]);
  if (model_.function_ == nullptr) {
    for (int i = 0; i < count; ++i) apply(model_.inverse_, x[i], y[i]);
    std::fill(found, found + count, 1);
    return;
  }
  std::vector<std::uint8_t> believed(static_cast<std::size_t>(count));
  const std::array<double, 4>& domain = model_.domain_;
  for (int i = 0; i < count; ++i) {
    believed[static_cast<std::size_t>(i)] =
        x[i] >= domain[0] && y[i] >= domain[1] && x[i] <= domain[2] && y[i] <= domain[3];
  }
  model_.function_(transformer_.get(), TRUE, count, x, y, z, found);
  for (int i = 0; i < count; ++i) found[i] = found[i] != 0 && believed[static_cast<std::size_t>(i)] != 0 ? 1 : 0;
}

void SourceModel::Transform::to_ground(int count, double* x, double* y, double* z, int* found) const {
  if (model_.function_ != nullptr) {
    model_.function_(transformer_.get(), FALSE, count, x, y, z, found);
    return;
  }
  for (int i = 0; i < count; ++i) apply(model_.geotransform_, x[i], y[i]);
  std::fill(found, found + count, 1);
}

}  // namespace sarinr::geo
