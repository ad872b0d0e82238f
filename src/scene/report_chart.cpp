#include "scene/report_chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "scene/report_format.h"
#include "scene/report_style.h"

namespace sarinr {

namespace {

constexpr double width = 430;
constexpr double height = 250;
constexpr double left = 52;
constexpr double right = 12;
constexpr double top = 30;
constexpr double bottom = 40;

std::string format(const char* pattern, double a, double b) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, pattern, a, b);
  return buffer;
}

struct Range {
  double low = 0;
  double high = 1;
};

Range range_of(const Chart& chart, double std::pair<double, double>::*coordinate) {
  bool any = false;
  Range range;
  for (const ChartSeries& series : chart.series) {
    for (const auto& point : series.points) {
      const double value = point.*coordinate;
      if (!std::isfinite(point.first) || !std::isfinite(point.second)) continue;
      range.low = any ? std::min(range.low, value) : value;
      range.high = any ? std::max(range.high, value) : value;
      any = true;
    }
  }
  if (range.high <= range.low) range = {range.low - 0.5, range.low + 0.5};
  return range;
}

/// Where data coordinates lie on the drawing.
class Frame {
 public:
  Frame(Range x, Range y) : x_(x), y_(y) {}
  double x(double value) const { return left + (value - x_.low) / (x_.high - x_.low) * (width - left - right); }
  double y(double value) const {
    return height - bottom - (value - y_.low) / (y_.high - y_.low) * (height - top - bottom);
  }

 private:
  Range x_;
  Range y_;
};

std::string text(double x, double y, const std::string& anchor, const std::string& content,
                 const std::string& style = "") {
  return format("<text x=\"%.1f\" y=\"%.1f\"", x, y) + " text-anchor=\"" + anchor + "\"" +
         (style.empty() ? "" : " class=\"" + style + "\"") + ">" + escaped(content) + "</text>";
}

std::string axes(const Chart& chart, const Frame& frame, Range x, Range y) {
  std::string out;
  for (const double tick : axis_ticks(y.low, y.high, 5)) {
    out +=
        "<path class=\"grid\" d=\"" + format("M%.1f %.1f", left, frame.y(tick)) + format("H%.1f\"/>", width - right, 0);
    out += text(left - 6, frame.y(tick) + 3.5, "end", readable(tick));
  }
  for (const double tick : axis_ticks(x.low, x.high, 6)) {
    out += "<path class=\"grid\" d=\"" + format("M%.1f %.1f", frame.x(tick), height - bottom) + "v4\"/>";
    out += text(frame.x(tick), height - bottom + 16, "middle", readable(tick));
  }
  out +=
      "<path class=\"axis\" d=\"" + format("M%.1f %.1f", left, height - bottom) + format("H%.1f\"/>", width - right, 0);
  out += text((left + width - right) / 2, height - 6, "middle", chart.x_label);
  return out + text(2, 14, "start", chart.y_label);
}

std::string line(const ChartSeries& series, const Frame& frame) {
  std::string path;
  std::string dots;
  bool pen_down = false;
  for (const auto& [x, y] : series.points) {
    const bool finite = std::isfinite(x) && std::isfinite(y);
    if (finite) {
      path += pen_down ? 'L' : 'M';
      path += format("%.1f %.1f", frame.x(x), frame.y(y));
      if (series.marked) dots += "<circle r=\"2.6\" " + format("cx=\"%.1f\" cy=\"%.1f\"/>", frame.x(x), frame.y(y));
    }
    pen_down = finite;
  }
  return "<g class=\"line " + series.style + "\"><path d=\"" + path + "\"/>" + dots + "</g>";
}

std::string legend(const Chart& chart) {
  std::string out;
  double x = width - right;
  for (auto series = chart.series.rbegin(); series != chart.series.rend(); ++series) {
    if (series->name.empty()) continue;
    x -= 6.2 * static_cast<double>(series->name.size());
    out += text(x, 14, "start", series->name);
    x -= 22;
    out += "<g class=\"line " + series->style + "\"><path d=\"" + format("M%.1f %.1f", x, 10) + "h17\"/></g>";
    x -= 12;
  }
  return out;
}

}  // namespace

std::vector<double> axis_ticks(double low, double high, int wanted) {
  const double rough = (high - low) / wanted;
  const double magnitude = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * magnitude;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * magnitude >= rough) step = factor * magnitude;
  }
  std::vector<double> ticks;
  for (double index = std::ceil(low / step - 1e-9); index * step <= high + 1e-9 * step; ++index) {
    ticks.push_back(index == 0 ? 0 : index * step);
  }
  return ticks;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string chart_svg(const Chart& chart) {
  Range x = range_of(chart, &std::pair<double, double>::first);
  Range y = range_of(chart, &std::pair<double, double>::second);
  if (chart.from_zero) {
    y.low = std::min(y.low, 0.0);
    y.high = std::max(y.high, 0.0);
  }
  const double margin = 0.04 * (y.high - y.low);
  y.high += margin;
  if (!chart.from_zero || y.low < 0) y.low -= margin;
  const Frame frame(x, y);
  std::string out = "<figure class=\"chart\"><figcaption>" + escaped(chart.title) + "</figcaption><svg viewBox=\"0 0 " +
                    format("%.0f %.0f\" role=\"img\">", width, height) + axes(chart, frame, x, y);
  for (const ChartSeries& series : chart.series) out += line(series, frame);
  return out + legend(chart) + "</svg></figure>\n";
}

std::string numbered_style(std::size_t number) { return "series" + std::to_string(number); }

std::string numbered_styles(std::size_t count) {
  std::string out = ".key i{display:inline-block;width:18px;height:3px;margin:0 6px 3px 14px}\n";
  for (std::size_t i = 0; i < count; ++i) {
    const std::string colour = "hsl(" + std::to_string(360 * i / count) + " 70% " + (i % 2 == 0 ? "42%" : "55%") + ")";
    const std::string style = numbered_style(i);
    out.append(".").append(style).append(" path{stroke:").append(colour);
    out.append(i % 2 == 0 ? "}" : ";stroke-dasharray:6 2.5}");
    out.append(".").append(style).append(" circle{fill:").append(colour).append("}.key .").append(style);
    out.append("{background:").append(colour).append("}\n");
  }
  return out;
}

std::string chart_key(const std::vector<std::pair<std::string, std::string>>& lines) {
  std::string out = "<p class=\"key\">";
  for (const auto& [style, name] : lines) {
    out += "<span style=\"white-space:nowrap\"><i class=\"" + style + "\"></i>" + escaped(name) + "</span> ";
  }
  return out + "</p>\n";
}

std::string html_page(const std::string& title, const std::string& styles, const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width,initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><title>" +
         escaped(title) + "</title><style>" + report_style + styles + "</style></head><body>\n" + body +
         "</body></html>\n";
}

}  // namespace sarinr
