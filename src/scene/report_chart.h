#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sarinr {

/// A line of a chart. `style` is a class of the page's stylesheet: "reference", "test" or "plain".
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

}  // namespace sarinr
