#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "sarinr/quality/rows.h"

namespace sarinr {

/// Structural similarity at one scale, row by row (Wang, Bovik, Sheikh and Simoncelli, IEEE Transactions on Image
/// Processing 13, 2004): Gaussian window of 11x11 pixels, sigma 1.5, moments divided by the weights' sum, K1 = 0.01,
/// K2 = 0.03. A window counts where it lies inside the raster and all its pixels have values, so that a raster without
/// gaps gives what the whole image gives with its border of 5 pixels cut off.
class SimilarityScale {
 public:
  /// Takes the similarity of the windows centred on the pixels of a row; no_value where there is none.
  using Sink = std::function<void(int y, std::span<const double> similarity)>;

  /// `range`: of the values, as the constants (K range)^2 need it.
  SimilarityScale(int width, double range);
  void add(std::span<const double> reference, std::span<const double> test, const Sink& sink = {});
  /// Over all windows so far; empty without one.
  std::optional<double> mean_similarity() const;
  std::optional<double> mean_structure() const;

 private:
  static constexpr int moments_ = 5;
  void filter_along_row(std::span<const double> reference, std::span<const double> test);
  void emit(const Sink& sink);
  int width_;
  int y_ = 0;
  double c1_;
  double c2_;
  std::vector<double> filtered_;  ///< r, t, rr, tt, rt of the last row, filtered along it: one after the other
  RowBuffer<double> rows_;
  std::array<std::vector<double>, moments_> sums_;
  std::vector<double> similarity_;
  double similarity_sum_ = 0;
  double structure_sum_ = 0;
  double windows_ = 0;
};

/// SSIM and MS-SSIM (Wang, Simoncelli and Bovik, Asilomar 2003): five scales, each the mean of 2x2 pixels of the one
/// before; a mean of four of which one has no value has none; odd last rows and columns are left out.
class StructuralSimilarity {
 public:
  StructuralSimilarity(int width, double range);
  void add(const PairRow& row, const SimilarityScale::Sink& sink = {});
  std::optional<double> ssim() const { return scales_.front().mean_similarity(); }
  /// Empty where the raster is too small (under 176 pixels) or too full of gaps for a window at every scale. A negative
  /// mean of a scale counts as 0.
  std::optional<double> ms_ssim() const;

 private:
  struct Pending {
    std::vector<double> reference;
    std::vector<double> test;
  };
  void add_to(std::size_t scale, std::span<const double> reference, std::span<const double> test,
              const SimilarityScale::Sink& sink);
  std::vector<SimilarityScale> scales_;
  std::vector<Pending> pending_;  ///< per scale, the even row that waits for its odd one
};

}  // namespace sarinr
