#include "grid_layout.h"

#include <cpl_string.h>

#include <cmath>
#include <limits>

#include "sarinr/base/error.h"
#include "source_model.h"

namespace sarinr::geo {

namespace {

bool is_positive(double value) { return std::isfinite(value) && value > 0; }

std::string describe(const GroundExtent& extent) {
  return CPLSPrintf("%.9g,%.9g,%.9g,%.9g", extent[0], extent[1], extent[2], extent[3]);
}

}  // namespace

void check_request(const GridRequest& request) {
  const int spacings = (request.resolution ? 1 : 0) + (request.size ? 1 : 0) + (request.scale ? 1 : 0);
  if (request.like && (spacings > 0 || request.bbox || request.dst_crs)) {
    throw Error("--like takes its raster's whole grid: leave --resolution, --size, --scale, --bbox and --dst-crs out");
  }
  if (spacings > 1) throw Error("--resolution, --size and --scale contradict each other: give one of them");
  if (request.resolution && !(is_positive(request.resolution->first) && is_positive(request.resolution->second))) {
    throw Error("--resolution needs two numbers above 0, the size of a pixel along x and y");
  }
  if (request.size && (request.size->first < 1 || request.size->second < 1)) {
    throw Error("--size needs two whole numbers above 0, the width and height in pixels");
  }
  if (request.scale && !is_positive(*request.scale)) {
    throw Error("--scale needs a number above 0: 0.25 for a quarter of the columns and rows, 2 for twice as many");
  }
}

GroundExtent ordered(const GroundExtent& bbox, std::optional<double> turn) {
  GroundExtent result = bbox;
  if (turn && result[0] > result[2]) result[2] += *turn;
  const bool sound = std::isfinite(result[0]) && std::isfinite(result[1]) && std::isfinite(result[2]) &&
                     std::isfinite(result[3]) && result[0] < result[2] && result[1] < result[3];
  if (sound) return result;
  throw Error("the bbox " + describe(bbox) + " holds no area: give it as xmin,ymin,xmax,ymax");
}

void check_overlap(const std::string& what, const GroundExtent& extent, const GroundExtent& scene,
                   std::optional<double> turn) {
  const double middle = (extent[0] + extent[2]) / 2;
  const double shift = turn ? near(middle, (scene[0] + scene[2]) / 2, *turn) - middle : 0;
  if (extent[0] + shift < scene[2] && extent[2] + shift > scene[0] && extent[1] < scene[3] && extent[3] > scene[1]) {
    return;
  }
  throw Error(what + " " + describe(extent) + " misses the scene, which covers " + describe(scene) +
              " in the same coordinates");
}

AxisLayout lay_out(double length, double native, std::optional<double> resolution, std::optional<int> size,
                   const std::string& direction) {
  if (size) return {*size, length / *size};
  const double count = std::floor(length / resolution.value_or(native) + 0.5);
  if (!(count >= 1)) {
    throw Error("the output would be less than one pixel " + direction +
                ": ask for a finer resolution or a larger bbox");
  }
  if (count > std::numeric_limits<int>::max()) {
    throw Error(CPLSPrintf("the output would be %.0f pixels ", count) + direction + ", and a raster has at most " +
                std::to_string(std::numeric_limits<int>::max()) + ": ask for a coarser resolution or a smaller bbox");
  }
  return {static_cast<int>(count), resolution ? *resolution : length / count};
}

double snapped(double value, double tolerance) {
  const double whole = std::round(value);
  return std::abs(value - whole) <= tolerance ? whole : value;
}

double snapped_factor(double factor, int count) {
  const double tolerance = 1e-6 / count;
  if (factor >= 1) return snapped(factor, tolerance);
  const double reciprocal = 1 / std::round(1 / factor);
  return std::abs(factor - reciprocal) <= tolerance ? reciprocal : factor;
}

}  // namespace sarinr::geo
