#include "study/page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "scene/report_pictures.h"
#include "study/study.h"

namespace sarinr::study {

namespace {

std::string html_row(const char* tag, const std::vector<std::string>& cells) {
  std::string out = "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    out += std::string("<") + tag + (i == 0 ? ">" : " class=\"number\">") + escaped(cells[i]) + "</" + tag + ">";
  }
  return out + "</tr>\n";
}

std::string text_row(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (const std::string& cell : cells) out += " " + cell + " |";
  return out + "\n";
}

}  // namespace

void Page::group(const std::string& kind) {
  if (kind == group_) return;
  if (!group_.empty()) body_ += "</div>\n";
  if (!kind.empty()) body_ += "<div class=\"" + kind + "\">\n";
  group_ = kind;
}

void Page::heading(const std::string& text) {
  group("");
  body_ += "<h2>" + escaped(text) + "</h2>\n";
  text_ += (text_.empty() ? "## " : "\n## ") + text + "\n\n";
}

void Page::paragraph(const std::string& text) {
  group("");
  body_ += "<p>" + escaped(text) + "</p>\n";
  text_ += text + "\n\n";
}

void Page::table(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows) {
  group("");
  body_ += "<div class=\"scroll\"><table>" + html_row("th", columns);
  text_ += text_row(columns) + "|";
  for (std::size_t i = 0; i < columns.size(); ++i) text_ += "---|";
  text_ += "\n";
  for (const std::vector<std::string>& row : rows) {
    body_ += html_row("td", row);
    text_ += text_row(row);
  }
  body_ += "</table></div>\n";
  text_ += "\n";
}

std::string Page::style_of(const std::string& name) {
  const auto found = std::find(names_.begin(), names_.end(), name);
  const auto index = static_cast<std::size_t>(found - names_.begin());
  if (found == names_.end()) names_.push_back(name);
  return numbered_style(index);
}

void Page::plot(const std::string& title, const std::string& x_label, const std::string& y_label,
                const std::vector<Line>& lines, bool marked) {
  group("charts");
  Chart chart{title, x_label, y_label, {}};
  std::vector<std::pair<std::string, std::string>> key;
  for (const Line& line : lines) {
    key.emplace_back(style_of(line.name), line.name);
    chart.series.push_back({"", key.back().first, line.points, marked});
  }
  body_ += "<div>" + chart_svg(chart) + chart_key(key) + "</div>\n";
}

void Page::picture(const std::string& title, const std::string& note, int width, int height,
                   const std::vector<float>& values, bool is_signed, std::optional<std::pair<double, double>> limits) {
  group("pictures");
  const Stretch stretch = limits      ? Stretch{limits->first, limits->second}
                          : is_signed ? symmetric_stretch_of(values)
                                      : stretch_of(values);
  const ColourMap map = is_signed ? ColourMap::diverging : ColourMap::grey;
  body_ += "<figure><figcaption>" + escaped(title) + " <small>" + escaped(note) +
           "</small></figcaption><div class=\"picture\"><img alt=\"" + escaped(title) + "\" src=\"" +
           picture_uri(width, height, values, stretch, map, encode_) + "\"></div><div class=\"bar\">" +
           fixed(stretch.low, 3) + "<i style=\"background:" + gradient(map) + "\"></i>" + fixed(stretch.high, 3) +
           "</div></figure>\n";
}

std::string Page::html(const std::string& title) const {
  const std::string body = "<h1>" + escaped(title) + "</h1>\n" + body_ + (group_.empty() ? "" : "</div>\n");
  return html_page(title, numbered_styles(names_.size()), body);
}

std::string fixed(std::optional<double> value, int digits) {
  if (!value || !std::isfinite(*value)) return "-";
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, *value);
  return text;
}

std::string mean_text(const std::vector<double>& values, int digits) {
  const std::optional<double> spread = deviation(values);
  return fixed(mean(values), digits) + (spread ? " ± " + fixed(spread, digits) : "");
}

}  // namespace sarinr::study
