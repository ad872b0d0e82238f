#pragma once

#include <optional>
#include <vector>

namespace sarinr::benchmark {

/// One coding of an image.
struct RatePoint {
  double bits_per_pixel = 0;
  double psnr = 0;  ///< dB
};

/// What a codec's rate is beside an anchor's at equal PSNR.
struct RateDifference {
  double percent = 0;   ///< mean over the interval; negative: fewer bits than the anchor
  double psnr_low = 0;  ///< the interval that both curves cover, dB
  double psnr_high = 0;
};

/// Bjontegaard's difference of rates (ITU-T VCEG-M33, 2001): 100 (exp(mean of ln(rate) of the test - that of the
/// anchor) - 1), the mean over the PSNRs that both cover. ln(rate) is interpolated over PSNR by a piecewise cubic that
/// keeps monotone data monotone (Fritsch and Carlson, SIAM Journal on Numerical Analysis 17, 1980, with the weighted
/// harmonic slopes of Fritsch and Butland), as VCEG-AI11 does. Points that cost more than another without a
/// higher PSNR are left out first. Empty where either has fewer than two points left, or the curves share no PSNR.
std::optional<RateDifference> bd_rate(std::vector<RatePoint> anchor, std::vector<RatePoint> test);

/// Piecewise cubic through points of ascending x, monotone where they are.
class MonotoneCubic {
 public:
  /// At least two points; x strictly ascending.
  MonotoneCubic(std::vector<double> x, std::vector<double> y);
  double value(double x) const;
  /// From a to b, both within the points.
  double integral(double a, double b) const;

 private:
  std::size_t piece(double x) const;
  double antiderivative(std::size_t piece, double x) const;
  std::vector<double> x_;
  std::vector<double> y_;
  std::vector<double> slope_;
};

}  // namespace sarinr::benchmark
