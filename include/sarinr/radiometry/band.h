#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sarinr/radiometry/pixel_type.h"
#include "sarinr/radiometry/quantity.h"

namespace sarinr {

/// What the mask says of a pixel of one band. The numbers are part of the file format.
/// Every class but `valid` and `negative` determines the pixel's value exactly.
enum class PixelClass : std::uint8_t {
  valid = 0,
  nodata = 1,        ///< equals the band's nodata value
  not_a_number = 2,  ///< NaN where that is not the nodata value
  zero = 3,          ///< exactly zero, in amplitude, power and complex bands
  negative = 4,      ///< a valid pixel below zero in amplitude and power bands: the field holds its magnitude
  positive_infinity = 5,
  negative_infinity = 6,
  masked = 7  ///< marked invalid by the raster's own mask band
};
inline constexpr int pixel_class_count = 8;

/// True for the classes whose value comes from the field.
inline bool has_value(PixelClass c) { return c == PixelClass::valid || c == PixelClass::negative; }

/// True for the classes whose pixels are numbers that an average counts: values, and zeros, as they are to GDAL too.
inline bool has_number(PixelClass c) { return has_value(c) || c == PixelClass::zero; }

/// One sample as it is carried between rooms: a real number, or I and Q of a complex one (im is 0 for real bands).
struct Sample {
  double re = 0;
  double im = 0;
};

/// What is needed to turn samples of one band into fit-domain values and back.
struct BandModel {
  Quantity quantity = Quantity::other;
  PixelType type = PixelType::f32;
  std::optional<double> nodata;

  /// Outputs that the band takes of a field: complex 2, categorical 0, all others 1.
  int channels() const;
};

/// The class of a source sample. `nodata` is compared after rounding it to the band's type; NaN nodata matches NaN.
PixelClass classify(const BandModel& band, Sample sample);

/// Fit-domain values (one per channel, in `out`) of a sample whose class has a value: decibels of the magnitude for
/// amplitude (20 log10) and power (10 log10), I and Q for complex, the number itself for db and other.
void to_fit_domain(const BandModel& band, Sample sample, double* out);

/// The sample in the band's source type for fit-domain values and a class. A class without a value gives its exact
/// value; a class with one never gives nodata, nor NaN, nor zero where zero is a class: it takes the nearest other
/// representable value (docs/metrics.md, "Values that mean something else").
Sample from_fit_domain(const BandModel& band, PixelClass pixel_class, const double* values);

/// The sample of the band's source type that stands for a value in the band's own quantity (as physical_value gives it)
/// and a class: what from_fit_domain does once the value is known.
Sample to_source_type(const BandModel& band, PixelClass pixel_class, Sample value);

/// As from_fit_domain, but without rounding to the source type and without stepping off nodata.
Sample physical_value(const BandModel& band, PixelClass pixel_class, const double* values);

}  // namespace sarinr
