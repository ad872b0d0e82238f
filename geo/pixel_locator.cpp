#include <utility>

#include "gdal_support.h"
#include "ground_transform.h"
#include "metadata.h"
#include "pool.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/raster.h"

namespace sarinr::geo {

struct PixelLocator::State {
  explicit State(std::shared_ptr<const SourceModel> source)
      : model(std::move(source)), transforms([this] { return std::make_unique<GroundTransform>(model, &world); }) {}

  std::shared_ptr<const SourceModel> model;
  OGRSpatialReference world = wgs84();
  Pool<GroundTransform> transforms;
};

PixelLocator::PixelLocator(const std::string& metadata) {
  auto model = std::make_shared<const SourceModel>(parse_metadata(metadata), LocationOptions{});
  if (model->kind() == SourceModel::Kind::none) {
    throw Error("the raster has no georeferencing: longitudes and latitudes cannot be located in it");
  }
  if (!model->crs()) {
    throw Error("the raster has no coordinate system: longitudes and latitudes cannot be located in it");
  }
  state_ = std::make_unique<State>(std::move(model));
  state_->transforms.take();  // tells at once whether the CRS meet
}

PixelLocator::~PixelLocator() = default;
PixelLocator::PixelLocator(PixelLocator&&) noexcept = default;
PixelLocator& PixelLocator::operator=(PixelLocator&&) noexcept = default;

PixelLocator::Pixel PixelLocator::pixel(double longitude, double latitude) const {
  double x = longitude;
  double y = latitude;
  int found = 0;
  state_->transforms.take()->to_pixel(1, &x, &y, nullptr, &found);
  if (found == 0) {
    throw Error(std::string("longitude ") + CPLSPrintf("%.9g", longitude) + ", latitude " +
                CPLSPrintf("%.9g", latitude) + " cannot be located in the raster: it is too far from it");
  }
  return {x, y};
}

}  // namespace sarinr::geo
