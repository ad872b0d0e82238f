#include <algorithm>
#include <cmath>
#include <cstdio>

#include "scene/report_format.h"

namespace sarinr {

namespace {

std::string padded(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string titled(const Report& report) {
  return "Reference  " + report.reference.path + "\nTest       " + report.test.path + "\nSize       " +
         std::to_string(report.width) + " x " + std::to_string(report.height) + " pixels\n";
}

}  // namespace

std::string readable(std::optional<double> value, int digits) {
  if (!value || std::isnan(*value)) return "-";
  if (std::isinf(*value)) return *value > 0 ? "inf" : "-inf";
  char buffer[32];
  const bool whole = *value == std::floor(*value) && std::abs(*value) < 1e12;
  std::snprintf(buffer, sizeof buffer, "%.*g", whole ? 12 : digits, *value);
  return buffer;
}

const std::vector<std::string>& headline_figures() {
  static const std::vector<std::string> names = {"psnr",
                                                 "rmse",
                                                 "bias",
                                                 "max_error",
                                                 "power_bias",
                                                 "ssim",
                                                 "ms_ssim",
                                                 "enl_ratio",
                                                 "enl_median_reference",
                                                 "enl_median_test",
                                                 "kl",
                                                 "kl_floor",
                                                 "ratio_mean",
                                                 "ratio_variance",
                                                 "edge_gradient",
                                                 "spectrum_high_ratio",
                                                 "coherence",
                                                 "phase_error",
                                                 "agreement",
                                                 "mask_disagreement"};
  return names;
}

std::string file_name(const std::string& path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string report_text(const Report& report) {
  std::string out = titled(report);
  for (const Figures::Entry& entry : report.file.entries()) {
    out += std::string(entry.info->name) + "  " + readable(entry.value) + " " +
           unit_name(*entry.info, Quantity::other) + "\n";
  }
  out += "\n";
  std::size_t name_width = 0;
  for (const std::string& figure : headline_figures()) name_width = std::max(name_width, figure.size());
  std::string header(name_width, ' ');
  for (const BandReport& band : report.bands) header += padded(band.name, 15);
  out += header + "\n";
  for (const std::string& figure : headline_figures()) {
    const auto knows = [&](const BandReport& band) { return band.figures.has(figure); };
    if (std::none_of(report.bands.begin(), report.bands.end(), knows)) continue;
    out += figure + std::string(name_width - figure.size(), ' ');
    for (const BandReport& band : report.bands) {
      const std::string unit = unit_name(*find_figure(figure), band.model.quantity);
      const std::string value = readable(band.figures.get(figure));
      out += padded(band.figures.has(figure) ? value + (unit.empty() ? unit : " " + unit) : "", 15);
    }
    out += "\n";
  }
  return out;
}

std::string reports_text(std::span<const Report> reports) {
  static const std::vector<std::string> names = {"psnr", "rmse", "bias", "ssim", "enl_ratio", "kl"};
  std::size_t file_width = 4;
  for (const Report& report : reports) file_width = std::max(file_width, file_name(report.test.path).size());
  std::string out = "file" + std::string(file_width - 4, ' ');
  for (const std::string& name : names) out += padded(name, 11);
  out += padded("bits/pixel", 12) + "\n";
  for (const Report& report : reports) {
    const std::string file = file_name(report.test.path);
    out += file + std::string(file_width - file.size(), ' ');
    for (const std::string& name : names) out += padded(readable(report.whole.get(name)), 11);
    out += padded(readable(report.file.get("bits_per_pixel")), 12) + "\n";
  }
  return out;
}

}  // namespace sarinr
