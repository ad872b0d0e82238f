#include "sarinr/benchmark/bd_rate.h"

#include <algorithm>
#include <cmath>

namespace sarinr::benchmark {

namespace {

/// The slope at the first point of three, from a parabola through them, held back where it would break monotony.
double end_slope(double h0, double h1, double secant0, double secant1) {
  const double slope = ((2 * h0 + h1) * secant0 - h0 * secant1) / (h0 + h1);
  if (slope * secant0 <= 0) return 0;
  if (secant0 * secant1 < 0 && std::abs(slope) > 3 * std::abs(secant0)) return 3 * secant0;
  return slope;
}

/// By rising rate, those that raise the PSNR.
std::vector<RatePoint> efficient(std::vector<RatePoint> points) {
  std::sort(points.begin(), points.end(), [](const RatePoint& a, const RatePoint& b) {
    return a.bits_per_pixel != b.bits_per_pixel ? a.bits_per_pixel < b.bits_per_pixel : a.psnr > b.psnr;
  });
  std::vector<RatePoint> kept;
  for (const RatePoint& point : points) {
    const bool counts = std::isfinite(point.psnr) && point.bits_per_pixel > 0;
    if (counts && (kept.empty() || point.psnr > kept.back().psnr)) kept.push_back(point);
  }
  return kept;
}

MonotoneCubic log_rate_over_psnr(const std::vector<RatePoint>& points) {
  std::vector<double> psnr;
  std::vector<double> log_rate;
  for (const RatePoint& point : points) {
    psnr.push_back(point.psnr);
    log_rate.push_back(std::log(point.bits_per_pixel));
  }
  return {psnr, log_rate};
}

}  // namespace

MonotoneCubic::MonotoneCubic(std::vector<double> x, std::vector<double> y)
    : x_(std::move(x)), y_(std::move(y)), slope_(x_.size()) {
  const std::size_t last = x_.size() - 1;
  const auto step = [this](std::size_t i) { return x_[i + 1] - x_[i]; };
  const auto secant = [&](std::size_t i) { return (y_[i + 1] - y_[i]) / step(i); };
  if (last == 1) {
    slope_.assign(2, secant(0));
    return;
  }
  slope_.front() = end_slope(step(0), step(1), secant(0), secant(1));
  slope_.back() = end_slope(step(last - 1), step(last - 2), secant(last - 1), secant(last - 2));
  for (std::size_t i = 1; i < last; ++i) {
    if (secant(i - 1) * secant(i) <= 0) continue;
    const double before = 2 * step(i) + step(i - 1);
    const double after = step(i) + 2 * step(i - 1);
    slope_[i] = (before + after) / (before / secant(i - 1) + after / secant(i));
  }
}

std::size_t MonotoneCubic::piece(double x) const {
  const auto above = std::upper_bound(x_.begin() + 1, x_.end() - 1, x);
  return static_cast<std::size_t>(above - x_.begin()) - 1;
}

double MonotoneCubic::value(double x) const {
  const std::size_t i = piece(x);
  const double h = x_[i + 1] - x_[i];
  const double t = (x - x_[i]) / h;
  const double rise = y_[i + 1] - y_[i];
  const double a = h * slope_[i];
  const double b = h * slope_[i + 1];
  return y_[i] + t * (a + t * (3 * rise - 2 * a - b + t * (a + b - 2 * rise)));
}

double MonotoneCubic::antiderivative(std::size_t i, double x) const {
  const double h = x_[i + 1] - x_[i];
  const double t = (x - x_[i]) / h;
  const double rise = y_[i + 1] - y_[i];
  const double a = h * slope_[i];
  const double b = h * slope_[i + 1];
  return h * t * (y_[i] + t * (a / 2 + t * ((3 * rise - 2 * a - b) / 3 + t * (a + b - 2 * rise) / 4)));
}

double MonotoneCubic::integral(double a, double b) const {
  double sum = 0;
  for (std::size_t i = piece(a); i <= piece(b); ++i) {
    sum += antiderivative(i, std::min(b, x_[i + 1])) - antiderivative(i, std::max(a, x_[i]));
  }
  return sum;
}

std::optional<RateDifference> bd_rate(std::vector<RatePoint> anchor, std::vector<RatePoint> test) {
  anchor = efficient(std::move(anchor));
  test = efficient(std::move(test));
  if (anchor.size() < 2 || test.size() < 2) return std::nullopt;
  RateDifference difference;
  difference.psnr_low = std::max(anchor.front().psnr, test.front().psnr);
  difference.psnr_high = std::min(anchor.back().psnr, test.back().psnr);
  const double width = difference.psnr_high - difference.psnr_low;
  if (width <= 0) return std::nullopt;
  const double of_test = log_rate_over_psnr(test).integral(difference.psnr_low, difference.psnr_high);
  const double of_anchor = log_rate_over_psnr(anchor).integral(difference.psnr_low, difference.psnr_high);
  difference.percent = 100 * std::expm1((of_test - of_anchor) / width);
  return difference;
}

}  // namespace sarinr::benchmark
