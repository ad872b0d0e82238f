#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "sarinr/scene/report.h"

namespace sarinr {

/// The forms a report is given in. JSON names are documented in docs/report.md and stable.

/// "dB", "amplitude", "nats", ..: what a figure of a band is measured in; empty for bare numbers.
std::string unit_name(const FigureInfo& info, Quantity quantity);

/// One JSON object.
std::string report_json(const Report& report);
/// {"schema": .., "reports": [..]}, for several pairs.
std::string reports_json(std::span<const Report> reports);

/// One line a figure of a file, band, class or tile; a header first.
std::string reports_csv(std::span<const Report> reports);

/// A short table for a terminal.
std::string report_text(const Report& report);
/// One line a report, under a header.
std::string reports_text(std::span<const Report> reports);

/// Turns 8-bit pixels, row by row, into a PNG file: one byte a pixel (grey) or three (red, green, blue), as many as
/// `pixels` has for width x height.
using PngEncoder = std::function<std::string(int width, int height, const std::vector<std::uint8_t>& pixels)>;

/// A page that needs no other file: pictures and charts are inside it.
std::string report_html(const Report& report, const PngEncoder& encode);
/// A page with one line a report.
std::string reports_html(std::span<const Report> reports);

/// What a raster of the report's maps will be: one Float32 band for each band and tile figure, on the grid and the
/// georeferencing of the reference; NaN where there is no value.
RasterInfo report_map_info(const Report& report);
/// Writes them; does not commit the sink.
void write_report_maps(const Report& report, RasterSink& sink);

/// A condition such as enl_ratio<0.95 under which a report is not good enough. Operators: <, <=, >, >=.
class Limit {
 public:
  /// Throws an Error where the expression is not understood or there is no figure of that name.
  explicit Limit(const std::string& expression);
  /// Empty where no band's and no file's figure meets the condition; else a sentence that names the first that does.
  /// Throws an Error where no part of the report has the figure: a limit must not pass because nothing was measured.
  std::string violation(const Report& report) const;

 private:
  bool holds(double value) const;
  std::string expression_;
  const FigureInfo* figure_ = nullptr;
  std::string comparison_;
  double value_ = 0;
};

}  // namespace sarinr
