#include "sarinr/benchmark/score.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sarinr/base/error.h"
#include "sarinr/quality/band_assessment.h"
#include "sarinr/quality/metrics.h"

namespace sarinr::benchmark {

namespace {

constexpr std::array columns{ScoreColumn{"psnr", "PSNR dB", 2, &Score::psnr},
                             ScoreColumn{"rmse_db", "RMSE dB", 3, &Score::rmse},
                             ScoreColumn{"bias_db", "bias dB", 3, &Score::bias},
                             ScoreColumn{"psnr_root_amplitude", "PSNR of sqrt A", 2, &Score::psnr_root},
                             ScoreColumn{"rmse_root_amplitude", "RMSE of sqrt A", 4, &Score::rmse_root},
                             ScoreColumn{"enl_ratio", "ENL ratio", 3, &Score::enl_ratio},
                             ScoreColumn{"kl", "KL", 4, &Score::kl},
                             ScoreColumn{"ssim", "SSIM", 4, &Score::ssim}};

/// An image in decibels and in power; no_value where the reference is not valid.
struct Side {
  std::vector<double> decibels;
  std::vector<double> power;

  Side(const CodingImage& reference, const std::vector<float>& values)
      : decibels(values.size(), no_value), power(values.size(), no_value) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (reference.valid[i] == 0) continue;
      // Not a number would pass std::clamp unseen.
      const float value = std::isnan(values[i]) ? reference.low : std::clamp(values[i], reference.low, reference.high);
      decibels[i] = to_decibels(reference.domain, value);
      power[i] = std::pow(10, decibels[i] / 10);
    }
  }
};

Figures band_figures(const CodingImage& image, const Side& reference, const Side& test) {
  ReferenceRange range;
  for (std::size_t i = 0; i < image.pixels(); ++i) {
    if (image.valid[i] == 0) continue;
    range.values.add(reference.decibels[i]);
    range.add_linear(reference.power[i]);
  }
  AssessmentOptions options;
  options.width = image.width;
  options.height = image.height;
  options.column_borders = {0, image.width};
  options.row_borders = {0, image.height};
  BandAssessment assessment({Quantity::decibel, PixelType::f32, std::nullopt}, range, options);
  const auto width = static_cast<std::size_t>(image.width);
  oneapi::tbb::parallel_for(std::size_t{0}, assessment.parts(), [&](std::size_t part) {
    for (int y = 0; y < image.height; ++y) {
      const auto row = [&](const std::vector<double>& values) {
        return std::span(values).subspan(static_cast<std::size_t>(y) * width, width);
      };
      assessment.add(part, {.y = y,
                            .reference = row(reference.decibels),
                            .test = row(test.decibels),
                            .reference_linear = row(reference.power),
                            .test_linear = row(test.power),
                            .reference_power = row(reference.power),
                            .test_power = row(test.power),
                            .reference_complex = {},
                            .test_complex = {}});
    }
  });
  return assessment.result().figures;
}

}  // namespace

std::span<const ScoreColumn> score_columns() { return columns; }

Score score(const CodingImage& reference, const std::vector<float>& test) {
  if (test.size() != reference.pixels()) throw Error("a decoded image has another size", ErrorKind::internal);
  const Side original(reference, reference.values);
  const Side decoded(reference, test);
  const Figures figures = band_figures(reference, original, decoded);
  ErrorStatistics root;
  for (std::size_t i = 0; i < reference.pixels(); ++i) {
    if (reference.valid[i] == 0) continue;
    root.add(std::pow(original.power[i], 0.25), std::pow(decoded.power[i], 0.25));
  }
  return {figures.get("psnr"),           figures.get("rmse"),      figures.get("bias"), root.psnr(),
          root.root_mean_square_error(), figures.get("enl_ratio"), figures.get("kl"),   figures.get("ssim")};
}

}  // namespace sarinr::benchmark
