#include "render/speckle_marginal.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sarinr {

namespace {

constexpr double fewest_looks = 0.2;
constexpr double most_looks = 200;
/// Normal numbers beyond +-7 take the value there.
constexpr double farthest = 7;
constexpr int steps_per_unit = 32;
constexpr double deviation_step = 0.02;
constexpr double greatest_deviation = 16;

/// The density of y = ln(gamma distributed number of L looks), proportional to exp(L y - e^y), on a lattice that leaves
/// out less than 1e-15 of it.
struct LogGamma {
  explicit LogGamma(double looks) {
    const double mode = std::log(looks);
    const auto log_density = [&](double y) { return looks * (y - mode) - (std::exp(y) - looks); };
    constexpr double negligible = -36;
    double low = mode;
    double high = mode;
    while (log_density(low) > negligible) low -= 0.25 / std::sqrt(looks);
    while (log_density(high) > negligible) high += 0.25 / std::sqrt(looks);
    constexpr int points = 8192;
    begin = low;
    step = (high - low) / (points - 1);
    double sum = 0;
    for (int i = 0; i < points; ++i) sum += density.emplace_back(std::exp(log_density(low + i * step)));
    for (double& value : density) value /= sum;
    for (int i = 0; i < points; ++i) mean += density[static_cast<std::size_t>(i)] * (low + i * step);
    for (int i = 0; i < points; ++i) {
      const double d = low + i * step - mean;
      variance += density[static_cast<std::size_t>(i)] * d * d;
      third += density[static_cast<std::size_t>(i)] * d * d * d;
    }
  }
  double skewness() const { return third / std::pow(variance, 1.5); }

  std::vector<double> density;
  double begin = 0;
  double step = 0;
  double mean = 0;
  double variance = 0;
  double third = 0;
};

double looks_of(double skewness) {
  double low = std::log(fewest_looks);
  double high = std::log(most_looks);
  for (int i = 0; i < 24; ++i) {
    const double middle = 0.5 * (low + high);
    (LogGamma(std::exp(middle)).skewness() < skewness ? low : high) = middle;
  }
  return std::exp(0.5 * (low + high));
}

double normal_probability(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

/// y of each normal number of the table: the inverse of the distribution, linear between lattice points. From the
/// middle outwards either tail is summed from its own end, so that small probabilities keep their digits.
std::vector<double> quantiles(const LogGamma& gamma) {
  constexpr int last = static_cast<int>(2 * farthest) * steps_per_unit;
  std::vector<double> table(static_cast<std::size_t>(last) + 1);
  const auto points = gamma.density.size();
  std::size_t at = 0;
  double below = gamma.density[0] / 2;
  for (int i = 0; 2 * i <= last; ++i) {
    const double wanted = normal_probability(static_cast<double>(i) / steps_per_unit - farthest);
    double next = below;
    while (at + 2 < points) {
      next = below + (gamma.density[at] + gamma.density[at + 1]) / 2;
      if (next >= wanted) break;
      below = next;
      ++at;
    }
    const double share = std::clamp((wanted - below) / (next - below), 0.0, 1.0);
    table[static_cast<std::size_t>(i)] = gamma.begin + gamma.step * (static_cast<double>(at) + share);
  }
  at = points - 1;
  double above = gamma.density[at] / 2;
  for (int i = last; 2 * i > last; --i) {
    const double wanted = normal_probability(farthest - static_cast<double>(i) / steps_per_unit);
    double next = above;
    while (at >= 2) {
      next = above + (gamma.density[at] + gamma.density[at - 1]) / 2;
      if (next >= wanted) break;
      above = next;
      --at;
    }
    const double share = std::clamp((wanted - above) / (next - above), 0.0, 1.0);
    table[static_cast<std::size_t>(i)] = gamma.begin + gamma.step * (static_cast<double>(at) - share);
  }
  return table;
}

}  // namespace

SpeckleMarginal::SpeckleMarginal(double skewness) : looks_(looks_of(skewness)) {
  const LogGamma gamma(looks_);
  unit_ = std::sqrt(gamma.variance);
  values_ = quantiles(gamma);
  for (double& value : values_) value = (value - gamma.mean) / unit_;
  for (int i = 0; i * deviation_step <= greatest_deviation; ++i) contrasts_.push_back(log_contrast(i * deviation_step));
}

double SpeckleMarginal::value(double normal) const {
  const double place = (std::clamp(normal, -farthest, farthest) + farthest) * steps_per_unit;
  const auto i = std::min(static_cast<std::size_t>(place), values_.size() - 2);
  return std::lerp(values_[i], values_[i + 1], place - static_cast<double>(i));
}

/// Moments of the gamma distribution: E g^s = Gamma(L + s) / Gamma(L).
double SpeckleMarginal::log_contrast(double deviation) const {
  const double power = deviation * std::numbers::ln10 / 10 / unit_;
  return std::lgamma(looks_ + 2 * power) + std::lgamma(looks_) - 2 * std::lgamma(looks_ + power);
}

double SpeckleMarginal::deviation_of(double log_contrast) const {
  const auto above = std::upper_bound(contrasts_.begin(), contrasts_.end(), log_contrast);
  if (above == contrasts_.begin()) return 0;
  if (above == contrasts_.end()) return greatest_deviation;
  const double low = *(above - 1);
  return (static_cast<double>(above - contrasts_.begin()) - 1 + (log_contrast - low) / (*above - low)) * deviation_step;
}

}  // namespace sarinr
