#include "source_map.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "gdal_support.h"

namespace sarinr::geo {

SourceMap::SourceMap(std::shared_ptr<const SourceModel> model, const std::array<double, 6>& geotransform,
                     std::optional<OGRSpatialReference> crs)
    : model_(std::move(model)),
      geotransform_(geotransform),
      crs_(std::move(crs)),
      transforms_([this] { return std::make_unique<GroundTransform>(model_, crs_ ? &*crs_ : nullptr); }) {
  transforms_.take();  // tells at once whether the CRS meet
}

void SourceMap::to_source(std::size_t count, double* x, double* y, std::uint8_t* found) const {
  constexpr std::size_t chunk = std::size_t{1} << 14;  // GDAL counts in int
  const auto transform = transforms_.take();
  std::vector<int> success(std::min(count, chunk));
  for (std::size_t begin = 0; begin < count; begin += chunk) {
    const std::size_t size = std::min(chunk, count - begin);
    double* xs = x + begin;
    double* ys = y + begin;
    for (std::size_t i = 0; i < size; ++i) apply(geotransform_, xs[i], ys[i]);
    transform->to_pixel(static_cast<int>(size), xs, ys, nullptr, success.data());
    for (std::size_t i = 0; i < size; ++i) found[begin + i] = success[i] != 0 ? 1 : 0;
  }
}

}  // namespace sarinr::geo
