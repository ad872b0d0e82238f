#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sarinr/scene/raster.h"

namespace sarinr::benchmark {

/// The numbers that codecs are given. With D decibels of power the others are 10^(D/20), the amplitude, and 10^(D/40).
enum class CodingDomain { decibel, root_amplitude, amplitude };

/// The name on the command line: db, sqrt-amplitude, amplitude.
std::string_view name(CodingDomain domain);
/// Throws an Error that lists the names.
CodingDomain domain_from_name(const std::string& name);
double from_decibels(CodingDomain domain, double decibels);
/// `value` above 0 unless the domain is dB.
double to_decibels(CodingDomain domain, double value);

/// One band of detected backscatter, as every codec of the table is given it.
struct CodingImage {
  std::string name;
  int width = 0;
  int height = 0;
  CodingDomain domain = CodingDomain::decibel;
  std::vector<float> values;        ///< row by row, in the coding domain; the mean of the valid ones where not valid
  std::vector<std::uint8_t> valid;  ///< 1 where the pixel has a value above zero power
  float low = 0;                    ///< range of the valid values
  float high = 0;
  std::size_t pixels() const { return values.size(); }
};

/// The image of one band of a window. Nodata, zeros, negative power and what else has no decibels is not valid. Throws
/// an Error naming it where the band is not amplitude, power or decibels, or where its valid pixels do not vary.
CodingImage coding_image(const std::string& name, const RasterWindow& window, std::size_t band, const BandModel& model,
                         CodingDomain domain);

/// Whole numbers of `bits` bits for a range of values: 0 is the low end, 2^bits - 1 the high end.
class RangeMapping {
 public:
  RangeMapping(double low, double high, int bits);
  /// The nearest; values outside the range take its end.
  std::uint16_t code(double value) const;
  double value(double code) const { return low_ + code * step_; }
  double step() const { return step_; }

 private:
  double low_;
  double step_;
  double most_;
};

/// What every codec's file is charged for the range of the values, which the decoder must know: two floats.
inline constexpr std::uint64_t range_bytes = 8;

std::vector<std::uint16_t> codes(const CodingImage& image, const RangeMapping& mapping);
std::vector<float> values(const std::vector<std::uint16_t>& codes, const RangeMapping& mapping);

}  // namespace sarinr::benchmark
