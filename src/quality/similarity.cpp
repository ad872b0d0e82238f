#include "sarinr/quality/similarity.h"

#include <algorithm>
#include <cmath>

namespace sarinr {

namespace {

constexpr int radius = 5;
constexpr int taps = 2 * radius + 1;
constexpr double sigma = 1.5;
constexpr double k1 = 0.01;
constexpr double k2 = 0.03;
constexpr std::array<double, 5> scale_weights = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};

std::array<double, taps> gaussian() {
  std::array<double, taps> weights{};
  double sum = 0;
  for (int i = 0; i < taps; ++i) {
    weights[static_cast<std::size_t>(i)] = std::exp(-(i - radius) * (i - radius) / (2 * sigma * sigma));
    sum += weights[static_cast<std::size_t>(i)];
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

const std::array<double, taps> window = gaussian();

std::vector<double> halve(std::span<const double> upper, std::span<const double> lower) {
  std::vector<double> half(upper.size() / 2);
  for (std::size_t i = 0; i < half.size(); ++i) {
    half[i] = (upper[2 * i] + upper[2 * i + 1] + lower[2 * i] + lower[2 * i + 1]) / 4;
  }
  return half;
}

}  // namespace

SimilarityScale::SimilarityScale(int width, double range)
    : width_(width),
      c1_((k1 * range) * (k1 * range)),
      c2_((k2 * range) * (k2 * range)),
      filtered_(moments_ * static_cast<std::size_t>(width), no_value),
      rows_(taps),
      similarity_(static_cast<std::size_t>(width), no_value) {
  for (std::vector<double>& sum : sums_) sum.resize(static_cast<std::size_t>(width));
}

void SimilarityScale::filter_along_row(std::span<const double> reference, std::span<const double> test) {
  const auto width = static_cast<std::size_t>(width_);
  for (std::size_t x = radius; x + radius < width; ++x) {
    std::array<double, moments_> sum{};
    for (std::size_t k = 0; k < taps; ++k) {
      const double r = reference[x + k - radius];
      const double t = test[x + k - radius];
      const double weight = window[k];
      sum[0] += weight * r;
      sum[1] += weight * t;
      sum[2] += weight * r * r;
      sum[3] += weight * t * t;
      sum[4] += weight * r * t;
    }
    for (std::size_t m = 0; m < moments_; ++m) filtered_[m * width + x] = sum[m];
  }
}

void SimilarityScale::emit(const Sink& sink) {
  const auto width = static_cast<std::size_t>(width_);
  for (std::size_t m = 0; m < moments_; ++m) {
    std::fill(sums_[m].begin(), sums_[m].end(), 0);
    for (std::size_t k = 0; k < taps; ++k) {
      const double* row = rows_[k].data() + m * width;
      for (std::size_t x = radius; x + radius < width; ++x) sums_[m][x] += window[k] * row[x];
    }
  }
  for (std::size_t x = radius; x + radius < width; ++x) {
    const double r = sums_[0][x];
    const double t = sums_[1][x];
    const double variances = sums_[2][x] - r * r + sums_[3][x] - t * t;
    const double covariance = sums_[4][x] - r * t;
    const double structure = (2 * covariance + c2_) / (variances + c2_);
    similarity_[x] = (2 * r * t + c1_) / (r * r + t * t + c1_) * structure;
    if (!std::isfinite(similarity_[x])) continue;
    ++windows_;
    similarity_sum_ += similarity_[x];
    structure_sum_ += structure;
  }
  if (sink) sink(y_ - radius, similarity_);
}

void SimilarityScale::add(std::span<const double> reference, std::span<const double> test, const Sink& sink) {
  filter_along_row(reference, test);
  rows_.push(filtered_);
  if (rows_.full()) emit(sink);
  ++y_;
}

std::optional<double> SimilarityScale::mean_similarity() const {
  if (windows_ == 0) return std::nullopt;
  return similarity_sum_ / windows_;
}

std::optional<double> SimilarityScale::mean_structure() const {
  if (windows_ == 0) return std::nullopt;
  return structure_sum_ / windows_;
}

StructuralSimilarity::StructuralSimilarity(int width, double range) : pending_(scale_weights.size()) {
  for (std::size_t i = 0; i < scale_weights.size(); ++i, width /= 2) scales_.emplace_back(width, range);
}

void StructuralSimilarity::add(const PairRow& row, const SimilarityScale::Sink& sink) {
  add_to(0, row.reference, row.test, sink);
}

void StructuralSimilarity::add_to(std::size_t scale, std::span<const double> reference, std::span<const double> test,
                                  const SimilarityScale::Sink& sink) {
  scales_[scale].add(reference, test, sink);
  if (scale + 1 == scales_.size()) return;
  Pending& waiting = pending_[scale];
  if (waiting.reference.empty()) {
    waiting.reference.assign(reference.begin(), reference.end());
    waiting.test.assign(test.begin(), test.end());
    return;
  }
  add_to(scale + 1, halve(waiting.reference, reference), halve(waiting.test, test), {});
  waiting.reference.clear();
  waiting.test.clear();
}

std::optional<double> StructuralSimilarity::ms_ssim() const {
  double product = 1;
  for (std::size_t i = 0; i < scales_.size(); ++i) {
    const bool last = i + 1 == scales_.size();
    const std::optional<double> mean = last ? scales_[i].mean_similarity() : scales_[i].mean_structure();
    if (!mean) return std::nullopt;
    product *= std::pow(std::max(0.0, *mean), scale_weights[i]);
  }
  return product;
}

}  // namespace sarinr
