#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "scene/report_chart.h"
#include "scene/report_format.h"
#include "scene/report_pictures.h"
#include "scene/report_tables.h"

namespace sarinr {

namespace {

constexpr std::size_t most_map_cells = 512;

std::string card(const std::string& label, std::optional<double> value, const std::string& unit) {
  return "<div class=\"card\"><b>" + escaped(readable(value, 3)) + (value && !unit.empty() ? " " + unit : "") +
         "</b><span>" + escaped(label) + "</span></div>\n";
}

std::string cards(const Report& report) {
  static const std::vector<std::pair<const char*, const char*>> shown = {
      {"psnr", "PSNR"},           {"rmse", "RMSE"},           {"bias", "bias"},
      {"ssim", "SSIM"},           {"enl_ratio", "ENL ratio"}, {"kl", "KL divergence"},
      {"coherence", "coherence"}, {"agreement", "agreement"}, {"edge_gradient", "edge gradient"}};
  std::string out = "<div class=\"cards\">\n";
  for (const auto& [name, label] : shown) {
    if (!report.whole.has(name)) continue;
    // The bands' common unit, or none.
    std::string unit = unit_name(*find_figure(name), report.bands.front().model.quantity);
    for (const BandReport& band : report.bands) {
      if (unit_name(*find_figure(name), band.model.quantity) != unit) unit.clear();
    }
    out += card(label + std::string(report.bands.size() > 1 ? ", mean of bands" : ""), report.whole.get(name), unit);
  }
  for (const Figures::Entry& entry : report.file.entries()) {
    const std::string name = entry.info->name;
    if (name == "bits_per_pixel") out += card("bits per pixel", entry.value, "");
    if (name == "compression_ratio") out += card("compression ratio", entry.value, "");
    if (name == "decode_seconds") out += card("decoding", entry.value, "s");
  }
  return out + "</div>\n";
}

/// A small picture of the raster with its scale.
struct Picture {
  std::string title;
  std::string note;
  int width = 0;
  int height = 0;
  const std::vector<float>& values;
  Stretch stretch;
  ColourMap map;
  std::string unit;
  std::string overlay = {};
};

std::string picture(const Picture& p, const PngEncoder& encode) {
  const auto limit = [&](double value) { return escaped(readable(value) + (p.unit.empty() ? "" : " " + p.unit)); };
  return "<figure><figcaption>" + escaped(p.title) + " <small>" + escaped(p.note) +
         "</small></figcaption><div class=\"picture\"><img alt=\"" + escaped(p.title) + "\" src=\"" +
         picture_uri(p.width, p.height, p.values, p.stretch, p.map, encode) + "\">" + p.overlay +
         "</div><div class=\"bar\">" + limit(p.stretch.low) + "<i style=\"background:" + gradient(p.map) + "\"></i>" +
         limit(p.stretch.high) + "</div></figure>\n";
}

std::string window_overlay(const Report& report, const BandReport& band) {
  if (band.homogeneous.empty()) return {};
  std::string out = "<svg viewBox=\"0 0 " + std::to_string(report.width) + " " + std::to_string(report.height) +
                    "\" preserveAspectRatio=\"none\">";
  const std::string size = std::to_string(band.window_size);
  for (const std::size_t i : band.homogeneous) {
    out.append("<rect x=\"").append(std::to_string(band.windows[i].x));
    out.append("\" y=\"").append(std::to_string(band.windows[i].y));
    out.append("\" width=\"").append(size).append("\" height=\"").append(size).append("\"/>");
  }
  return out + "</svg>";
}

/// Looks of the windows on their grid, thinned where there are too many for a picture.
struct LookMap {
  int width = 0;
  int height = 0;
  std::vector<float> reference;
  std::vector<float> test;
};

LookMap look_map(const Report& report, const BandReport& band) {
  LookMap map;
  const int columns = report.width / band.window_size;
  const int rows = report.height / band.window_size;
  const int step = 1 + static_cast<int>(static_cast<std::size_t>(std::max(columns, rows)) / most_map_cells);
  map.width = (columns + step - 1) / step;
  map.height = (rows + step - 1) / step;
  map.reference.assign(static_cast<std::size_t>(map.width) * static_cast<std::size_t>(map.height), std::nanf(""));
  map.test = map.reference;
  for (const LookWindow& window : band.windows) {
    const int column = window.x / band.window_size;
    const int row = window.y / band.window_size;
    if (column % step != 0 || row % step != 0) continue;
    const int cell = row / step * map.width + column / step;
    map.reference.at(cell) = static_cast<float>(window.reference_looks.value_or(no_value));
    map.test.at(cell) = static_cast<float>(window.test_looks.value_or(no_value));
  }
  return map;
}

std::string pictures(const Report& report, const BandReport& band, const PngEncoder& encode) {
  const Quicklook& look = band.quicklook;
  const std::string unit = is_backscatter(band.model.quantity) ? "dB" : "";
  const std::string cells =
      look.factor == 1 ? "every pixel"
                       : "means of " + std::to_string(look.factor) + "×" + std::to_string(look.factor) + " pixels";
  const Stretch stretch = stretch_of(look.reference);
  std::string out = "<div class=\"pictures\">\n";
  const std::string windows = band.homogeneous.empty() ? "" : ", homogeneous windows";
  out += picture({"Reference", cells + windows, look.width, look.height, look.reference, stretch, ColourMap::grey, unit,
                  window_overlay(report, band)},
                 encode);
  out += picture({"Test", "same stretch", look.width, look.height, look.test, stretch, ColourMap::grey, unit}, encode);
  out += picture({"Error", "test - reference", look.width, look.height, look.error, symmetric_stretch_of(look.error),
                  ColourMap::diverging, unit},
                 encode);
  if (!look.ratio.empty()) {
    out += picture({"Ratio", "reference / test, power", look.width, look.height, look.ratio,
                    symmetric_stretch_of(look.ratio), ColourMap::diverging, "dB"},
                   encode);
  }
  if (!band.windows.empty()) {
    const LookMap map = look_map(report, band);
    std::vector<float> both = map.reference;
    both.insert(both.end(), map.test.begin(), map.test.end());
    const Stretch looks = stretch_of(both);
    const std::string size = std::to_string(band.window_size) + "×" + std::to_string(band.window_size);
    out += picture({"ENL of the reference", "windows of " + size + " pixels", map.width, map.height, map.reference,
                    looks, ColourMap::sequential, ""},
                   encode);
    out += picture(
        {"ENL of the test", "same colours", map.width, map.height, map.test, looks, ColourMap::sequential, ""}, encode);
  }
  return out + "</div>\n";
}

std::vector<std::pair<double, double>> density(const std::vector<double>& edges, const Counts& counts) {
  double total = 0;
  for (const std::uint64_t count : counts) total += static_cast<double>(count);
  std::vector<std::pair<double, double>> points;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double share = static_cast<double>(counts[i]) / total / (edges[i + 1] - edges[i]);
    points.insert(points.end(), {{edges[i], share}, {edges[i + 1], share}});
  }
  return points;
}

ChartSeries spectrum_line(const std::string& name, const std::string& style, const std::vector<double>& power) {
  ChartSeries line{name, style, {}};
  for (std::size_t i = 1; i < power.size(); ++i) {
    line.points.emplace_back(static_cast<double>(i) / BlockSpectrum::size, 10 * std::log10(power[i]));
  }
  return line;
}

ChartSeries lag_line(const std::string& name, const std::string& style,
                     const std::vector<std::optional<double>>& lags) {
  ChartSeries line{name, style, {}, true};
  for (std::size_t i = 0; i < lags.size(); ++i) line.points.emplace_back(i + 1, lags[i].value_or(no_value));
  return line;
}

std::string speckle_charts(const BandReport& band) {
  std::string out;
  if (band.reference_spectrum && band.test_spectrum) {
    const auto add = [&](const char* title, const std::vector<double>& reference, const std::vector<double>& test) {
      out += chart_svg({title,
                        "cycles per pixel",
                        "dB",
                        {spectrum_line("reference", "reference", reference), spectrum_line("test", "test", test)}});
    };
    add("Speckle spectrum, radial mean", band.reference_spectrum->radial, band.test_spectrum->radial);
    add("Speckle spectrum along rows", band.reference_spectrum->along_rows, band.test_spectrum->along_rows);
    add("Speckle spectrum along columns", band.reference_spectrum->along_columns, band.test_spectrum->along_columns);
  }
  const auto add_lags = [&](const char* title, const std::vector<std::optional<double>>& reference,
                            const std::vector<std::optional<double>>& test) {
    out += chart_svg({title,
                      "pixels apart",
                      "correlation",
                      {lag_line("reference", "reference", reference), lag_line("test", "test", test)},
                      true});
  };
  add_lags("Speckle correlation along rows", band.reference_lags.rows, band.test_lags.rows);
  add_lags("Speckle correlation along columns", band.reference_lags.columns, band.test_lags.columns);
  out += chart_svg({"Correlation of the ratio image",
                    "pixels apart",
                    "correlation",
                    {lag_line("along rows", "plain", band.ratio_lags.rows),
                     lag_line("along columns", "test", band.ratio_lags.columns)},
                    true});
  return out;
}

std::string charts(const BandReport& band) {
  const std::string domain = domain_name(band.model.quantity);
  std::string out = "<div class=\"charts\">\n";
  if (band.histogram_edges.back() > band.histogram_edges.front()) {
    out += chart_svg({"Histograms, 0.1 to 99.9 % of the reference",
                      domain,
                      "share per unit",
                      {{"reference", "reference", density(band.histogram_edges, band.histogram_reference)},
                       {"test", "test", density(band.histogram_edges, band.histogram_test)}},
                      true});
  }
  ChartSeries rmse{"RMSE", "plain", {}, true};
  ChartSeries bias{"bias", "test", {}, true};
  for (const ClassErrors& c : band.classes) {
    const double middle = (c.low + c.high) / 2;
    rmse.points.emplace_back(middle, c.figures.get("rmse").value_or(no_value));
    bias.points.emplace_back(middle, c.figures.get("bias").value_or(no_value));
  }
  out += chart_svg({"Error by class of the reference", domain + " of the reference", domain, {rmse, bias}, true});
  if (is_backscatter(band.model.quantity)) out += speckle_charts(band);
  return out + "</div>\n";
}

std::string band_section(const Report& report, const BandReport& band, const PngEncoder& encode) {
  std::string out = "<h2>" + escaped(band.name) + " <small>(" + std::string(name(band.model.quantity)) + ", " +
                    std::string(name(band.model.type)) + ")</small></h2>\n";
  if (band.model.quantity == Quantity::categorical) {
    return out + "<p>" + escaped(readable(band.figures.get("agreement"))) + " of all pixels are equal.</p>\n";
  }
  out += pictures(report, band, encode);
  out += charts(band);
  if (!band.points.empty()) {
    out += "<h3>Point targets <small>(half-power widths in pixels)</small></h3>\n" + points_table(band);
  }
  return out + "<h3>Tiles, largest error first <small>(errors in " + domain_name(band.model.quantity) +
         ")</small></h3>\n" + tiles_table(band);
}

std::string provenance(const Report& report) {
  nlohmann::ordered_json out = {{"sarinr", SARINR_VERSION},
                                {"reference", report.reference.path},
                                {"test", report.test.path},
                                {"size", {report.width, report.height}}};
  out.update(nlohmann::ordered_json::parse(report.provenance));
  return "<h2>Provenance</h2>\n<pre>" +
         escaped(out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)) + "</pre>\n";
}

}  // namespace

std::string report_html(const Report& report, const PngEncoder& encode) {
  std::string body = "<h1>" + escaped(file_name(report.test.path)) + "</h1>\n<p>held against " +
                     escaped(file_name(report.reference.path)) + ", " + std::to_string(report.width) + " × " +
                     std::to_string(report.height) + " pixels, " + std::to_string(report.bands.size()) +
                     (report.bands.size() == 1 ? " band" : " bands") + "</p>\n" + cards(report);
  for (const BandReport& band : report.bands) body += band_section(report, band, encode);
  body += "<h2>All figures</h2>\n" + figures_table(report);
  body += provenance(report);
  return html_page(file_name(report.test.path) + ": quality report", "", body);
}

std::string reports_html(std::span<const Report> reports) {
  std::string body = "<h1>Quality of " + std::to_string(reports.size()) +
                     " files</h1>\n<p>Means over bands. Errors are in dB " +
                     "for backscatter, else in the band's own unit.</p>\n" + batch_table(reports);
  return html_page("Quality of " + std::to_string(reports.size()) + " files", "", body);
}

}  // namespace sarinr
