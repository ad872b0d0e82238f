#include <cmath>

#include "sarinr/radiometry/simulate.h"

namespace sarinr {
namespace {

constexpr int radius = 8;

double sinc(double x) {
  const double angle = 3.14159265358979323846 * x;
  return angle == 0 ? 1 : std::sin(angle) / angle;
}

}  // namespace

std::vector<double> system_response(Response response, double bandwidth) {
  if (response == Response::none) return {1};
  // The inverse transform of the spectrum a + (1 - a) cos(2 pi f / B) over |f| <= B / 2; a = 1 leaves it flat.
  const double a = response == Response::hamming ? 0.75 : 1.0;
  std::vector<double> taps;
  double energy = 0;
  for (int i = -radius; i <= radius; ++i) {
    const double x = bandwidth * i;
    taps.push_back(a * sinc(x) + (1 - a) / 2 * (sinc(x - 1) + sinc(x + 1)));
    energy += taps.back() * taps.back();
  }
  for (double& tap : taps) tap /= std::sqrt(energy);
  return taps;
}

}  // namespace sarinr
