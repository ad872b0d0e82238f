#include "codec/probability_tables.h"

#include <algorithm>

namespace sarinr {

namespace {

/// exp(1 / n) by its series.
double root_of_e(double n) {
  double sum = 1;
  double term = 1;
  for (int k = 1; k < 12; ++k) {
    term = term / (n * k);
    sum = sum + term;
  }
  return sum;
}

/// 1 / (1 + exp(-i / n)) for i from 0 to `count`.
template <typename Take>
void logistic(double n, int count, const Take& take) {
  const double root = root_of_e(n);
  double power = 1;
  for (int i = 0; i <= count; ++i) {
    take(i, power / (1 + power));
    power = power * root;
  }
}

}  // namespace

const ProbabilityTables& ProbabilityTables::get() {
  static const ProbabilityTables tables;
  return tables;
}

ProbabilityTables::ProbabilityTables() {
  logistic(256, 2048, [&](int i, double value) {
    const auto share = static_cast<std::uint16_t>(std::clamp(value * 65536 + 0.5, 36.0, 65500.0));
    if (i < 2048) probabilities[static_cast<unsigned>(2048 + i)] = share;
    probabilities[static_cast<unsigned>(2048 - i)] = static_cast<std::uint16_t>(65536 - share);
  });
  int logit = -largest_logit;
  for (int share = 0; share < 4096; ++share) {
    while (logit < largest_logit && probability(logit) < 16 * share + 8) ++logit;
    logits[static_cast<std::size_t>(share)] = static_cast<std::int16_t>(logit);
  }
  logistic(64, 2048, [&](int i, double value) {
    constexpr double whole = 1 << 30;
    const auto mass = static_cast<std::uint32_t>(value * whole);
    masses[static_cast<unsigned>(2048 + i)] = mass;
    masses[static_cast<unsigned>(2048 - i)] = (1u << 30) - mass;
  });
}

std::uint16_t ProbabilityTables::probability(int logit) const {
  return probabilities[static_cast<unsigned>(std::clamp(logit, -largest_logit, largest_logit) + 2048)];
}

std::uint32_t ProbabilityTables::distribution(std::int64_t z) const {
  constexpr std::int64_t middle = 2048 * 64;
  const auto place = static_cast<std::size_t>(std::clamp<std::int64_t>(z + middle, 0, 2 * middle - 1));
  const std::uint32_t low = masses[place >> 6];
  const std::uint32_t rise = masses[(place >> 6) + 1] - low;
  return low + static_cast<std::uint32_t>((std::uint64_t{rise} * (place & 63)) >> 6);
}

}  // namespace sarinr
