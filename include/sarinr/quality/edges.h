#pragma once

#include <optional>

#include "sarinr/quality/rows.h"

namespace sarinr {

/// How well edges are preserved, two definitions of the edge preservation index:
/// - gradient: sum of abs differences between pixels that touch along a row or a column, of the test over the
///   reference's. 1 keeps them, less smooths.
/// - correlation: of the two rasters' Laplacians v(x-1) + v(x+1) + v(y-1) + v(y+1) - 4 v, about their means (Sattar,
///   Floreby, Salomonsson and Loevstroem, IEEE Transactions on Image Processing 6, 1997).
class EdgePreservation {
 public:
  EdgePreservation() : reference_rows_(3), test_rows_(3) {}
  void add(const PairRow& row);
  /// Empty where the reference has no difference at all.
  std::optional<double> gradient() const;
  /// Empty where a Laplacian does not vary.
  std::optional<double> correlation() const;

 private:
  void add_differences(std::span<const double> a_reference, std::span<const double> b_reference,
                       std::span<const double> a_test, std::span<const double> b_test);
  void add_laplacians();
  RowBuffer<double> reference_rows_;
  RowBuffer<double> test_rows_;
  double reference_differences_ = 0;
  double test_differences_ = 0;
  double count_ = 0;
  double r_ = 0;
  double t_ = 0;
  double rr_ = 0;
  double tt_ = 0;
  double rt_ = 0;
};

}  // namespace sarinr
