#include "ground_transform.h"

#include <cmath>
#include <utility>
#include <vector>

#include "gdal_support.h"
#include "sarinr/base/error.h"

namespace sarinr::geo {

namespace {

std::string name_of(const OGRSpatialReference& crs) {
  const char* name = crs.GetName();
  return name == nullptr ? "without a name" : name;
}

OGRCoordinateTransformation* make(const OGRSpatialReference& from, const OGRSpatialReference& to) {
  const MessageScope scope;
  OGRCoordinateTransformation* transform = OGRCreateCoordinateTransformation(&from, &to);
  if (transform == nullptr) {
    throw Error("the coordinate system " + name_of(from) + " cannot be transformed to " + name_of(to) + ": " +
                scope.reason());
  }
  transform->SetEmitErrors(false);
  return transform;
}

/// Leaves found[i] where a CRS transform succeeded and 0 elsewhere.
void transform_crs(OGRCoordinateTransformation& transform, int count, double* x, double* y, double* z, int* found) {
  transform.Transform(count, x, y, z, found);
  for (int i = 0; i < count; ++i) {
    if (found[i] != 0 && std::isfinite(x[i]) && std::isfinite(y[i])) continue;
    found[i] = 0;
    // What follows must see numbers.
    x[i] = y[i] = 0;
    if (z != nullptr) z[i] = 0;
  }
}

}  // namespace

GroundTransform::GroundTransform(std::shared_ptr<const SourceModel> model, const OGRSpatialReference* crs)
    : model_(std::move(model)), pixels_(*model_) {
  const auto& own = model_->crs();
  if (crs != nullptr) turn_ = turn_of(*crs);
  if (crs == nullptr && own) turn_ = turn_of(*own);
  if (crs == nullptr || (own && own->IsSame(&*crs) != 0)) return;
  if (!own) {
    throw Error("the raster has no coordinate system: it cannot be located in " + name_of(*crs));
  }
  to_model_.reset(make(*crs, *own));
  from_model_.reset(make(*own, *crs));
}

void GroundTransform::to_pixel(int count, double* x, double* y, double* z, int* found) const {
  std::vector<double> zeros(z == nullptr ? static_cast<std::size_t>(count) : 0);
  double* heights = z == nullptr ? zeros.data() : z;
  if (!to_model_) {
    pixels_.to_pixel(count, x, y, heights, found);
    return;
  }
  const MessageScope scope;
  transform_crs(*to_model_, count, x, y, heights, found);
  std::vector<int> reached(found, found + count);
  pixels_.to_pixel(count, x, y, heights, found);
  for (int i = 0; i < count; ++i) found[i] = found[i] != 0 ? reached[static_cast<std::size_t>(i)] : 0;
}

void GroundTransform::to_ground(int count, double* x, double* y, double* z, int* found) const {
  std::vector<double> zeros(z == nullptr ? static_cast<std::size_t>(count) : 0);
  double* heights = z == nullptr ? zeros.data() : z;
  const MessageScope scope;
  pixels_.to_ground(count, x, y, heights, found);
  if (from_model_) {
    const std::vector<int> reached(found, found + count);
    transform_crs(*from_model_, count, x, y, heights, found);
    for (int i = 0; i < count; ++i) found[i] = found[i] != 0 ? reached[static_cast<std::size_t>(i)] : 0;
  }
  if (!turn_ || !centre_) return;
  for (int i = 0; i < count; ++i) x[i] = near(x[i], *centre_, *turn_);
}

void GroundTransform::set_centre(double column, double row) {
  centre_.reset();
  int found = 0;
  to_ground(1, &column, &row, nullptr, &found);
  if (found != 0) centre_ = column;
}

}  // namespace sarinr::geo
