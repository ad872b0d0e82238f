#include "study/decimation.h"

#include <algorithm>
#include <cmath>

#include "sarinr/quality/rows.h"
#include "study/study.h"

namespace sarinr::study {

namespace {

double power_of(double decibels) { return std::pow(10, decibels / 10); }

Image image_like(const Image& image, int width, int height, std::vector<double> values) {
  Image out;
  out.name = image.name;
  out.width = width;
  out.height = height;
  out.backscatter = image.backscatter;
  out.values = std::move(values);
  normalise(out);
  return out;
}

/// Mean of a block whose first pixel is `first`.
double block_mean(const Image& image, std::size_t first, int factor) {
  double sum = 0;
  int count = 0;
  for (int row = 0; row < factor; ++row) {
    for (int column = 0; column < factor; ++column) {
      const double value = image.values[first + static_cast<std::size_t>(row) * static_cast<std::size_t>(image.width) +
                                        static_cast<std::size_t>(column)];
      if (!std::isfinite(value)) continue;
      sum += image.backscatter ? power_of(value) : value;
      ++count;
    }
  }
  if (count == 0) return no_value;
  return image.backscatter ? 10 * std::log10(sum / count) : sum / count;
}

}  // namespace

Image trimmed(const Image& image, int multiple) {
  const int width = image.width / multiple * multiple;
  const int height = image.height / multiple * multiple;
  std::vector<double> values;
  for (int row = 0; row < height; ++row) {
    const auto first = image.values.begin() + static_cast<std::ptrdiff_t>(row) * image.width;
    values.insert(values.end(), first, first + width);
  }
  return image_like(image, width, height, std::move(values));
}

Image decimated(const Image& image, int factor) {
  std::vector<double> values;
  for (int row = 0; row + factor <= image.height; row += factor) {
    for (int column = 0; column + factor <= image.width; column += factor) {
      const std::size_t first = static_cast<std::size_t>(row) * static_cast<std::size_t>(image.width);
      values.push_back(block_mean(image, first + static_cast<std::size_t>(column), factor));
    }
  }
  return image_like(image, image.width / factor, image.height / factor, std::move(values));
}

std::vector<float> upsampled(const Image& image, int factor, const Upsample& upsample, const std::string& kernel,
                             bool in_power) {
  std::vector<double> values = image.values;
  if (in_power) std::transform(values.begin(), values.end(), values.begin(), power_of);
  double least = values.front();
  for (const double value : values) least = std::fmin(least, value);
  const std::vector<double> fine = upsample(kernel, values, image.width, image.height, factor);
  std::vector<float> out;
  for (std::size_t i = 0; i < fine.size(); ++i) {
    const std::size_t width = static_cast<std::size_t>(image.width * factor);
    const std::size_t side = static_cast<std::size_t>(factor);
    const std::size_t nearest = i / width / side * static_cast<std::size_t>(image.width) + i % width / side;
    double value = std::isfinite(fine[i]) ? fine[i] : values[nearest];
    // Kernels with negative lobes give powers at and below zero: no power is taken to be below the least that was
    // given.
    if (in_power) value = 10 * std::log10(std::max(value, least));
    out.push_back(static_cast<float>(value));
  }
  return out;
}

double mean_error(const Image& image, const std::vector<float>& values) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(image.values[i])) continue;
    sum += static_cast<double>(values[i]) - image.values[i];
    ++count;
  }
  return sum / static_cast<double>(std::max<std::size_t>(1, count));
}

}  // namespace sarinr::study
