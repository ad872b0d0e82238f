#pragma once

#include <array>
#include <complex>
#include <optional>
#include <vector>

#include "sarinr/quality/rows.h"

namespace sarinr {

/// The response to a point along one axis.
struct PointResponse {
  double width = 0;                       ///< between the half-power points, pixels
  std::optional<double> peak_side_lobe;   ///< PSLR: highest side lobe over the peak, dB; empty where none is in the cut
  std::optional<double> total_side_lobe;  ///< ISLR: energy outside the main lobe over that inside, dB; likewise
};

/// Measures a cut of 32 pixels through a point, its peak at index 16, over-sampled 16 times by zero-padding its
/// spectrum. Complex data are shifted to baseband by the phase of their lag-1 correlation first. The main lobe reaches
/// to the first minimum of power on either side of the peak. Empty where the peak is not within one pixel of the middle
/// or its half-power points are not in the cut.
std::optional<PointResponse> measure_point(const std::vector<std::complex<double>>& cut, bool detected);

/// A point that stands out in the reference, and its responses in both rasters.
struct PointTarget {
  int x = 0;
  int y = 0;
  double contrast = 0;  ///< power over the clutter's mean, dB
  std::optional<PointResponse> reference_along_row, reference_along_column;
  std::optional<PointResponse> test_along_row, test_along_column;
};

/// Finds points: pixels of the reference that are brighter than each of the 33x33 pixels around them and 20 dB above
/// the mean power of those outside the central 9x9; every one of them must have a value. Keeps the 32 of highest
/// contrast. Detected data are cut as power, whose spectrum is twice as wide as that of complex data: sampled too
/// coarsely it is aliased, and widths are to be compared, not trusted.
class PointTargets {
 public:
  static constexpr int reach = 16;
  static constexpr std::size_t most = 32;
  PointTargets();
  void add(const PairRow& row);
  /// Highest contrast first.
  std::vector<PointTarget> targets() const;

 private:
  struct Candidate {
    PointTarget target;
    std::array<std::vector<std::complex<double>>, 4> cuts;  ///< reference row, column, test row, column
    bool detected = true;
  };
  void search(int y);
  /// The contrast as a ratio of powers where the pixel is a point.
  std::optional<double> contrast(std::size_t x) const;
  void keep(std::size_t x, int y, double ratio);
  std::vector<std::complex<double>> cut(bool of_test, bool along_row, std::size_t x) const;
  RowBuffer<double> reference_power_;
  RowBuffer<double> test_power_;
  RowBuffer<std::complex<double>> reference_complex_;
  RowBuffer<std::complex<double>> test_complex_;
  std::vector<Candidate> candidates_;
};

}  // namespace sarinr
