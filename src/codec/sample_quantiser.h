#pragma once

#include <cstdint>
#include <vector>

#include "sarinr/codec/sample_bound.h"
#include "sarinr/radiometry/band.h"

namespace sarinr {

/// Turns numbers into indices and back. Values are computed by IEEE additions, multiplications and divisions of 64-bit
/// floats alone, so that every machine has the same. The forms' numbers are part of the file format.
class SampleQuantiser {
 public:
  enum class Form : std::uint8_t {
    frame = 0,      ///< no indices: samples as a compressed frame
    uniform = 1,    ///< index * parameter
    geometric = 2,  ///< parameter to the power of the index; positive numbers
    intervals = 3,  ///< whole numbers from 1 on, in intervals of which none errs by more than the ratio `parameter`
    bits = 4        ///< the bits of a 32-bit float, in the order of the numbers
  };

  /// `highest` is the largest number of the type; `start`, of intervals, a whole number that begins one, or 0 for any.
  /// parameter_fits() must hold.
  SampleQuantiser(Form form, double parameter, double highest, std::uint32_t start = 0);
  static bool parameter_fits(Form form, double parameter);

  Form form() const { return form_; }
  double parameter() const { return parameter_; }
  std::uint32_t start() const { return start_; }
  /// The first number of the interval behind that of a number.
  double end_of(double number) const;
  /// Whether a number has an index; numbers outside the form's reach have none.
  bool reaches(double number) const;
  std::int64_t index(double number) const;
  /// Any index: those that index() cannot give stand for some number.
  double value(std::int64_t index) const;

 private:
  Form form_;
  double parameter_;
  std::uint32_t start_;
  std::vector<double> begins_;  ///< of intervals
  std::vector<double> values_;
};

/// Quantisers to try for a band, best first; the last of all is `frame`, which is not listed.
std::vector<SampleQuantiser> candidate_quantisers(const BandModel& band, const SampleBound& bound);

}  // namespace sarinr
