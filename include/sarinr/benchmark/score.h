#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sarinr/benchmark/coding_image.h"

namespace sarinr::benchmark {

/// How faithful a decoded image is, over the valid pixels: psnr, rmse and bias (mean of test - reference) in decibels,
/// enl_ratio, kl and ssim as sarinr report has them (docs/metrics.md); and in square-root amplitude psnr_root and
/// rmse_root. Figures that cannot be told are empty.
struct Score {
  std::optional<double> psnr;
  std::optional<double> rmse;
  std::optional<double> bias;
  std::optional<double> psnr_root;
  std::optional<double> rmse_root;
  std::optional<double> enl_ratio;
  std::optional<double> kl;
  std::optional<double> ssim;
};

/// A column of a table of scores.
struct ScoreColumn {
  const char* name;     ///< in JSON and CSV
  const char* heading;  ///< for people
  int digits;           ///< behind the point
  std::optional<double> Score::*value;
};
std::span<const ScoreColumn> score_columns();

/// Scores decoded values of the coding domain. They are clamped to the range of the image, which every file is charged
/// for. Throws an internal Error where their number is wrong.
Score score(const CodingImage& reference, const std::vector<float>& test);

}  // namespace sarinr::benchmark
