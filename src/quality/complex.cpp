#include "sarinr/quality/complex.h"

#include <cmath>
#include <limits>

namespace sarinr {

void ComplexAgreement::add(const PairRow& row) {
  for (std::size_t x = 0; x < row.reference_complex.size(); ++x) {
    const std::complex<double> reference = row.reference_complex[x];
    const std::complex<double> test = row.test_complex[x];
    if (std::isnan(reference.real())) continue;
    const std::complex<double> product = test * std::conj(reference);
    const double angle = std::arg(product);
    ++count_;
    product_ += product;
    reference_power_ += std::norm(reference);
    test_power_ += std::norm(test);
    error_power_ += std::norm(test - reference);
    squared_angles_ += angle * angle;
    weighted_squared_angles_ += std::norm(reference) * angle * angle;
  }
}

std::optional<double> ComplexAgreement::coherence() const {
  if (count_ == 0) return std::nullopt;
  return std::abs(product_) / std::sqrt(reference_power_ * test_power_);
}

std::optional<double> ComplexAgreement::phase_bias() const {
  if (count_ == 0) return std::nullopt;
  return std::arg(product_);
}

std::optional<double> ComplexAgreement::phase_error() const {
  if (count_ == 0) return std::nullopt;
  return std::sqrt(squared_angles_ / static_cast<double>(count_));
}

std::optional<double> ComplexAgreement::weighted_phase_error() const {
  if (count_ == 0) return std::nullopt;
  return std::sqrt(weighted_squared_angles_ / reference_power_);
}

std::optional<double> ComplexAgreement::signal_to_noise() const {
  if (count_ == 0) return std::nullopt;
  if (error_power_ == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(reference_power_ / error_power_);
}

}  // namespace sarinr
