#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "sarinr/radiometry/band.h"

namespace sarinr {

/// What values are turned into before they are averaged.
enum class AveragingDomain {
  power,     ///< linear power, signed: of amplitude, power and decibels, and of complex values to be detected
  value,     ///< the numbers themselves
  complex,   ///< coherent
  category,  ///< not averaged: the value that covers most
};

/// How a band is given out: its source, and the quantity and type asked for.
struct BandConversion {
  BandModel source;
  BandModel target;
  AveragingDomain domain = AveragingDomain::value;
};

/// Throws an Error naming `label` where the band has no such quantity.
BandConversion conversion(const BandModel& source, Quantity wanted, const std::string& label);

/// A value of the source's quantity, in the averaging domain.
Sample to_domain(const BandConversion& band, Sample value);

struct ClassifiedSample {
  Sample sample;
  PixelClass pixel_class = PixelClass::valid;
};
/// A value of the averaging domain in the target's quantity, with the class that it has there: power that is not
/// positive has no decibels.
ClassifiedSample from_domain(const BandConversion& band, Sample value);

/// A weighted mean of the pixels under a footprint, in the averaging domain.
class FootprintMean {
 public:
  void add(AveragingDomain domain, Sample value, PixelClass pixel_class, double weight);
  bool has_value() const { return weight_ > 0; }
  Sample mean() const;
  /// Where nothing has a value: the class that covers most; `nodata` where nothing was added.
  PixelClass missing_class() const;

 private:
  Sample sum_;
  double weight_ = 0;
  double missing_[pixel_class_count] = {};
  std::vector<std::pair<double, double>> categories_;  ///< value and weight
};

}  // namespace sarinr
