#include "sarinr/quality/edges.h"

#include <cmath>

namespace sarinr {

void EdgePreservation::add_differences(std::span<const double> a_reference, std::span<const double> b_reference,
                                       std::span<const double> a_test, std::span<const double> b_test) {
  for (std::size_t x = 0; x < b_reference.size(); ++x) {
    const double reference = std::abs(b_reference[x] - a_reference[x]);
    if (std::isnan(reference)) continue;
    reference_differences_ += reference;
    test_differences_ += std::abs(b_test[x] - a_test[x]);
  }
}

void EdgePreservation::add_laplacians() {
  const auto laplacian = [](const RowBuffer<double>& rows, std::size_t x) {
    return rows[1][x - 1] + rows[1][x + 1] + rows[0][x] + rows[2][x] - 4 * rows[1][x];
  };
  for (std::size_t x = 1; x + 1 < reference_rows_[1].size(); ++x) {
    const double reference = laplacian(reference_rows_, x);
    const double test = laplacian(test_rows_, x);
    if (std::isnan(reference)) continue;
    ++count_;
    r_ += reference;
    t_ += test;
    rr_ += reference * reference;
    tt_ += test * test;
    rt_ += reference * test;
  }
}

void EdgePreservation::add(const PairRow& row) {
  const auto tail = [](std::span<const double> values) { return values.empty() ? values : values.subspan(1); };
  add_differences(row.reference, tail(row.reference), row.test, tail(row.test));
  if (reference_rows_.size() > 0) {
    const std::size_t last = reference_rows_.size() - 1;
    add_differences(reference_rows_[last], row.reference, test_rows_[last], row.test);
  }
  reference_rows_.push(row.reference);
  test_rows_.push(row.test);
  if (reference_rows_.full()) add_laplacians();
}

std::optional<double> EdgePreservation::gradient() const {
  if (reference_differences_ == 0) return std::nullopt;
  return test_differences_ / reference_differences_;
}

std::optional<double> EdgePreservation::correlation() const {
  const double variances = (rr_ - r_ * r_ / count_) * (tt_ - t_ * t_ / count_);
  if (count_ == 0 || !(variances > 0)) return std::nullopt;
  return (rt_ - r_ * t_ / count_) / std::sqrt(variances);
}

}  // namespace sarinr
