#pragma once

#include <cstdint>

namespace sarinr {

/// What covers the ground; decides how polarisations differ.
enum class Cover : std::uint8_t { sea, lake, field, forest, mountain, town };

/// Backscatter of one resolution cell.
struct Surface {
  Cover cover = Cover::field;
  double decibels = -10;   ///< sigma nought of the distributed scatterers, VV
  bool has_point = false;  ///< a strong point scatterer beside them
  double point_decibels = 0;
  double point_phase = 0;  ///< radians
};

/// An invented coast: sea with ships, fields, forest, a lake, mountains and a town, going on without end. Its features
/// scale with `unit`, so that a small scene shows all of them and a large one repeats them with variations.
class Landscape {
 public:
  /// `unit` in pixels.
  Landscape(std::uint64_t seed, double unit) : seed_(seed), unit_(unit) {}
  /// A pure function of seed, unit and pixel.
  Surface at(std::int64_t column, std::int64_t row) const;

 private:
  struct Place;
  bool sea(const Place& place, Surface& surface) const;
  bool lake(const Place& place, Surface& surface) const;
  bool town(const Place& place, Surface& surface) const;
  bool mountain(const Place& place, Surface& surface) const;
  void farmland(const Place& place, Surface& surface) const;
  void add_point(const Place& place, double density, double low, double high, Surface& surface) const;
  double terrain_height(double u, double v) const;

  std::uint64_t seed_;
  double unit_;
};

/// What band 0 to 3 (VV, VH, HH, HV) sees of a cover, in dB relative to VV.
double polarisation_offset(Cover cover, int band);

}  // namespace sarinr
