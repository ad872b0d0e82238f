#pragma once

#include <cstdint>
#include <vector>

#include "sarinr/base/extent.h"

namespace sarinr {

/// Distributed and point scatterers of one band over `extent`, row by row: linear power and linear complex amplitude.
struct Scatterers {
  Extent extent;
  std::vector<double> power;
  std::vector<double> point_in_phase;  ///< both empty where the extent has no point
  std::vector<double> point_quadrature;
};

struct ComplexImage {
  std::vector<double> in_phase;
  std::vector<double> quadrature;
};

/// One look at the scatterers through the separable response `taps`: the extent without half the response at each edge.
/// The speckle of a pixel depends on `seed` and its place alone.
ComplexImage complex_look(const Scatterers& scatterers, const std::vector<double>& taps, std::uint64_t seed);

/// The mean power of complex_look over all seeds.
std::vector<double> mean_power(const Scatterers& scatterers, const std::vector<double>& taps);

}  // namespace sarinr
