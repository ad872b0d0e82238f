#include "fit/area_objective.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace sarinr {

namespace {

/// Adds share * (sum of factor * sample)^2 for one difference of the image and its derivatives; gives the square.
template <std::size_t count>
double add_square(const float* image, float* slopes, const std::array<std::ptrdiff_t, count>& places,
                  const std::array<float, count>& factors, float share) {
  float difference = 0;
  for (std::size_t i = 0; i < count; ++i) difference += factors[i] * image[places[i]];
  for (std::size_t i = 0; i < count; ++i) slopes[places[i]] += 2 * share * factors[i] * difference;
  return static_cast<double>(share * difference * difference);
}

}  // namespace

AreaObjective::AreaObjective(const NormalisedTile& tile, const AreaOptions& options)
    : tile_(tile),
      options_(options),
      width_(static_cast<std::size_t>(tile.width) * static_cast<std::size_t>(options.samples)),
      height_(static_cast<std::size_t>(tile.height) * static_cast<std::size_t>(options.samples)),
      share_(1 / static_cast<double>(std::count(tile.valid.begin(), tile.valid.end(), std::uint8_t{1}))),
      parts_(static_cast<std::size_t>(options.samples) * static_cast<std::size_t>(options.samples)) {}

double AreaObjective::evaluate(const std::vector<float>& image, std::vector<float>& slopes) {
  std::fill(slopes.begin(), slopes.end(), 0.0f);
  double loss = add_areas(image, slopes);
  if (options_.slope_weight > 0) loss += add_slope_penalty(image, slopes);
  if (options_.curvature_weight > 0) loss += add_curvature_penalty(image, slopes);
  return loss;
}

/// A pixel's value is ln(mean exp(k u)) / k, whose derivative by a sample is the sample's part of the power.
double AreaObjective::add_areas(const std::vector<float>& image, std::vector<float>& slopes) {
  const std::size_t side = static_cast<std::size_t>(options_.samples);
  const double exponent = options_.power_exponent;
  double loss = 0;
  for (std::size_t pixel = 0; pixel < tile_.valid.size(); ++pixel) {
    if (tile_.valid[pixel] == 0) continue;
    const std::size_t columns = static_cast<std::size_t>(tile_.width);
    const std::size_t first = pixel / columns * side * width_ + pixel % columns * side;
    const double anchor = static_cast<double>(tile_.values[pixel]);
    double sum = 0;
    double weighed = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const double value = static_cast<double>(image[first + i / side * width_ + i % side]);
      parts_[i] = std::exp(std::clamp(exponent * (value - anchor), -60.0, 60.0));
      sum += parts_[i];
      weighed += value - anchor;
    }
    const double count = static_cast<double>(parts_.size());
    const double error = exponent == 0 ? weighed / count : std::log(sum / count) / exponent;
    loss += share_ * error * error;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      slopes[first + i / side * width_ + i % side] += static_cast<float>(2 * share_ * error * parts_[i] / sum);
    }
  }
  return loss;
}

double AreaObjective::add_slope_penalty(const std::vector<float>& image, std::vector<float>& slopes) const {
  const float share = static_cast<float>(options_.slope_weight / static_cast<double>(image.size()));
  const std::ptrdiff_t down = static_cast<std::ptrdiff_t>(width_);
  double loss = 0;
  for (std::size_t row = 0; row < height_; ++row) {
    for (std::size_t column = 0; column < width_; ++column) {
      const std::size_t place = row * width_ + column;
      const float* u = image.data() + place;
      float* slope = slopes.data() + place;
      if (column + 1 < width_) loss += add_square<2>(u, slope, {0, 1}, {-1, 1}, share);
      if (row + 1 < height_) loss += add_square<2>(u, slope, {0, down}, {-1, 1}, share);
    }
  }
  return loss;
}

double AreaObjective::add_curvature_penalty(const std::vector<float>& image, std::vector<float>& slopes) const {
  const float share = static_cast<float>(options_.curvature_weight / static_cast<double>(image.size()));
  const std::ptrdiff_t down = static_cast<std::ptrdiff_t>(width_);
  double loss = 0;
  for (std::size_t row = 0; row < height_; ++row) {
    for (std::size_t column = 0; column < width_; ++column) {
      const std::size_t place = row * width_ + column;
      const float* u = image.data() + place;
      float* slope = slopes.data() + place;
      const bool right = column + 1 < width_;
      const bool below = row + 1 < height_;
      if (right && column > 0) loss += add_square<3>(u, slope, {-1, 0, 1}, {1, -2, 1}, share);
      if (below && row > 0) loss += add_square<3>(u, slope, {-down, 0, down}, {1, -2, 1}, share);
      if (right && below) loss += add_square<4>(u, slope, {0, 1, down, down + 1}, {1, -1, -1, 1}, 2 * share);
    }
  }
  return loss;
}

}  // namespace sarinr
