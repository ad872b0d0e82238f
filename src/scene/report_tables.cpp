#include "scene/report_tables.h"

#include <algorithm>

#include "scene/report_chart.h"
#include "scene/report_format.h"

namespace sarinr {

namespace {

constexpr std::size_t most_tiles_shown = 40;

std::string cell(const std::string& text) { return "<td class=\"number\">" + escaped(text) + "</td>"; }

/// A heading that may be broken after its underscores.
std::string heading(const std::string& name) {
  std::string out;
  for (const char c : escaped(name)) {
    out += c;
    if (c == '_') out += "<wbr>";
  }
  return out;
}

std::string head(const std::vector<std::string>& numbers, const std::string& first, const std::string& last = "") {
  std::string out = "<div class=\"scroll\"><table><thead><tr><th>" + escaped(first) + "</th>";
  for (const std::string& name : numbers) out += "<th class=\"number\">" + heading(name) + "</th>";
  if (!last.empty()) out += "<th>" + escaped(last) + "</th>";
  return out + "</tr></thead><tbody>\n";
}

constexpr const char* tail = "</tbody></table></div>\n";

std::string with_unit(std::optional<double> value, const std::string& unit) {
  return value && !unit.empty() ? readable(value) + " " + unit : readable(value);
}

}  // namespace

std::string figures_table(const Report& report) {
  std::vector<std::string> names;
  for (const BandReport& band : report.bands) names.push_back(band.name);
  std::string out = head(names, "figure", "meaning");
  for (const FigureInfo& info : figure_table()) {
    const auto knows = [&](const BandReport& band) { return band.figures.has(info.name); };
    if (std::none_of(report.bands.begin(), report.bands.end(), knows)) continue;
    out += "<tr><td>" + std::string(info.name) + "</td>";
    for (const BandReport& band : report.bands) {
      out += cell(knows(band) ? with_unit(band.figures.get(info.name), unit_name(info, band.model.quantity)) : "");
    }
    out += "<td class=\"meaning\">" + escaped(info.meaning) + "</td></tr>\n";
  }
  return out + tail;
}

std::string tiles_table(const BandReport& band) {
  std::vector<const TileErrors*> order;
  for (const TileErrors& tile : band.tiles) order.push_back(&tile);
  std::stable_sort(order.begin(), order.end(), [](const TileErrors* a, const TileErrors* b) {
    return a->figures.get("rmse").value_or(-1) > b->figures.get("rmse").value_or(-1);
  });
  std::vector<std::string> names = {"column", "row", "size"};
  for (const Figures::Entry& entry : order.front()->figures.entries()) names.emplace_back(entry.info->name);
  std::string out = head(names, "tile");
  const std::size_t shown = std::min(order.size(), most_tiles_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    const Extent& extent = order[i]->extent;
    out += "<tr><td>" + std::to_string(order[i]->tile) + "</td>" + cell(std::to_string(extent.x)) +
           cell(std::to_string(extent.y)) + cell(std::to_string(extent.width) + "×" + std::to_string(extent.height));
    for (const Figures::Entry& entry : order[i]->figures.entries()) out += cell(readable(entry.value));
    out += "</tr>\n";
  }
  out += tail;
  if (shown < order.size()) {
    out += "<p>" + std::to_string(order.size() - shown) +
           " tiles with smaller errors are in the JSON and CSV forms.</p>\n";
  }
  return out;
}

std::string points_table(const BandReport& band) {
  std::string out = head({"column", "row", "contrast, dB", "width of the reference", "of the test",
                          "PSLR of the reference, dB", "of the test", "ISLR of the reference, dB", "of the test"},
                         "cut");
  const auto add = [&](const PointTarget& point, const char* cut, const std::optional<PointResponse>& reference,
                       const std::optional<PointResponse>& test) {
    if (!reference || !test) return;
    out += std::string("<tr><td>") + cut + "</td>" + cell(std::to_string(point.x)) + cell(std::to_string(point.y)) +
           cell(readable(point.contrast)) + cell(readable(reference->width)) + cell(readable(test->width)) +
           cell(readable(reference->peak_side_lobe)) + cell(readable(test->peak_side_lobe)) +
           cell(readable(reference->total_side_lobe)) + cell(readable(test->total_side_lobe)) + "</tr>\n";
  };
  for (const PointTarget& point : band.points) {
    add(point, "row", point.reference_along_row, point.test_along_row);
    add(point, "column", point.reference_along_column, point.test_along_column);
  }
  return out + tail;
}

std::string batch_table(std::span<const Report> reports) {
  const std::vector<std::string> names = {
      "psnr",           "rmse",          "bias",      "max_error",        "ssim", "enl_ratio", "kl",
      "ratio_variance", "edge_gradient", "coherence", "mask_disagreement"};
  std::vector<std::string> titles = names;
  titles.insert(titles.end(), {"bits_per_pixel", "compression_ratio"});
  std::string out = head(titles, "file");
  for (const Report& report : reports) {
    out += "<tr><td>" + escaped(file_name(report.test.path)) + "</td>";
    for (const std::string& name : names) out += cell(readable(report.whole.get(name)));
    out += cell(readable(report.file.get("bits_per_pixel"))) + cell(readable(report.file.get("compression_ratio")));
    out += "</tr>\n";
  }
  return out + tail;
}

}  // namespace sarinr
