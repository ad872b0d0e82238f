#pragma once

#include <cstdint>

#include "sarinr/radiometry/band.h"

namespace sarinr {

/// How far a stored sample may be from the source's: of pixels that have a value (has_value), after rounding to the
/// source type.
struct SampleBound {
  enum class Kind : std::uint8_t {
    lossless,  ///< not at all
    absolute,  ///< `limit` in the source's units; of complex samples the magnitude of the difference
    decibel    ///< `limit` dB; for amplitude, power and decibels
  };
  Kind kind = Kind::lossless;
  double limit = 0;
};

/// The error of a sample in the bound's terms: 0 or 1 for lossless, units or decibels for others. Infinite where a
/// decibel bound does not know the two apart (other sign, zero).
double sample_error(const BandModel& band, const SampleBound& bound, Sample source, Sample stored);
/// sample_error() against what is allowed.
bool within(const BandModel& band, const SampleBound& bound, Sample source, Sample stored);

}  // namespace sarinr
