#include <cmath>
#include <numbers>
#include <utility>

#include "sarinr/base/error.h"
#include "sarinr/quality/texture.h"

namespace sarinr {

namespace {

void reverse_bits(std::span<std::complex<double>> values) {
  std::size_t reversed = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    std::size_t bit = values.size() >> 1;
    for (; (reversed & bit) != 0; bit >>= 1) reversed ^= bit;
    reversed |= bit;
    if (i < reversed) std::swap(values[i], values[reversed]);
  }
}

}  // namespace

void fourier_transform(std::span<std::complex<double>> values, bool inverse) {
  const std::size_t n = values.size();
  if (n == 0 || (n & (n - 1)) != 0) throw Error("a transform's length is no power of two", ErrorKind::internal);
  reverse_bits(values);
  for (std::size_t length = 2; length <= n; length *= 2) {
    const double angle = (inverse ? 2 : -2) * std::numbers::pi / static_cast<double>(length);
    for (std::size_t k = 0; k < length / 2; ++k) {
      const std::complex<double> factor = std::polar(1.0, angle * static_cast<double>(k));
      for (std::size_t start = k; start < n; start += length) {
        const std::complex<double> even = values[start];
        const std::complex<double> odd = values[start + length / 2] * factor;
        values[start] = even + odd;
        values[start + length / 2] = even - odd;
      }
    }
  }
}

}  // namespace sarinr
