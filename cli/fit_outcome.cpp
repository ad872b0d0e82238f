#include "fit_outcome.h"

#include <cmath>
#include <cstdio>

namespace sarinr::cli {

namespace {

double bits_per_pixel(const RasterInfo& info, const FitReport& report) {
  return 8 * static_cast<double>(report.sizes.file) / (static_cast<double>(info.width) * info.height);
}

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

}  // namespace

nlohmann::json outcome_json(const std::string& output, const RasterInfo& info, const geo::FitOutcome& outcome,
                            double seconds) {
  nlohmann::json out = {{"output", output}, {"seconds", seconds}};
  if (outcome.tiles) out["part"] = {outcome.tiles->first, outcome.tiles->last};
  if (!outcome.report) {
    out["finished_before"] = outcome.was_finished;
    return out;
  }
  const FitReport& report = *outcome.report;
  out.update({{"bytes", report.sizes.file},
              {"metadata_bytes", report.sizes.metadata},
              {"bits_per_pixel", bits_per_pixel(info, report)},
              {"tiles", report.tiles},
              {"network_tiles", report.network_tiles},
              {"tile_epochs", report.tile_epochs},
              {"engine", report.engine},
              {"psnr", nlohmann::json::array()},
              {"rmse", nlohmann::json::array()}});
  for (const ChannelSummary& channel : report.channels) {
    const std::optional<double> value = psnr(channel);
    out["psnr"].push_back(value ? nlohmann::json(*value) : nlohmann::json());
    out["rmse"].push_back(std::sqrt(static_cast<double>(channel.mean_square_error)));
  }
  return out;
}

std::string outcome_line(const std::string& output, const RasterInfo& info, const geo::FitOutcome& outcome,
                         double seconds) {
  if (outcome.was_finished) return output + " is finished: nothing is left to resume";
  const std::string time = fixed(seconds, 1) + " s";
  if (outcome.tiles) {
    return output + ": tiles " + std::to_string(outcome.tiles->first) + " to " + std::to_string(outcome.tiles->last) +
           " of " + std::to_string(outcome.tile_count) + ", for sarinr merge, " + time;
  }
  const FitReport& report = *outcome.report;
  const std::optional<double> value = report.psnr();
  return output + ": " + std::to_string(info.width) + " x " + std::to_string(info.height) + " pixels, " +
         std::to_string(report.tiles) + " tiles (" + std::to_string(report.network_tiles) + " with a network), " +
         std::to_string(report.sizes.file) + " bytes, " + fixed(bits_per_pixel(info, report), 3) + " bits per pixel" +
         (value ? ", PSNR " + fixed(*value, 2) + " dB" : "") + ", " + time;
}

}  // namespace sarinr::cli
