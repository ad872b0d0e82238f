#include <algorithm>
#include <cmath>

#include "benchmark/number_text.h"
#include "sarinr/benchmark/comparison.h"
#include "scene/report_chart.h"

namespace sarinr::benchmark {

namespace {

std::string key(const Comparison& comparison) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (std::size_t i = 0; i < comparison.codecs.size(); ++i) {
    lines.emplace_back(numbered_style(i), comparison.codecs[i].name);
  }
  return chart_key(lines);
}

/// One figure over the rate, the rate on a logarithmic axis in powers of two.
std::string rate_chart(const Comparison& comparison, const ComparedImage& image, const ScoreColumn& column) {
  Chart chart;
  chart.title = image.name;
  chart.x_label = "log2 of bits a pixel";
  chart.y_label = column.heading;
  for (std::size_t i = 0; i < comparison.codecs.size(); ++i) {
    ChartSeries series{"", numbered_style(i), {}, true};
    for (const CodecRow& row : comparison.rows) {
      const std::optional<double> value = row.score.*column.value;
      if (row.image != image.name || row.codec != comparison.codecs[i].name || !value) continue;
      series.points.emplace_back(std::log2(row.bits_per_pixel), *value);
    }
    std::sort(series.points.begin(), series.points.end());
    chart.series.push_back(std::move(series));
  }
  return chart_svg(chart);
}

std::string cell(const std::string& text) { return "<td class=\"number\">" + escaped(text) + "</td>"; }

std::string heading(const std::vector<std::string>& names) {
  std::string out = "<tr>";
  for (const std::string& name : names) out += "<th class=\"number\">" + escaped(name) + "</th>";
  return out + "</tr>\n";
}

std::string mean_table(const Comparison& comparison) {
  std::string out = "<table>" + heading({"codec", "anchor", "mean BD-rate %", "images"});
  for (const MeanDifference& mean : mean_differences(comparison)) {
    out += "<tr>" + cell(mean.codec) + cell(mean.anchor) + cell(fixed(mean.percent, 1)) +
           cell(std::to_string(mean.images)) + "</tr>\n";
  }
  return out + "</table>\n";
}

std::string row_table(const Comparison& comparison, const ComparedImage& image) {
  std::vector<std::string> names{"codec", "parameter", "bits a pixel"};
  for (const ScoreColumn& column : score_columns()) names.emplace_back(column.heading);
  names.insert(names.end(), {"encode Mpixel/s", "decode Mpixel/s"});
  std::string out = "<div class=\"scroll\"><table>" + heading(names);
  for (const CodecRow& row : comparison.rows) {
    if (row.image != image.name) continue;
    out += "<tr>" + cell(row.codec) + cell(significant(row.parameter, 4)) + cell(fixed(row.bits_per_pixel, 3));
    for (const ScoreColumn& column : score_columns()) {
      const std::optional<double> value = row.score.*column.value;
      out += cell(value ? fixed(*value, column.digits) : "-");
    }
    out += cell(significant(row.encode_rate / 1e6, 3)) + cell(significant(row.decode_rate / 1e6, 3)) + "</tr>\n";
  }
  return out + "</table></div>\n";
}

std::string codec_table(const Comparison& comparison) {
  std::string out = "<table>";
  for (const ComparedCodec& codec : comparison.codecs) {
    out += "<tr><td>" + escaped(codec.name) + "</td><td class=\"meaning\">" + escaped(codec.description) + "; " +
           escaped(codec.parameter) + " found by search</td></tr>\n";
  }
  return out + "</table>\n";
}

}  // namespace

std::string comparison_html(const Comparison& comparison) {
  std::string out = "<h1>Codecs on SAR images</h1>\n<p>Coded in " + std::string(name(comparison.domain)) +
                    "; whole files and " + std::to_string(range_bytes) + " bytes for the range of the values.</p>\n";
  out += key(comparison) + "<h2>Rates at equal PSNR</h2>\n" + mean_table(comparison);
  out += "<div class=\"charts\">\n";
  for (const ComparedImage& image : comparison.images) {
    out += rate_chart(comparison, image, score_columns().front());
  }
  out += "</div>\n";
  for (const ComparedImage& image : comparison.images) {
    out += "<h2>" + escaped(image.name) + "</h2>\n<p>" + std::to_string(image.width) + " x " +
           std::to_string(image.height) + " pixels</p>\n" + row_table(comparison, image);
  }
  out += "<h2>Codecs</h2>\n" + codec_table(comparison);
  for (const std::string& sentence : comparison.left_out) out += "<p>" + escaped(sentence) + "</p>\n";
  return html_page("Codecs on SAR images", numbered_styles(comparison.codecs.size()), out);
}

}  // namespace sarinr::benchmark
