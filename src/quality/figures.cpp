#include "sarinr/quality/figures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sarinr/base/error.h"

namespace sarinr {

namespace {

using enum FigureUnit;

constexpr auto table = std::to_array<FigureInfo>({
    {"pixels_compared", pixels, "valid in both"},
    {"pixels_reference_only", pixels, "valid in the reference alone"},
    {"pixels_test_only", pixels, "valid in the test alone"},
    {"mask_disagreement", share, "of all pixels, valid in one alone"},
    {"sign_disagreement", pixels, "negative in one alone"},
    {"reference_low", domain, "least valid value of the reference"},
    {"reference_high", domain, "greatest valid value of the reference"},
    {"psnr", decibels, "peak signal to noise ratio, peak: range of the reference"},
    {"rmse", domain, "root mean square error"},
    {"mae", domain, "mean absolute error"},
    {"bias", domain, "mean of test - reference"},
    {"max_error", domain, "largest absolute error"},
    {"max_error_x", pixels, "its column, from 0"},
    {"max_error_y", pixels, "its row, from 0"},
    {"psnr_linear", decibels, "the same of the linear values"},
    {"rmse_linear", linear, "root mean square error, linear"},
    {"mae_linear", linear, "mean absolute error, linear"},
    {"bias_linear", linear, "mean of test - reference, linear"},
    {"max_error_linear", linear, "largest absolute error, linear"},
    {"max_error_linear_x", pixels, "its column, from 0"},
    {"max_error_linear_y", pixels, "its row, from 0"},
    {"power_bias", decibels, "mean power of the test over the reference's"},
    {"ssim", number, "structural similarity, 11x11 Gaussian, of dB or the number"},
    {"ms_ssim", number, "the same over five scales"},
    {"enl_image_reference", number, "mean^2 / variance of power over the whole band"},
    {"enl_image_test", number, "the same of the test"},
    {"enl_image_amplitude_reference", number, "mean^2 / variance of amplitude over the whole band"},
    {"enl_image_amplitude_test", number, "the same of the test"},
    {"enl_windows", number, "homogeneous windows, chosen on the reference"},
    {"enl_median_reference", number, "median ENL of these windows"},
    {"enl_median_test", number, "the same of the test"},
    {"enl_pooled_reference", number, "1 / mean(1 / ENL) of these windows"},
    {"enl_pooled_test", number, "the same of the test"},
    {"enl_mode_reference", number, "half-sample mode of the ENL of all windows"},
    {"enl_mode_test", number, "the same of the test"},
    {"enl_ratio", number, "median of the test over the reference's"},
    {"kl", nats, "Kullback-Leibler divergence of the test's histogram from the reference's"},
    {"kl_floor", nats, "the same between two halves of the reference"},
    {"js", nats, "Jensen-Shannon divergence of the histograms"},
    {"js_floor", nats, "the same between two halves of the reference"},
    {"ratio_mean", number, "mean of reference / test, power"},
    {"ratio_variance", number, "its variance"},
    {"ratio_correlation_rows", number, "its lag-1 correlation along rows"},
    {"ratio_correlation_columns", number, "its lag-1 correlation along columns"},
    {"edge_gradient", number, "edge preservation: sum of gradients of the test over the reference's"},
    {"edge_correlation", number, "edge preservation: correlation of the Laplacians"},
    {"m_index", number, "for a despeckled test: first- plus second-order departure of the ratio from speckle"},
    {"m_index_first_order", number, "its first-order part"},
    {"m_index_second_order", number, "its second-order part"},
    {"speckle_correlation_rows_reference", number, "lag-1 correlation of speckle along rows"},
    {"speckle_correlation_rows_test", number, "the same of the test"},
    {"speckle_correlation_columns_reference", number, "lag-1 correlation of speckle along columns"},
    {"speckle_correlation_columns_test", number, "the same of the test"},
    {"spectrum_high_ratio", number, "speckle power beyond a quarter cycle a pixel, test over reference"},
    {"points", number, "point targets measured"},
    {"point_width_ratio", number, "median half-power width of points, test over reference"},
    {"point_pslr_change", decibels, "median change of their peak side lobe ratio"},
    {"point_islr_change", decibels, "median change of their integrated side lobe ratio"},
    {"coherence", share, "of the complex values"},
    {"phase_bias", radians, "angle of the complex correlation"},
    {"phase_error", radians, "root mean square phase error"},
    {"phase_error_weighted", radians, "the same weighted by the reference's power"},
    {"snr", decibels, "power of the complex reference over that of the complex error"},
    {"agreement", share, "of pixels that are equal"},
    {"bits_per_pixel", bits, "of the file, per pixel, all bands together"},
    {"file_bytes", bytes, "size of the test's file"},
    {"reference_bytes", bytes, "size of the reference's file"},
    {"compression_ratio", number, "bytes of the bare pixels of the reference over those of the test's file"},
    {"decode_seconds", seconds, "spent reading or evaluating the test"},
});

bool is_a_count(const FigureInfo& info) {
  const std::string_view name = info.name;
  return name.starts_with("pixels_") || name == "sign_disagreement" || name == "enl_windows" || name == "points";
}

bool is_a_maximum(const FigureInfo& info) { return std::string_view(info.name).starts_with("max_error"); }

bool is_a_place(const FigureInfo& info) {
  const std::string_view name = info.name;
  return name.ends_with("_x") || name.ends_with("_y");
}

}  // namespace

std::span<const FigureInfo> figure_table() { return table; }

const FigureInfo* find_figure(std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const FigureInfo& info) { return info.name == name; });
  return found == table.end() ? nullptr : &*found;
}

void Figures::set(std::string_view name, std::optional<double> value) {
  const FigureInfo* info = find_figure(name);
  if (info == nullptr) throw Error("there is no figure " + std::string(name), ErrorKind::internal);
  const auto place = std::lower_bound(entries_.begin(), entries_.end(), info,
                                      [](const Entry& entry, const FigureInfo* wanted) { return entry.info < wanted; });
  if (place != entries_.end() && place->info == info) {
    place->value = value;
  } else {
    entries_.insert(place, {info, value});
  }
}

std::optional<double> Figures::get(std::string_view name) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.info->name == name; });
  return found == entries_.end() ? std::nullopt : found->value;
}

bool Figures::has(std::string_view name) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.info->name == name; });
}

Figures mean_figures(std::span<const Figures* const> parts) {
  Figures out;
  for (const FigureInfo& info : table) {
    double sum = 0;
    double count = 0;
    double largest = 0;
    bool known = false;
    for (const Figures* part : parts) {
      known = known || part->has(info.name);
      if (const auto value = part->get(info.name)) {
        sum += *value;
        ++count;
        largest = std::max(largest, *value);
      }
    }
    if (!known || is_a_place(info)) continue;
    const double joint = is_a_maximum(info) ? largest : is_a_count(info) ? sum : sum / count;
    out.set(info.name, count > 0 ? std::optional(joint) : std::nullopt);
  }
  return out;
}

}  // namespace sarinr
