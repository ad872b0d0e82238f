#include "sarinr/quality/points.h"

#include <algorithm>
#include <cmath>

#include "sarinr/quality/texture.h"

namespace sarinr {

namespace {

constexpr std::size_t cut_length = 32;
constexpr std::size_t oversampling = 16;
constexpr double smallest_contrast = 100;
constexpr std::size_t core = 4;

/// Power of the cut on the fine grid.
std::vector<double> oversampled_power(std::vector<std::complex<double>> values, bool detected) {
  if (!detected) {
    std::complex<double> lag = 0;
    for (std::size_t i = 1; i < values.size(); ++i) lag += values[i] * std::conj(values[i - 1]);
    const double slope = std::arg(lag);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] *= std::polar(1.0, -slope * static_cast<double>(i));
  }
  fourier_transform(values);
  std::vector<std::complex<double>> fine(cut_length * oversampling);
  constexpr std::size_t half = cut_length / 2;
  for (std::size_t i = 0; i < half; ++i) {
    fine[i] = values[i];
    fine[fine.size() - half + i] = values[half + i];
  }
  // The highest frequency stands for both its signs.
  fine[half] = values[half] / 2.0;
  fine[fine.size() - half] = values[half] / 2.0;
  fourier_transform(fine, true);
  std::vector<double> power(fine.size());
  for (std::size_t i = 0; i < power.size(); ++i) {
    const std::complex<double> value = fine[i] / static_cast<double>(cut_length);
    power[i] = detected ? std::max(0.0, value.real()) : std::norm(value);
  }
  return power;
}

/// Steps from the peak to where power first falls below half of it, interpolated; empty where it does not.
std::optional<double> half_power_distance(const std::vector<double>& power, std::size_t peak, int direction) {
  const double half = power[peak] / 2;
  for (auto i = static_cast<std::ptrdiff_t>(peak); i + direction >= 0; i += direction) {
    const auto next = static_cast<std::size_t>(i + direction);
    if (next >= power.size()) return std::nullopt;
    const double here = power[static_cast<std::size_t>(i)];
    if (power[next] >= half) continue;
    const double steps = std::abs(static_cast<double>(i) - static_cast<double>(peak));
    return steps + (here - half) / (here - power[next]);
  }
  return std::nullopt;
}

/// The first minimum on one side of the peak, or the end of the cut.
std::size_t first_minimum(const std::vector<double>& power, std::size_t peak, int direction) {
  auto i = static_cast<std::ptrdiff_t>(peak);
  const auto end = static_cast<std::ptrdiff_t>(power.size());
  while (i + direction >= 0 && i + direction < end &&
         power[static_cast<std::size_t>(i + direction)] < power[static_cast<std::size_t>(i)]) {
    i += direction;
  }
  return static_cast<std::size_t>(i);
}

}  // namespace

std::optional<PointResponse> measure_point(const std::vector<std::complex<double>>& cut, bool detected) {
  const std::vector<double> power = oversampled_power(cut, detected);
  const auto middle = power.begin() + static_cast<std::ptrdiff_t>(power.size() / 2);
  const auto found = std::max_element(middle - oversampling, middle + oversampling + 1);
  const auto peak = static_cast<std::size_t>(found - power.begin());
  const auto left = half_power_distance(power, peak, -1);
  const auto right = half_power_distance(power, peak, 1);
  if (!(*found > 0) || !left || !right) return std::nullopt;
  PointResponse response;
  response.width = (*left + *right) / oversampling;
  const std::size_t begin = first_minimum(power, peak, -1);
  const std::size_t end = first_minimum(power, peak, 1) + 1;
  double highest = 0;
  double inside = 0;
  double outside = 0;
  for (std::size_t i = 0; i < power.size(); ++i) {
    if (i >= begin && i < end) {
      inside += power[i];
    } else {
      outside += power[i];
      highest = std::max(highest, power[i]);
    }
  }
  if (highest > 0) {
    response.peak_side_lobe = 10 * std::log10(highest / *found);
    response.total_side_lobe = 10 * std::log10(outside / inside);
  }
  return response;
}

PointTargets::PointTargets()
    : reference_power_(2 * reach + 1),
      test_power_(2 * reach + 1),
      reference_complex_(2 * reach + 1),
      test_complex_(2 * reach + 1) {}

void PointTargets::add(const PairRow& row) {
  reference_power_.push(row.reference_power);
  test_power_.push(row.test_power);
  if (!row.reference_complex.empty()) {
    reference_complex_.push(row.reference_complex);
    test_complex_.push(row.test_complex);
  }
  if (reference_power_.full()) search(row.y - reach);
}

void PointTargets::search(int y) {
  const std::vector<double>& row = reference_power_[reach];
  for (std::size_t x = reach; x + reach < row.size(); ++x) {
    const double power = row[x];
    if (!(power > row[x - 1] && power > row[x + 1])) continue;
    if (!(power > reference_power_[reach - 1][x] && power > reference_power_[reach + 1][x])) continue;
    if (const auto ratio = contrast(x)) keep(x, y, *ratio);
  }
}

std::optional<double> PointTargets::contrast(std::size_t x) const {
  const double power = reference_power_[reach][x];
  double clutter = 0;
  double pixels = 0;
  for (std::size_t dy = 0; dy <= 2 * reach; ++dy) {
    const std::vector<double>& row = reference_power_[dy];
    const bool core_row = dy + core >= reach && dy <= reach + core;
    for (std::size_t dx = x - reach; dx <= x + reach; ++dx) {
      if (dy == reach && dx == x) continue;
      // Written so that a pixel without a value fails too.
      if (!(row[dx] < power) || std::isnan(test_power_[dy][dx])) return std::nullopt;
      if (core_row && dx + core >= x && dx <= x + core) continue;
      clutter += row[dx];
      ++pixels;
    }
  }
  if (!(clutter > 0) || power < smallest_contrast * clutter / pixels) return std::nullopt;
  return power / (clutter / pixels);
}

std::vector<std::complex<double>> PointTargets::cut(bool of_test, bool along_row, std::size_t x) const {
  std::vector<std::complex<double>> values(cut_length);
  const bool complex = reference_complex_.size() > 0;
  for (std::size_t i = 0; i < cut_length; ++i) {
    const std::size_t row = along_row ? std::size_t{reach} : i;
    const std::size_t column = along_row ? x - reach + i : x;
    if (complex) {
      values[i] = (of_test ? test_complex_ : reference_complex_)[row][column];
    } else {
      values[i] = (of_test ? test_power_ : reference_power_)[row][column];
    }
  }
  return values;
}

void PointTargets::keep(std::size_t x, int y, double ratio) {
  const double decibels = 10 * std::log10(ratio);
  const auto weaker = [](const Candidate& a, const Candidate& b) { return a.target.contrast < b.target.contrast; };
  if (candidates_.size() == most) {
    const auto weakest = std::min_element(candidates_.begin(), candidates_.end(), weaker);
    if (weakest->target.contrast >= decibels) return;
    candidates_.erase(weakest);
  }
  Candidate candidate;
  candidate.target.x = static_cast<int>(x);
  candidate.target.y = y;
  candidate.target.contrast = decibels;
  candidate.cuts = {cut(false, true, x), cut(false, false, x), cut(true, true, x), cut(true, false, x)};
  candidate.detected = reference_complex_.size() == 0;
  candidates_.push_back(std::move(candidate));
}

std::vector<PointTarget> PointTargets::targets() const {
  std::vector<PointTarget> out;
  for (const Candidate& candidate : candidates_) {
    PointTarget target = candidate.target;
    target.reference_along_row = measure_point(candidate.cuts[0], candidate.detected);
    target.reference_along_column = measure_point(candidate.cuts[1], candidate.detected);
    target.test_along_row = measure_point(candidate.cuts[2], candidate.detected);
    target.test_along_column = measure_point(candidate.cuts[3], candidate.detected);
    out.push_back(target);
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const PointTarget& a, const PointTarget& b) { return a.contrast > b.contrast; });
  return out;
}

}  // namespace sarinr
