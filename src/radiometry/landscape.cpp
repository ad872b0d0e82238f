#include "radiometry/landscape.h"

#include <cmath>

#include "radiometry/noise.h"

namespace sarinr {
namespace {

constexpr double pi = 3.14159265358979323846;

/// One use of random numbers each; noise takes as many numbers from its salt on as it has octaves.
enum Salt : std::uint64_t {
  coast_salt = 100,
  swell_salt = 200,
  water_salt = 300,
  shore_salt = 400,
  centre_salt = 500,
  town_salt = 600,
  house_salt = 650,
  massif_salt = 700,
  terrain_salt = 800,
  block_salt = 900,
  parcel_salt = 1000,
  texture_salt = 1100,
  warp_salt = 1200,
  point_salt = 1300
};

/// The distance of (u, v) to a feature that every unit cell has once, in units; `u`, `v` is its place in the first
/// cell, other cells move it.
double feature_distance(std::uint64_t seed, std::uint64_t salt, double u, double v, double centre_u, double centre_v,
                        double stretch) {
  const auto column = static_cast<std::int64_t>(std::floor(u));
  const auto row = static_cast<std::int64_t>(std::floor(v));
  const bool first = column == 0 && row == 0;
  const double move_u = first ? 0 : 0.3 * (lattice_uniform(seed, column, row, salt) - 0.5);
  const double move_v = first ? 0 : 0.3 * (lattice_uniform(seed, column, row, salt + 1) - 0.5);
  const double du = u - std::floor(u) - centre_u - move_u;
  const double dv = v - std::floor(v) - centre_v - move_v;
  return std::hypot(du / stretch, dv);
}

}  // namespace

struct Landscape::Place {
  std::int64_t column;
  std::int64_t row;
  double u;  ///< the pixel's centre in units
  double v;
};

Surface Landscape::at(std::int64_t column, std::int64_t row) const {
  const Place place{column, row, (static_cast<double>(column) + 0.5) / unit_, (static_cast<double>(row) + 0.5) / unit_};
  Surface surface;
  if (sea(place, surface) || lake(place, surface) || town(place, surface) || mountain(place, surface)) return surface;
  farmland(place, surface);
  return surface;
}

void Landscape::add_point(const Place& place, double density, double low, double high, Surface& surface) const {
  if (lattice_uniform(seed_, place.column, place.row, point_salt) >= density) return;
  surface.has_point = true;
  surface.point_decibels = std::lerp(low, high, lattice_uniform(seed_, place.column, place.row, point_salt + 1));
  surface.point_phase = 2 * pi * lattice_uniform(seed_, place.column, place.row, point_salt + 2);
}

bool Landscape::sea(const Place& place, Surface& surface) const {
  const double rough =
      0.8 * std::cos(pi * place.u) - 0.62 + 0.8 * fractal_noise(seed_, place.u * 2, place.v * 2, coast_salt, 3);
  // The finer octaves, at most 0.8 (1/8 + 1/16 + ...), matter near the coast only.
  if (rough < -0.2) return false;
  const double fine = 0.1 * fractal_noise(seed_, place.u * 16, place.v * 16, coast_salt + 3, 4);
  if (rough + fine < 0) return false;
  surface.cover = Cover::sea;
  const double wind = fractal_noise(seed_, place.u * 2, place.v * 5, swell_salt, 3);
  const double waves = gradient_noise(seed_, place.u * 40 + place.v * 25, place.v * 110 - place.u * 60, water_salt);
  surface.decibels = -19 + 3 * wind + 1.2 * waves;
  add_point(place, 2e-5, 12, 28, surface);
  return true;
}

bool Landscape::lake(const Place& place, Surface& surface) const {
  const double distance = feature_distance(seed_, centre_salt, place.u, place.v, 0.45, 0.76, 1.7);
  if (distance > 0.13) return false;
  if (distance / 0.085 + 0.7 * fractal_noise(seed_, place.u * 9, place.v * 9, shore_salt, 4) > 1) return false;
  surface.cover = Cover::lake;
  surface.decibels = -23 + gradient_noise(seed_, place.u * 30, place.v * 30, water_salt);
  return true;
}

bool Landscape::town(const Place& place, Surface& surface) const {
  const double distance = feature_distance(seed_, centre_salt + 2, place.u, place.v, 0.5, 0.45, 1.2);
  if (distance > 0.16) return false;
  const double density = 1 - distance / 0.1 + 0.8 * fractal_noise(seed_, place.u * 10, place.v * 10, town_salt, 3);
  if (density < 0.2) return false;
  const double across = (place.u * 0.96 + place.v * 0.28) * 70;
  const double along = (place.v * 0.96 - place.u * 0.28) * 50;
  const bool street = across - std::floor(across) < 0.18 || along - std::floor(along) < 0.14;
  const double house = lattice_uniform(seed_, static_cast<std::int64_t>(std::floor(across)),
                                       static_cast<std::int64_t>(std::floor(along)), house_salt);
  surface.cover = Cover::town;
  surface.decibels = street ? -13 : -8 + 6 * house;
  if (!street) add_point(place, 0.05 * std::fmin(density, 1.0), 6, 24, surface);
  return true;
}

double Landscape::terrain_height(double u, double v) const {
  double height = 0;
  double amplitude = 1;
  double frequency = 5;
  for (std::uint64_t octave = 0; octave < 6; ++octave) {
    const double ridge = 1 - std::abs(2 * gradient_noise(seed_, u * frequency, v * frequency, terrain_salt + octave));
    height += amplitude * ridge * ridge;
    amplitude *= 0.42;
    frequency *= 2;
  }
  return height;
}

bool Landscape::mountain(const Place& place, Surface& surface) const {
  const double distance = feature_distance(seed_, centre_salt + 4, place.u, place.v, 0.78, 0.27, 1.1);
  if (distance > 0.5) return false;
  const double massif = 1.1 - distance / 0.26 + 0.5 * fractal_noise(seed_, place.u * 4, place.v * 4, massif_salt, 4);
  if (massif < 0.05) return false;
  // The sensor looks along rows: slopes that face it (rising with the column) crowd their power into few pixels.
  const double step = 1 / unit_;
  const double rise = (terrain_height(place.u + step, place.v) - terrain_height(place.u - step, place.v)) / (2 * step);
  const double slope = rise / 14 * smooth_step(0.05, 0.6, massif);
  surface.cover = Cover::mountain;
  surface.decibels = -9.5 + 9 * std::tanh(slope) + (slope > 1 ? 3 * std::fmin(slope - 1, 2.0) : 0) +
                     1.5 * fractal_noise(seed_, place.u * 60, place.v * 60, texture_salt, 2);
  return true;
}

void Landscape::farmland(const Place& place, Surface& surface) const {
  const double u = place.u * 6 + 0.35 * fractal_noise(seed_, place.u * 5, place.v * 5, warp_salt, 3);
  const double v = place.v * 6 + 0.35 * fractal_noise(seed_, place.u * 5, place.v * 5, warp_salt + 10, 3);
  std::int64_t block_column = 0;
  std::int64_t block_row = 0;
  double nearest = 9;
  double second = 9;
  for (int neighbour = 0; neighbour < 9; ++neighbour) {
    const auto column = static_cast<std::int64_t>(std::floor(u)) + neighbour % 3 - 1;
    const auto row = static_cast<std::int64_t>(std::floor(v)) + neighbour / 3 - 1;
    const double du = static_cast<double>(column) + lattice_uniform(seed_, column, row, block_salt) - u;
    const double dv = static_cast<double>(row) + lattice_uniform(seed_, column, row, block_salt + 1) - v;
    const double distance = du * du + dv * dv;
    second = std::fmin(second, std::fmax(distance, nearest));
    if (distance < nearest) {
      nearest = distance;
      block_column = column;
      block_row = row;
    }
  }
  const double kind = lattice_uniform(seed_, block_column, block_row, block_salt + 2);
  const double texture = fractal_noise(seed_, place.u * 60, place.v * 60, texture_salt, 2);
  if (kind < 0.28) {
    surface.cover = Cover::forest;
    surface.decibels = -8.5 + 2 * texture;
    return;
  }
  surface.cover = Cover::field;
  const double angle = pi * lattice_uniform(seed_, block_column, block_row, block_salt + 3);
  const double size = 22 + 22 * lattice_uniform(seed_, block_column, block_row, block_salt + 4);
  const double along = (place.u * std::cos(angle) + place.v * std::sin(angle)) * size * 0.6;
  const double across = (place.v * std::cos(angle) - place.u * std::sin(angle)) * size;
  const auto strip = static_cast<std::int64_t>(std::floor(across));
  const double shift = lattice_uniform(seed_, strip, block_column * 4099 + block_row, parcel_salt);
  const auto parcel = static_cast<std::int64_t>(std::floor(along * (0.6 + 0.8 * shift) + 7 * shift));
  const double crop = lattice_uniform(seed_, strip * 8191 + parcel, block_column * 4099 + block_row, parcel_salt + 1);
  surface.decibels = std::sqrt(second) - std::sqrt(nearest) < 0.03 ? -17 : -17.5 + 10 * crop + 0.8 * texture;
}

double polarisation_offset(Cover cover, int band) {
  //                                   VV    VH    HH    HV
  static constexpr double sea[] = {0, -8.5, -2.5, -8.7};
  static constexpr double lake[] = {0, -5.0, -1.0, -5.2};
  static constexpr double field[] = {0, -7.5, -0.7, -7.6};
  static constexpr double forest[] = {0, -5.5, 0.4, -5.6};
  static constexpr double mountain[] = {0, -6.5, 0.2, -6.6};
  static constexpr double town[] = {0, -10.0, 2.0, -10.2};
  static constexpr const double* offsets[] = {sea, lake, field, forest, mountain, town};
  return offsets[static_cast<int>(cover)][band];
}

}  // namespace sarinr
