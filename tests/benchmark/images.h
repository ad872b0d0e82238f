#pragma once

#include <cmath>
#include <limits>
#include <string>

#include "sarinr/base/error.h"
#include "sarinr/base/random.h"
#include "sarinr/benchmark/coding_image.h"

namespace sarinr::benchmark {

/// A window of amplitudes: waves of 20 dB with 1 dB of noise; where `wedge`, no value at the upper left.
inline RasterWindow wavy_amplitudes(int width, int height, bool wedge) {
  RasterWindow window{{0, 0, width, height}, std::vector<std::vector<Sample>>(1), {}};
  Random random(7);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double decibels = 40 + 10 * std::sin(0.1 * x) * std::cos(0.07 * y) + random.normal();
      window.samples[0].push_back({wedge && x + y < 20 ? 0 : std::pow(10, decibels / 20), 0});
    }
  }
  return window;
}

inline CodingImage wavy_image(int width, int height, bool wedge, CodingDomain domain = CodingDomain::decibel) {
  const BandModel amplitude{Quantity::amplitude, PixelType::f64, std::nullopt};
  return coding_image("waves", wavy_amplitudes(width, height, wedge), 0, amplitude, domain);
}

/// The sentence of the Error that an action throws; empty where it throws none.
template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace sarinr::benchmark
