#pragma once

#include <complex>
#include <functional>
#include <vector>

#include "sarinr/quality/rows.h"

namespace sarinr::test {

/// A pair of images in memory, given row by row to whatever takes rows. Power stands in for the linear values.
struct ImagePair {
  int width = 0;
  int height = 0;
  std::vector<double> reference;
  std::vector<double> test;
  std::vector<std::complex<double>> reference_complex;
  std::vector<std::complex<double>> test_complex;

  ImagePair(int w, int h, const std::function<double(int, int)>& a, const std::function<double(int, int)>& b)
      : width(w), height(h) {
    for (int y = 0; y < h; ++y) {
      for (int x = 0; x < w; ++x) {
        reference.push_back(a(x, y));
        test.push_back(b(x, y));
      }
    }
  }

  PairRow row(int y) const {
    const auto part = [&]<class T>(const std::vector<T>& values) {
      const auto length = static_cast<std::size_t>(width);
      return values.empty() ? std::span<const T>()
                            : std::span(values).subspan(static_cast<std::size_t>(y) * length, length);
    };
    return {y,          part(reference),         part(test),        part(reference), part(test), part(reference),
            part(test), part(reference_complex), part(test_complex)};
  }

  template <class Measure>
  void feed(Measure& measure) const {
    for (int y = 0; y < height; ++y) measure.add(row(y));
  }
};

}  // namespace sarinr::test
