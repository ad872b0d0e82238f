#pragma once

#include <complex>
#include <cstdint>
#include <optional>

#include "sarinr/quality/rows.h"

namespace sarinr {

/// How well single-look complex data r come back as t.
class ComplexAgreement {
 public:
  void add(const PairRow& row);
  /// abs(sum t conj(r)) / sqrt(sum abs(r)^2 sum abs(t)^2), 0 to 1. Empty without a pair.
  std::optional<double> coherence() const;
  /// The angle of sum t conj(r), radians: the phase error of the strong pixels' mean.
  std::optional<double> phase_bias() const;
  /// Root mean square of the angles of t conj(r), each in (-pi, pi], radians; every pixel counts alike.
  std::optional<double> phase_error() const;
  /// The same with weights abs(r)^2: what an interferogram's bright areas see.
  std::optional<double> weighted_phase_error() const;
  /// 10 log10(sum abs(r)^2 / sum abs(t - r)^2), dB; infinite where all pairs are equal.
  std::optional<double> signal_to_noise() const;

 private:
  std::uint64_t count_ = 0;
  std::complex<double> product_ = 0;
  double reference_power_ = 0;
  double test_power_ = 0;
  double error_power_ = 0;
  double squared_angles_ = 0;
  double weighted_squared_angles_ = 0;
};

}  // namespace sarinr
