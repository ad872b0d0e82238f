#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "sarinr/geo/target_grid.h"

namespace sarinr::geo {

/// Throws an Error where parts of a request contradict each other or make no sense by themselves.
void check_request(const GridRequest& request);

/// xmin, ymin, xmax, ymax.
using GroundExtent = std::array<double, 4>;

/// A bbox as asked for; where xmin > xmax and x is a longitude, xmax is one turn further. Throws an Error where it
/// holds no area.
GroundExtent ordered(const GroundExtent& bbox, std::optional<double> turn);

/// Throws an Error that names both where the bbox (or grid: `what`) and the scene have nothing in common; longitudes
/// may differ by whole turns.
void check_overlap(const std::string& what, const GroundExtent& extent, const GroundExtent& scene,
                   std::optional<double> turn);

/// What is asked along x, and along y; nothing where nothing is asked.
template <class T>
std::optional<T> first(const std::optional<std::pair<T, T>>& pair) {
  return pair ? std::optional<T>(pair->first) : std::nullopt;
}
template <class T>
std::optional<T> second(const std::optional<std::pair<T, T>>& pair) {
  return pair ? std::optional<T>(pair->second) : std::nullopt;
}

/// `count` pixels of `step` units.
struct AxisLayout {
  int count = 0;
  double step = 0;
};

/// Pixels for an axis `length` units long: `resolution` holds exactly and the length is rounded to whole pixels; or
/// else there are `size` pixels, or as many as come nearest to the `native` step, over just that length. Throws an
/// Error where that is no pixel or more than an int counts; `direction` is "wide" or "high".
AxisLayout lay_out(double length, double native, std::optional<double> resolution, std::optional<int> size,
                   const std::string& direction);

/// The number, or the whole number that it was before rounding errors: the nearest where `tolerance` allows it.
double snapped(double value, double tolerance);
/// A scale factor, or the whole number or its reciprocal that differs by less than a millionth of a source pixel over
/// `count` target pixels.
double snapped_factor(double factor, int count);

}  // namespace sarinr::geo
