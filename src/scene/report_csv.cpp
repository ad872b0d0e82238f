#include <cstdio>

#include "scene/report_format.h"

namespace sarinr {

namespace {

/// Where the figures of a line come from.
struct Scope {
  std::string test;
  std::string kind;
  std::string band;
  std::string item;  ///< tile number, or the class's lower limit
  Quantity quantity = Quantity::other;
};

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string exact(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.17g", value);
  return buffer;
}

void add_lines(const Scope& scope, const Figures& figures, std::string& out) {
  for (const Figures::Entry& entry : figures.entries()) {
    out += quoted(scope.test) + "," + scope.kind + "," + quoted(scope.band) + "," + scope.item + "," +
           entry.info->name + "," + (entry.value ? exact(*entry.value) : "") + "," +
           unit_name(*entry.info, scope.quantity) + "\n";
  }
}

}  // namespace

std::string reports_csv(std::span<const Report> reports) {
  std::string out = "test,scope,band,item,figure,value,unit\n";
  for (const Report& report : reports) {
    add_lines({report.test.path, "file", "", "", Quantity::other}, report.file, out);
    for (const BandReport& band : report.bands) {
      Scope scope{report.test.path, "band", band.name, "", band.model.quantity};
      add_lines(scope, band.figures, out);
      scope.kind = "class";
      for (const ClassErrors& c : band.classes) {
        scope.item = exact(c.low);
        add_lines(scope, c.figures, out);
      }
      scope.kind = "tile";
      for (const TileErrors& tile : band.tiles) {
        scope.item = std::to_string(tile.tile);
        add_lines(scope, tile.figures, out);
      }
    }
  }
  return out;
}

}  // namespace sarinr
