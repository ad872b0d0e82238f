#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sarinr {

/// A line of a chart. `style` is a class of the page's stylesheet: "reference", "test", "plain" or a numbered one.
struct ChartSeries {
  std::string name;
  std::string style;
  std::vector<std::pair<double, double>> points;
  bool marked = false;  ///< a dot at every point
};

struct Chart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<ChartSeries> series;
  bool from_zero = false;  ///< the vertical axis includes 0
};

/// The chart as an SVG element; colours come from the page's stylesheet. Points that are not finite interrupt a line.
std::string chart_svg(const Chart& chart);

/// Round numbers that divide the range into about `wanted` steps.
std::vector<double> axis_ticks(double low, double high, int wanted);

/// Text as HTML and SVG take it.
std::string escaped(const std::string& text);

/// The style of the line of that number, from 0, where a page has many.
std::string numbered_style(std::size_t number);
/// A stylesheet for `count` of them and their keys: hues as far apart as they go, every second line dashed.
std::string numbered_styles(std::size_t count);
/// What lines stand for: pairs of style and name.
std::string chart_key(const std::vector<std::pair<std::string, std::string>>& lines);

/// A whole page that needs no other file; `styles` come behind the stylesheet of all pages.
std::string html_page(const std::string& title, const std::string& styles, const std::string& body);

}  // namespace sarinr
