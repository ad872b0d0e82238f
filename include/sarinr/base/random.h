#pragma once

#include <cmath>
#include <cstdint>

namespace sarinr {

/// One step of SplitMix64: a bijection of 64 bits whose outputs over consecutive inputs pass as random.
constexpr std::uint64_t mix64(std::uint64_t state) {
  state += 0x9E3779B97F4A7C15ULL;
  state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9ULL;
  state = (state ^ (state >> 27)) * 0x94D049BB133111EBULL;
  return state ^ (state >> 31);
}

/// A small counter-based generator: the n-th number depends on seed and n alone, the same on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : seed_(mix64(seed)) {}
  std::uint64_t bits() { return mix64(seed_ + 0x9E3779B97F4A7C15ULL * counter_++); }
  /// Uniform in [0, 1), 53 bits.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal by Box and Muller's transform.
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * 3.14159265358979323846 * uniform());
  }

 private:
  std::uint64_t seed_;
  std::uint64_t counter_ = 0;
};

}  // namespace sarinr
