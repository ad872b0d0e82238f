#include "quality/band_figures.h"

#include <algorithm>
#include <cmath>

namespace sarinr {

namespace {

/// What the members of some windows say; windows that say nothing are left out.
template <class Member>
std::vector<double> values_of(const std::vector<LookWindow>& windows, const std::vector<std::size_t>& chosen,
                              Member member) {
  std::vector<double> values;
  for (const std::size_t i : chosen) {
    if (const std::optional<double> value = windows[i].*member) values.push_back(*value);
  }
  return values;
}

std::vector<std::size_t> all_of(const std::vector<LookWindow>& windows) {
  std::vector<std::size_t> indices(windows.size());
  for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = i;
  return indices;
}

/// Gomez, Ospina and Frery's first-order residual: mean over windows of half of abs(ENL - ENL of the ratio) / ENL plus
/// abs(1 - mean of the ratio). Empty where some window's ratio does not vary.
std::optional<double> first_order_residual(const BandReport& report) {
  double sum = 0;
  for (const std::size_t i : report.homogeneous) {
    const LookWindow& window = report.windows[i];
    if (!window.ratio_looks) return std::nullopt;
    sum += std::abs(*window.reference_looks - *window.ratio_looks) / *window.reference_looks;
    sum += std::abs(1 - window.ratio_mean);
  }
  if (report.homogeneous.empty()) return std::nullopt;
  return sum / (2 * static_cast<double>(report.homogeneous.size()));
}

}  // namespace

void ImageLooks::add(const PairRow& row) {
  for (std::size_t x = 0; x < row.reference_power.size(); ++x) {
    const double reference = row.reference_power[x];
    const double test = row.test_power[x];
    if (std::isnan(reference)) continue;
    reference_power_.add(reference);
    test_power_.add(test);
    reference_amplitude_.add(std::sqrt(std::abs(reference)));
    test_amplitude_.add(std::sqrt(std::abs(test)));
  }
}

void ImageLooks::put(BandReport& report) const {
  report.figures.set("enl_image_reference", reference_power_.looks());
  report.figures.set("enl_image_test", test_power_.looks());
  report.figures.set("enl_image_amplitude_reference", reference_amplitude_.looks());
  report.figures.set("enl_image_amplitude_test", test_amplitude_.looks());
}

SpeckleTexture::SpeckleTexture(int width)
    : reference_rows_(width), test_rows_(width), spectrum_(std::max(0, width - 2 * SpeckleRows::radius)) {}

void SpeckleTexture::add(const PairRow& row) {
  const std::span<const double> reference = reference_rows_.add(row.reference_power);
  const std::span<const double> test = test_rows_.add(row.test_power);
  if (reference.empty()) return;
  reference_lags_.add(reference);
  test_lags_.add(test);
  constexpr std::size_t border = SpeckleRows::radius;
  if (reference.size() <= 2 * border) return;
  const std::size_t inner = reference.size() - 2 * border;
  spectrum_.add(reference.subspan(border, inner), test.subspan(border, inner));
}

void SpeckleTexture::put(BandReport& report) const {
  report.reference_lags = {reference_lags_.along_rows(), reference_lags_.along_columns()};
  report.test_lags = {test_lags_.along_rows(), test_lags_.along_columns()};
  report.figures.set("speckle_correlation_rows_reference", report.reference_lags.rows.front());
  report.figures.set("speckle_correlation_rows_test", report.test_lags.rows.front());
  report.figures.set("speckle_correlation_columns_reference", report.reference_lags.columns.front());
  report.figures.set("speckle_correlation_columns_test", report.test_lags.columns.front());
  report.spectrum_blocks = spectrum_.blocks();
  report.reference_spectrum = spectrum_.reference();
  report.test_spectrum = spectrum_.test();
  std::optional<double> high;
  if (report.reference_spectrum && report.reference_spectrum->high > 0) {
    high = report.test_spectrum->high / report.reference_spectrum->high;
  }
  report.figures.set("spectrum_high_ratio", high);
}

void put_looks(const LookWindows& looks, BandReport& report) {
  report.window_size = looks.size();
  report.windows = looks.windows();
  report.homogeneous = looks.homogeneous();
  const std::vector<std::size_t> all = all_of(report.windows);
  const auto reference = values_of(report.windows, report.homogeneous, &LookWindow::reference_looks);
  const auto test = values_of(report.windows, report.homogeneous, &LookWindow::test_looks);
  const std::optional<double> reference_median = median(reference);
  const std::optional<double> test_median = median(test);
  Figures& figures = report.figures;
  figures.set("enl_windows", static_cast<double>(report.homogeneous.size()));
  figures.set("enl_median_reference", reference_median);
  figures.set("enl_median_test", test_median);
  figures.set("enl_pooled_reference", pooled_looks(reference));
  figures.set("enl_pooled_test", pooled_looks(test));
  figures.set("enl_mode_reference", half_sample_mode(values_of(report.windows, all, &LookWindow::reference_looks)));
  figures.set("enl_mode_test", half_sample_mode(values_of(report.windows, all, &LookWindow::test_looks)));
  const bool both = reference_median && test_median;
  figures.set("enl_ratio", both ? std::optional(*test_median / *reference_median) : std::nullopt);
}

void put_ratio(const RatioImage& ratio, BandReport& report) {
  report.ratio_lags = {ratio.correlation().along_rows(), ratio.correlation().along_columns()};
  Figures& figures = report.figures;
  figures.set("ratio_mean", ratio.moments().mean());
  figures.set("ratio_variance", ratio.moments().variance());
  figures.set("ratio_correlation_rows", report.ratio_lags.rows.front());
  figures.set("ratio_correlation_columns", report.ratio_lags.columns.front());
  const std::optional<double> first = first_order_residual(report);
  const std::optional<double> found = ratio.cooccurrence().homogeneity();
  const std::optional<double> shuffled = ratio.cooccurrence().shuffled_homogeneity();
  std::optional<double> second;
  if (found && shuffled) second = 100 * std::abs(*found - *shuffled) / *found;
  figures.set("m_index_first_order", first);
  figures.set("m_index_second_order", second);
  figures.set("m_index", first && second ? std::optional(*first + *second) : std::nullopt);
}

void put_points(const PointTargets& points, BandReport& report) {
  report.points = points.targets();
  std::vector<double> widths;
  std::vector<double> peaks;
  std::vector<double> totals;
  const auto compare = [&](const std::optional<PointResponse>& reference, const std::optional<PointResponse>& test) {
    if (!reference || !test) return;
    widths.push_back(test->width / reference->width);
    if (reference->peak_side_lobe && test->peak_side_lobe) {
      peaks.push_back(*test->peak_side_lobe - *reference->peak_side_lobe);
      totals.push_back(*test->total_side_lobe - *reference->total_side_lobe);
    }
  };
  for (const PointTarget& point : report.points) {
    compare(point.reference_along_row, point.test_along_row);
    compare(point.reference_along_column, point.test_along_column);
  }
  report.figures.set("points", static_cast<double>(report.points.size()));
  report.figures.set("point_width_ratio", median(widths));
  report.figures.set("point_pslr_change", median(peaks));
  report.figures.set("point_islr_change", median(totals));
}

void put_agreement(const ComplexAgreement& agreement, BandReport& report) {
  report.figures.set("coherence", agreement.coherence());
  report.figures.set("phase_bias", agreement.phase_bias());
  report.figures.set("phase_error", agreement.phase_error());
  report.figures.set("phase_error_weighted", agreement.weighted_phase_error());
  report.figures.set("snr", agreement.signal_to_noise());
}

}  // namespace sarinr
