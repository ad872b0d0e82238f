#include "sarinr/quality/looks.h"

#include <algorithm>
#include <cmath>

#include "sarinr/base/error.h"

namespace sarinr {

namespace {

constexpr std::size_t fewest_chosen = 10;
constexpr std::size_t most_chosen = 1000;
constexpr std::size_t chosen_share = 10;

}  // namespace

LookWindows::LookWindows(int width, int size) : size_(size) {
  if (size < 10 || size % blocks_ != 0) {
    throw Error("enl-window is " + std::to_string(size) + "; it must be a multiple of 5, at least 10");
  }
  row_.resize(static_cast<std::size_t>(width / size));
}

void LookWindows::add(const PairRow& row) {
  const auto size = static_cast<std::size_t>(size_);
  const std::size_t block_size = size / blocks_;
  const std::size_t block_row = static_cast<std::size_t>(row.y) % size / block_size;
  for (std::size_t w = 0; w < row_.size(); ++w) {
    Gathering& window = row_[w];
    for (std::size_t i = 0; i < size; ++i) {
      const double reference = row.reference_power[w * size + i];
      const double test = row.test_power[w * size + i];
      if (std::isnan(reference)) continue;
      window.reference.add(reference);
      window.test.add(test);
      window.ratio.add(reference / test);
      window.blocks[block_row * blocks_ + i / block_size].add(reference);
    }
  }
  if (row.y % size_ == size_ - 1) finish_row_of_windows(row.y - size_ + 1);
}

std::optional<double> LookWindows::heterogeneity(const Gathering& window) {
  const double mean = *window.reference.mean();
  if (mean == 0) return std::nullopt;
  Moments means;
  for (const Moments& block : window.blocks) means.add(*block.mean());
  const double blocks = static_cast<double>(means.count());
  return *means.variance() * blocks / (blocks - 1) / (mean * mean);
}

void LookWindows::finish_row_of_windows(int y) {
  for (std::size_t w = 0; w < row_.size(); ++w) {
    const Gathering& window = row_[w];
    if (window.reference.count() == static_cast<std::uint64_t>(size_) * static_cast<std::uint64_t>(size_)) {
      windows_.push_back({.x = static_cast<int>(w) * size_,
                          .y = y,
                          .reference_mean = *window.reference.mean(),
                          .test_mean = *window.test.mean(),
                          .reference_looks = window.reference.looks(),
                          .test_looks = window.test.looks(),
                          .ratio_mean = *window.ratio.mean(),
                          .ratio_looks = window.ratio.looks(),
                          .heterogeneity = heterogeneity(window)});
    }
    row_[w] = {};
  }
}

std::vector<std::size_t> LookWindows::homogeneous() const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    if (windows_[i].heterogeneity && windows_[i].reference_looks) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return *windows_[a].heterogeneity < *windows_[b].heterogeneity;
  });
  const std::size_t wanted = std::clamp(order.size() / chosen_share, fewest_chosen, most_chosen);
  order.resize(std::min(order.size(), wanted));
  return order;
}

std::optional<double> pooled_looks(const std::vector<double>& looks) {
  if (looks.empty()) return std::nullopt;
  double sum = 0;
  for (const double value : looks) sum += 1 / value;
  return static_cast<double>(looks.size()) / sum;
}

}  // namespace sarinr
