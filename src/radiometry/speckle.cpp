#include "radiometry/speckle.h"

#include <cmath>

#include "sarinr/base/random.h"

namespace sarinr {
namespace {

constexpr double pi = 3.14159265358979323846;

/// Convolves rows, then columns; keeps the part of the extent where the sums are complete. Every output is summed in
/// the order of the taps, so that it does not depend on the window.
void filter(std::vector<double>& values, const Extent& extent, const std::vector<double>& taps) {
  if (taps.size() == 1) return;
  const int count = static_cast<int>(taps.size());
  const int width = extent.width;
  const int height = extent.height;
  const int kept_width = width - count + 1;
  const int kept_height = height - count + 1;
  std::vector<double> rows(static_cast<std::size_t>(kept_width) * static_cast<std::size_t>(height), 0.0);
  for (int row = 0; row < height; ++row) {
    for (int tap = 0; tap < count; ++tap) {
      const double* in = &values[static_cast<std::size_t>(row) * width + tap];
      double* out = &rows[static_cast<std::size_t>(row) * kept_width];
      for (int column = 0; column < kept_width; ++column) out[column] += taps[tap] * in[column];
    }
  }
  values.assign(static_cast<std::size_t>(kept_width) * static_cast<std::size_t>(kept_height), 0.0);
  for (int row = 0; row < kept_height; ++row) {
    for (int tap = 0; tap < count; ++tap) {
      const double* in = &rows[static_cast<std::size_t>(row + tap) * kept_width];
      double* out = &values[static_cast<std::size_t>(row) * kept_width];
      for (int column = 0; column < kept_width; ++column) out[column] += taps[tap] * in[column];
    }
  }
}

}  // namespace

ComplexImage complex_look(const Scatterers& scatterers, const std::vector<double>& taps, std::uint64_t seed) {
  const Extent& extent = scatterers.extent;
  const bool points = !scatterers.point_in_phase.empty();
  ComplexImage image{std::vector<double>(scatterers.power.size()), std::vector<double>(scatterers.power.size())};
  std::size_t index = 0;
  for (int row = 0; row < extent.height; ++row) {
    const std::uint64_t row_seed = mix64(seed + static_cast<std::uint64_t>(std::int64_t{extent.y} + row));
    for (int column = 0; column < extent.width; ++column, ++index) {
      // Many scatterers in a cell: power is exponential, phase uniform.
      const std::uint64_t bits = mix64(row_seed + static_cast<std::uint64_t>(std::int64_t{extent.x} + column));
      const double uniform = (static_cast<double>(bits >> 32) + 0.5) * 0x1.0p-32;
      const double phase = 2 * pi * static_cast<double>(bits & 0xFFFFFFFFu) * 0x1.0p-32;
      const double amplitude = std::sqrt(-std::log(uniform) * scatterers.power[index]);
      image.in_phase[index] = amplitude * std::cos(phase) + (points ? scatterers.point_in_phase[index] : 0.0);
      image.quadrature[index] = amplitude * std::sin(phase) + (points ? scatterers.point_quadrature[index] : 0.0);
    }
  }
  filter(image.in_phase, extent, taps);
  filter(image.quadrature, extent, taps);
  return image;
}

std::vector<double> mean_power(const Scatterers& scatterers, const std::vector<double>& taps) {
  std::vector<double> squared_taps = taps;
  for (double& tap : squared_taps) tap *= tap;
  std::vector<double> power = scatterers.power;
  filter(power, scatterers.extent, squared_taps);
  if (scatterers.point_in_phase.empty()) return power;
  ComplexImage points{scatterers.point_in_phase, scatterers.point_quadrature};
  filter(points.in_phase, scatterers.extent, taps);
  filter(points.quadrature, scatterers.extent, taps);
  for (std::size_t i = 0; i < power.size(); ++i) {
    power[i] += points.in_phase[i] * points.in_phase[i] + points.quadrature[i] * points.quadrature[i];
  }
  return power;
}

}  // namespace sarinr
