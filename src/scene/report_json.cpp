#include <cmath>
#include <nlohmann/json.hpp>

#include "scene/report_format.h"

namespace sarinr {

namespace {

// Keys keep the order in which they are put.
using json = nlohmann::ordered_json;

json number(std::optional<double> value) {
  if (!value || std::isnan(*value)) return {};
  if (std::isinf(*value)) return *value > 0 ? "inf" : "-inf";
  return *value;
}

json numbers(const std::vector<std::optional<double>>& values) {
  json out = json::array();
  for (const auto& value : values) out.push_back(number(value));
  return out;
}

json figures_json(const Figures& figures) {
  json out = json::object();
  for (const Figures::Entry& entry : figures.entries()) out[entry.info->name] = number(entry.value);
  return out;
}

json units_json(const Figures& figures, Quantity quantity) {
  json out = json::object();
  for (const Figures::Entry& entry : figures.entries()) out[entry.info->name] = unit_name(*entry.info, quantity);
  return out;
}

json lags_json(const LagTable& lags) { return {{"rows", numbers(lags.rows)}, {"columns", numbers(lags.columns)}}; }

json spectrum_json(const std::optional<BlockSpectrum::Spectrum>& spectrum) {
  if (!spectrum) return {};
  return {{"radial", spectrum->radial}, {"rows", spectrum->along_rows}, {"columns", spectrum->along_columns}};
}

json response_json(const std::optional<PointResponse>& response) {
  if (!response) return {};
  return {{"width", response->width},
          {"pslr", number(response->peak_side_lobe)},
          {"islr", number(response->total_side_lobe)}};
}

json points_json(const std::vector<PointTarget>& points) {
  json out = json::array();
  for (const PointTarget& point : points) {
    out.push_back(
        {{"x", point.x},
         {"y", point.y},
         {"contrast", point.contrast},
         {"reference",
          {{"row", response_json(point.reference_along_row)}, {"column", response_json(point.reference_along_column)}}},
         {"test", {{"row", response_json(point.test_along_row)}, {"column", response_json(point.test_along_column)}}}});
  }
  return out;
}

json windows_json(const BandReport& band) {
  json chosen = json::array();
  for (const std::size_t i : band.homogeneous) {
    const LookWindow& window = band.windows[i];
    chosen.push_back({{"x", window.x},
                      {"y", window.y},
                      {"heterogeneity", number(window.heterogeneity)},
                      {"enl_reference", number(window.reference_looks)},
                      {"enl_test", number(window.test_looks)}});
  }
  return {{"size", band.window_size}, {"count", band.windows.size()}, {"homogeneous", std::move(chosen)}};
}

json classes_json(const std::vector<ClassErrors>& classes) {
  json out = json::array();
  for (const ClassErrors& c : classes) {
    json entry = {{"low", c.low}, {"high", c.high}};
    entry.update(figures_json(c.figures));
    out.push_back(std::move(entry));
  }
  return out;
}

json tiles_json(const std::vector<TileErrors>& tiles) {
  json out = json::array();
  for (const TileErrors& tile : tiles) {
    json entry = {{"tile", tile.tile},
                  {"x", tile.extent.x},
                  {"y", tile.extent.y},
                  {"width", tile.extent.width},
                  {"height", tile.extent.height}};
    entry.update(figures_json(tile.figures));
    out.push_back(std::move(entry));
  }
  return out;
}

json band_json(const BandReport& band, std::size_t number_of_band) {
  const Quantity quantity = band.model.quantity;
  json out = {{"band", number_of_band},
              {"name", band.name},
              {"quantity", name(quantity)},
              {"type", name(band.model.type)},
              {"domain", quantity == Quantity::categorical ? "class" : domain_name(quantity)},
              {"linear", is_backscatter(quantity) ? json(linear_name(quantity)) : json()},
              {"figures", figures_json(band.figures)},
              {"units", units_json(band.figures, quantity)}};
  if (quantity == Quantity::categorical) return out;
  out["histogram"] = {
      {"edges", band.histogram_edges}, {"reference", band.histogram_reference}, {"test", band.histogram_test}};
  out["classes"] = classes_json(band.classes);
  if (is_backscatter(quantity)) {
    out["windows"] = windows_json(band);
    out["ratio_correlation"] = lags_json(band.ratio_lags);
    out["speckle_correlation"] = {{"reference", lags_json(band.reference_lags)}, {"test", lags_json(band.test_lags)}};
    out["spectrum"] = {{"blocks", band.spectrum_blocks},
                       {"size", BlockSpectrum::size},
                       {"reference", spectrum_json(band.reference_spectrum)},
                       {"test", spectrum_json(band.test_spectrum)}};
    out["points"] = points_json(band.points);
  }
  out["tiles"] = tiles_json(band.tiles);
  return out;
}

json side_json(const ReportSide& side) {
  return {{"path", side.path}, {"bytes", side.bytes ? json(*side.bytes) : json()}};
}

json one_report(const Report& report) {
  json bands = json::array();
  for (const BandReport& band : report.bands) bands.push_back(band_json(band, bands.size() + 1));
  return {{"schema", report_schema},
          {"sarinr", SARINR_VERSION},
          {"reference", side_json(report.reference)},
          {"test", side_json(report.test)},
          {"width", report.width},
          {"height", report.height},
          {"provenance", json::parse(report.provenance)},
          {"file", figures_json(report.file)},
          {"whole", figures_json(report.whole)},
          {"bands", std::move(bands)}};
}

std::string text(const json& object) { return object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"; }

}  // namespace

std::string unit_name(const FigureInfo& info, Quantity quantity) {
  switch (info.unit) {
    case FigureUnit::number:
    case FigureUnit::share:
      return "";
    case FigureUnit::pixels:
      return "pixels";
    case FigureUnit::domain:
      return domain_name(quantity);
    case FigureUnit::linear:
      return linear_name(quantity);
    case FigureUnit::decibels:
      return "dB";
    case FigureUnit::radians:
      return "rad";
    case FigureUnit::nats:
      return "nats";
    case FigureUnit::bits:
      return "bits";
    case FigureUnit::bytes:
      return "bytes";
    case FigureUnit::seconds:
      return "s";
  }
  return "";
}

std::string report_json(const Report& report) { return text(one_report(report)); }

std::string reports_json(std::span<const Report> reports) {
  json all = json::array();
  for (const Report& report : reports) all.push_back(one_report(report));
  return text({{"schema", report_schema}, {"reports", std::move(all)}});
}

}  // namespace sarinr
