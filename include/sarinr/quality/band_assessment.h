#pragma once

#include <memory>
#include <vector>

#include "sarinr/quality/report.h"
#include "sarinr/quality/rows.h"

namespace sarinr {

/// What a first pass over the reference tells of its valid values.
struct ReferenceRange {
  OrderStatistics values;  ///< dB of backscatter, else the number
  std::optional<double> linear_low;
  std::optional<double> linear_high;
  void add_linear(double value);
};

struct AssessmentOptions {
  int width = 0;
  int height = 0;
  int window_size = 25;             ///< of the windows in which looks are counted
  int quicklook = 512;              ///< longest side of the pictures, in cells
  std::vector<int> column_borders;  ///< of the tiles: first pixel of each and one past the last
  std::vector<int> row_borders;
};

/// Measures one band of a pair: rows go in once, in order. The measures are split in parts that may run at the same
/// time, each of which must be given every row.
class BandAssessment {
 public:
  /// For every quantity but categorical.
  BandAssessment(const BandModel& model, const ReferenceRange& range, const AssessmentOptions& options);
  ~BandAssessment();
  BandAssessment(BandAssessment&&) noexcept;
  BandAssessment& operator=(BandAssessment&&) noexcept;

  std::size_t parts() const;
  void add(std::size_t part, const PairRow& row);
  /// Everything but name and the figures that need more than pairs (counts of disagreement, sizes, times).
  BandReport result() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sarinr
