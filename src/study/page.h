#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sarinr/scene/report_output.h"
#include "scene/report_chart.h"

namespace sarinr::study {

/// A line of a plot; lines of one name have one colour on the whole page.
struct Line {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

/// What a study shows, part by part: a page of HTML that needs no other file, and its headings, paragraphs and tables
/// as Markdown.
class Page {
 public:
  explicit Page(PngEncoder encode) : encode_(std::move(encode)) {}
  void heading(const std::string& text);
  void paragraph(const std::string& text);
  /// Every row has as many cells as `columns`.
  void table(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows);
  /// Plots that follow each other stand side by side. A logarithmic axis is given logarithms and says so in its label.
  void plot(const std::string& title, const std::string& x_label, const std::string& y_label,
            const std::vector<Line>& lines, bool marked = false);
  /// `values` row by row. Grey from the 2 to the 98 % order statistic; or, where they are signed, blue to red about 0.
  /// Values between `low` and `high`, where given, fill the colours instead.
  void picture(const std::string& title, const std::string& note, int width, int height,
               const std::vector<float>& values, bool is_signed = false,
               std::optional<std::pair<double, double>> limits = std::nullopt);

  std::string html(const std::string& title) const;
  const std::string& text() const { return text_; }

 private:
  /// Opens a group of figures of that class, or none, and closes the one before.
  void group(const std::string& kind);
  std::string style_of(const std::string& name);
  PngEncoder encode_;
  std::string body_;
  std::string text_;
  std::string group_;
  std::vector<std::string> names_;  ///< of lines, in the order of their colours
};

/// Numbers as tables show them; "-" where there is none.
std::string fixed(std::optional<double> value, int digits);
/// "1.234 ± 0.056"; without a deviation the mean alone.
std::string mean_text(const std::vector<double>& values, int digits);

}  // namespace sarinr::study
