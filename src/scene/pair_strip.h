#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include "sarinr/quality/rows.h"
#include "sarinr/scene/raster.h"

namespace sarinr {

/// How far two rasters agree on which pixels have a value.
struct Disagreement {
  std::uint64_t reference_only = 0;
  std::uint64_t test_only = 0;
  std::uint64_t sign = 0;  ///< valid in both, negative in one alone
};

/// Values of a sample that has one.
struct SampleValues {
  double domain = 0;  ///< dB of backscatter, else the number
  double linear = 0;  ///< amplitude or power; 0 where the band is no backscatter
  double power = 0;
};
/// Throws an Error where the power of backscatter is 0 or beyond the range of double.
SampleValues values_of(const BandModel& model, Sample sample);

/// The class of pixel i of a band of a window.
PixelClass class_in(const RasterWindow& window, std::size_t band, std::size_t i, const BandModel& model);

/// Some rows of one band of a pair, as the measures take them.
class PairStrip {
 public:
  PairStrip(const BandModel& reference, const BandModel& test) : reference_model_(reference), test_model_(test) {}
  /// Both windows cover the same rows, of full width.
  void fill(const RasterWindow& reference, const RasterWindow& test, std::size_t band);
  PairRow row(int i) const;
  const Disagreement& disagreement() const { return disagreement_; }

 private:
  struct Side {
    std::vector<double> domain, linear, power;
    std::vector<std::complex<double>> complex;
    void resize(std::size_t pixels, bool backscatter, bool is_complex);
    void set(std::size_t i, const BandModel& model, Sample sample);
  };
  BandModel reference_model_;
  BandModel test_model_;
  Extent extent_;
  Side reference_;
  Side test_;
  Disagreement disagreement_;
};

}  // namespace sarinr
