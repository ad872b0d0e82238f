#include <cstdio>
#include <nlohmann/json.hpp>

#include "benchmark/number_text.h"
#include "sarinr/benchmark/comparison.h"

namespace sarinr::benchmark {

namespace {

using nlohmann::ordered_json;

constexpr double megapixel = 1e6;
constexpr double megabyte = 1e6;

std::string megabytes(const std::optional<std::uint64_t>& bytes) {
  return bytes ? fixed(static_cast<double>(*bytes) / megabyte, 0) : "-";
}

std::string table_header() {
  std::string head = "| codec | parameter | bits a pixel |";
  std::string rule = "|---|---|---|";
  for (const ScoreColumn& column : score_columns()) {
    head += std::string(" ") + column.heading + " |";
    rule += "---|";
  }
  return head + " encode Mpixel/s | decode Mpixel/s | encode MB | decode MB |\n" + rule + "---|---|---|---|\n";
}

std::string table_row(const CodecRow& row) {
  std::string line =
      "| " + row.codec + " | " + significant(row.parameter, 4) + " | " + fixed(row.bits_per_pixel, 3) + " |";
  for (const ScoreColumn& column : score_columns()) {
    const std::optional<double> value = row.score.*column.value;
    line.append(" ").append(value ? fixed(*value, column.digits) : "-").append(" |");
  }
  return line.append(" ") + significant(row.encode_rate / megapixel, 3) + " | " +
         significant(row.decode_rate / megapixel, 3) + " | " + megabytes(row.encode_memory) + " | " +
         megabytes(row.decode_memory) + " |\n";
}

std::string difference_lines(const Comparison& comparison) {
  if (comparison.differences.empty()) return {};
  std::string out = "\nBD-rate over PSNR in dB, negative: fewer bits than the anchor\n\n";
  out += "| image | codec | anchor | BD-rate % | PSNR interval dB |\n|---|---|---|---|---|\n";
  for (const CodecDifference& one : comparison.differences) {
    out += "| " + one.image + " | " + one.codec + " | " + one.anchor + " | " + fixed(one.difference.percent, 1) +
           " | " + fixed(one.difference.psnr_low, 2) + " to " + fixed(one.difference.psnr_high, 2) + " |\n";
  }
  for (const MeanDifference& mean : mean_differences(comparison)) {
    out += "| mean of " + std::to_string(mean.images) + " | " + mean.codec + " | " + mean.anchor + " | " +
           fixed(mean.percent, 1) + " | |\n";
  }
  return out;
}

ordered_json json_of(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? ordered_json(*value) : ordered_json();
}

ordered_json json_of(const CodecRow& row) {
  ordered_json out = {{"image", row.image},         {"codec", row.codec}, {"target_bits_per_pixel", row.target},
                      {"parameter", row.parameter}, {"bytes", row.bytes}, {"bits_per_pixel", row.bits_per_pixel}};
  for (const ScoreColumn& column : score_columns()) out[column.name] = json_of(row.score.*column.value);
  out["encode_pixels_per_second"] = row.encode_rate;
  out["decode_pixels_per_second"] = row.decode_rate;
  out["encode_memory_bytes"] = row.encode_memory ? ordered_json(*row.encode_memory) : ordered_json();
  out["decode_memory_bytes"] = row.decode_memory ? ordered_json(*row.decode_memory) : ordered_json();
  return out;
}

std::string csv_field(const ordered_json& value) {
  if (value.is_null()) return {};
  if (!value.is_string()) return value.dump();
  std::string out = "\"";
  for (const char c : value.get<std::string>()) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::string comparison_text(const Comparison& comparison) {
  std::string out;
  for (const ComparedImage& image : comparison.images) {
    out +=
        image.name + ", " + std::to_string(image.width) + "x" + std::to_string(image.height) + "\n\n" + table_header();
    for (const CodecRow& row : comparison.rows) {
      if (row.image == image.name) out += table_row(row);
    }
    out += "\n";
  }
  for (const std::string& sentence : comparison.left_out) out += sentence + "\n";
  return out + difference_lines(comparison);
}

std::string comparison_json(const Comparison& comparison) {
  ordered_json out = {{"schema", "sarinr-codecs/1"},
                      {"domain", name(comparison.domain)},
                      {"threads", comparison.threads},
                      {"range_bytes", range_bytes},
                      {"targets_bits_per_pixel", comparison.rates.bits_per_pixel},
                      {"left_out", comparison.left_out}};
  for (const char* list : {"images", "codecs", "rows", "bd_rates", "mean_bd_rates"}) out[list] = ordered_json::array();
  for (const ComparedImage& image : comparison.images) {
    out["images"].push_back(
        {{"name", image.name}, {"width", image.width}, {"height", image.height}, {"valid_pixels", image.valid}});
  }
  for (const ComparedCodec& codec : comparison.codecs) {
    out["codecs"].push_back({{"name", codec.name}, {"description", codec.description}, {"parameter", codec.parameter}});
  }
  for (const CodecRow& row : comparison.rows) out["rows"].push_back(json_of(row));
  for (const CodecDifference& one : comparison.differences) {
    out["bd_rates"].push_back({{"image", one.image},
                               {"codec", one.codec},
                               {"anchor", one.anchor},
                               {"percent", one.difference.percent},
                               {"psnr_low", one.difference.psnr_low},
                               {"psnr_high", one.difference.psnr_high}});
  }
  for (const MeanDifference& mean : mean_differences(comparison)) {
    out["mean_bd_rates"].push_back(
        {{"codec", mean.codec}, {"anchor", mean.anchor}, {"percent", mean.percent}, {"images", mean.images}});
  }
  return out.dump() + "\n";
}

std::string comparison_csv(const Comparison& comparison) {
  std::string out;
  const ordered_json names = json_of(CodecRow{});
  for (const auto& [key, value] : names.items()) {
    if (!out.empty()) out += ',';
    out += key;
  }
  out += '\n';
  for (const CodecRow& row : comparison.rows) {
    std::string line;
    const ordered_json fields = json_of(row);
    for (const auto& [key, value] : fields.items()) {
      if (!line.empty()) line += ',';
      line += csv_field(value);
    }
    out += line + "\n";
  }
  return out;
}

}  // namespace sarinr::benchmark
