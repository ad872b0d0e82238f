#pragma once

#include <cmath>
#include <cstdint>

#include "sarinr/base/random.h"

namespace sarinr {

/// The start of the random numbers of one use (`salt`) under one seed.
inline std::uint64_t lattice_key(std::uint64_t seed, std::uint64_t salt) { return mix64(seed ^ mix64(salt)); }

/// 64 random bits for a place of an integer lattice, in two steps: first the column, then the row.
inline std::uint64_t lattice_bits(std::uint64_t key, std::int64_t place) {
  return mix64(key + static_cast<std::uint64_t>(place));
}

/// Uniform in [0, 1), 53 bits.
inline double lattice_uniform(std::uint64_t seed, std::int64_t x, std::int64_t y, std::uint64_t salt) {
  return static_cast<double>(lattice_bits(lattice_bits(lattice_key(seed, salt), x), y) >> 11) * 0x1.0p-53;
}

inline double smooth_step(double low, double high, double value) {
  const double t = std::fmin(1.0, std::fmax(0.0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/// Smooth noise about zero, within +-1, mostly +-0.5: random gradients on the integer lattice, blended between its
/// corners.
inline double gradient_noise(std::uint64_t seed, double x, double y, std::uint64_t salt) {
  const double floor_x = std::floor(x);
  const double floor_y = std::floor(y);
  const auto column = static_cast<std::int64_t>(floor_x);
  const auto row = static_cast<std::int64_t>(floor_y);
  const double fx = x - floor_x;
  const double fy = y - floor_y;
  const std::uint64_t key = lattice_key(seed, salt);
  const std::uint64_t left = lattice_bits(key, column);
  const std::uint64_t right = lattice_bits(key, column + 1);
  const auto corner = [&](int dx, int dy) {
    const std::uint64_t bits = lattice_bits(dx == 0 ? left : right, row + dy);
    const double gx = static_cast<double>(bits >> 32) * 0x1.0p-31 - 1;
    const double gy = static_cast<double>(bits & 0xFFFFFFFFu) * 0x1.0p-31 - 1;
    return gx * (fx - dx) + gy * (fy - dy);
  };
  const double sx = fx * fx * fx * (fx * (fx * 6 - 15) + 10);
  const double sy = fy * fy * fy * (fy * (fy * 6 - 15) + 10);
  const double upper = std::lerp(corner(0, 0), corner(1, 0), sx);
  const double lower = std::lerp(corner(0, 1), corner(1, 1), sx);
  return std::lerp(upper, lower, sy);
}

/// Octaves of gradient noise, each of twice the frequency and half the amplitude of the one before.
inline double fractal_noise(std::uint64_t seed, double x, double y, std::uint64_t salt, int octaves) {
  double sum = 0;
  double amplitude = 1;
  for (int octave = 0; octave < octaves; ++octave) {
    sum += amplitude * gradient_noise(seed, x, y, salt + static_cast<std::uint64_t>(octave));
    amplitude *= 0.5;
    x *= 2;
    y *= 2;
  }
  return sum;
}

}  // namespace sarinr
