#include <algorithm>
#include <cmath>

#include "quality/band_figures.h"

namespace sarinr {

namespace {

constexpr int histogram_bins = 256;
constexpr double tail = 0.001;
constexpr int value_classes = 10;

/// Over the reference's 0.1 to 99.9 % range; whole numbers in bins that hold whole numbers.
HistogramBins bins_for(const BandModel& model, const ReferenceRange& range) {
  const double low = range.values.at_least(tail).value_or(0);
  const double high = range.values.at_most(1 - tail).value_or(0);
  const bool whole = is_integer(model.type) && model.quantity != Quantity::complex;
  if (!whole) return HistogramBins::equal(low, high, histogram_bins);
  std::optional<double> per_decade;
  if (model.quantity == Quantity::amplitude) per_decade = 20;
  if (model.quantity == Quantity::power) per_decade = 10;
  return HistogramBins::of_whole_numbers(low, high, histogram_bins, per_decade);
}

std::optional<double> difference(std::optional<double> high, std::optional<double> low) {
  if (!high || !low) return std::nullopt;
  return *high - *low;
}

std::optional<double> decibels_of_ratio(double a, double b) {
  if (!(a / b > 0)) return std::nullopt;
  return 10 * std::log10(a / b);
}

}  // namespace

ErrorMeasures::ErrorMeasures(const BandModel& model, const ReferenceRange& range, const AssessmentOptions& options)
    : model_(model),
      low_(range.values.lowest()),
      high_(range.values.highest()),
      range_(difference(high_, low_)),
      linear_range_(difference(range.linear_high, range.linear_low)),
      bins_(bins_for(model, range)),
      histogram_(bins_.count()),
      tiles_(options, bins_.count()),
      reference_bins_(static_cast<std::size_t>(options.width)),
      test_bins_(reference_bins_.size()) {
  if (is_backscatter(model.quantity)) return;
  class_origin_ = bins_.edges().front();
  class_width_ = (bins_.edges().back() - class_origin_) / value_classes;
}

int ErrorMeasures::class_of(double reference) const {
  const double index = std::floor((reference - class_origin_) / class_width_);
  if (is_backscatter(model_.quantity)) return static_cast<int>(index);
  return index > 0 ? static_cast<int>(std::min(index, value_classes - 1.0)) : 0;
}

void ErrorMeasures::add(const PairRow& row) {
  const bool backscatter = !row.reference_power.empty();
  for (std::size_t x = 0; x < row.reference.size(); ++x) {
    const double reference = row.reference[x];
    if (std::isnan(reference)) continue;
    const double test = row.test[x];
    const Place place{static_cast<int>(x), row.y};
    errors_.add(reference, test, place);
    reference_bins_[x] = bins_.bin(reference);
    test_bins_[x] = bins_.bin(test);
    histogram_.add(reference_bins_[x], test_bins_[x], (place.x + place.y) % 2 == 0);
    Class& c = classes_[class_of(reference)];
    c.errors.add(reference, test);
    if (!backscatter) continue;
    linear_errors_.add(row.reference_linear[x], row.test_linear[x], place);
    c.reference_power += row.reference_power[x];
    c.test_power += row.test_power[x];
    reference_power_ += row.reference_power[x];
    test_power_ += row.test_power[x];
  }
  tiles_.add(row, reference_bins_, test_bins_);
}

void ErrorMeasures::put_errors(Figures& figures) const {
  const auto put = [&](const ErrorStatistics& errors, const std::string& suffix, std::optional<double> range) {
    figures.set("psnr" + suffix, psnr_of(errors, range));
    figures.set("rmse" + suffix, errors.root_mean_square_error());
    figures.set("mae" + suffix, errors.mean_absolute_error());
    figures.set("bias" + suffix, errors.bias());
    figures.set("max_error" + suffix, errors.largest_error());
    const std::optional<Place> place = errors.largest_error_place();
    figures.set("max_error" + suffix + "_x", place ? std::optional<double>(place->x) : std::nullopt);
    figures.set("max_error" + suffix + "_y", place ? std::optional<double>(place->y) : std::nullopt);
  };
  figures.set("pixels_compared", static_cast<double>(errors_.count()));
  figures.set("reference_low", low_);
  figures.set("reference_high", high_);
  put(errors_, "", range_);
  if (!is_backscatter(model_.quantity)) return;
  put(linear_errors_, "_linear", linear_range_);
  figures.set("power_bias", decibels_of_ratio(test_power_, reference_power_));
}

void ErrorMeasures::put_histograms(BandReport& report) const {
  const Counts& even = histogram_.even_half();
  const Counts odd = histogram_.odd_half();
  report.figures.set("kl", kullback_leibler(histogram_.reference(), histogram_.test()));
  report.figures.set("kl_floor", kullback_leibler(even, odd));
  report.figures.set("js", jensen_shannon(histogram_.reference(), histogram_.test()));
  report.figures.set("js_floor", jensen_shannon(even, odd));
  report.histogram_edges = bins_.edges();
  report.histogram_reference = histogram_.reference();
  report.histogram_test = histogram_.test();
}

void ErrorMeasures::put_classes(BandReport& report) const {
  for (const auto& [index, c] : classes_) {
    ClassErrors errors;
    errors.low = class_origin_ + index * class_width_;
    errors.high = class_origin_ + (index + 1) * class_width_;
    errors.figures.set("pixels_compared", static_cast<double>(c.errors.count()));
    errors.figures.set("rmse", c.errors.root_mean_square_error());
    errors.figures.set("mae", c.errors.mean_absolute_error());
    errors.figures.set("bias", c.errors.bias());
    if (is_backscatter(model_.quantity)) {
      errors.figures.set("power_bias", decibels_of_ratio(c.test_power, c.reference_power));
    }
    report.classes.push_back(std::move(errors));
  }
}

void ErrorMeasures::put(BandReport& report, const LookWindows* looks) const {
  put_errors(report.figures);
  put_histograms(report);
  put_classes(report);
  report.tiles = tiles_.result(range_, looks);
}

}  // namespace sarinr
