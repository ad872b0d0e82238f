#include "sarinr/quality/ratio.h"

#include <algorithm>
#include <cmath>

namespace sarinr {

namespace {

constexpr int no_level = -1;

std::size_t cell(int i, int j) {
  return static_cast<std::size_t>(i) * RatioCooccurrence::levels + static_cast<std::size_t>(j);
}

double nearness(int i, int j) { return 1.0 / (1 + (i - j) * (i - j)); }

}  // namespace

int RatioCooccurrence::level(double ratio) {
  if (!(ratio >= 0)) return no_level;
  if (std::isinf(ratio)) return levels - 1;
  return std::min(levels - 1, static_cast<int>(levels * (ratio / (1 + ratio))));
}

void RatioCooccurrence::count(int a, int b) {
  if (a == no_level || b == no_level) return;
  ++counts_[cell(a, b)];
  ++counts_[cell(b, a)];
}

void RatioCooccurrence::add(std::span<const double> ratio) {
  std::vector<int> row(ratio.size());
  std::transform(ratio.begin(), ratio.end(), row.begin(), level);
  for (std::size_t x = 1; x < row.size(); ++x) count(row[x - 1], row[x]);
  for (std::size_t x = 0; x < above_.size(); ++x) count(above_[x], row[x]);
  above_ = std::move(row);
}

std::optional<double> RatioCooccurrence::homogeneity() const {
  double total = 0;
  double sum = 0;
  for (int i = 0; i < levels; ++i) {
    for (int j = 0; j < levels; ++j) {
      const double count = counts_[cell(i, j)];
      total += count;
      sum += count * nearness(i, j);
    }
  }
  if (total == 0) return std::nullopt;
  return sum / total;
}

std::optional<double> RatioCooccurrence::shuffled_homogeneity() const {
  std::array<double, levels> share{};
  double total = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    share[i / levels] += counts_[i];
    total += counts_[i];
  }
  if (total == 0) return std::nullopt;
  double sum = 0;
  for (int i = 0; i < levels; ++i) {
    for (int j = 0; j < levels; ++j) {
      sum += share[static_cast<std::size_t>(i)] * share[static_cast<std::size_t>(j)] * nearness(i, j);
    }
  }
  return sum / (total * total);
}

void RatioImage::add(const PairRow& row) {
  ratio_.resize(row.reference_power.size());
  excess_.resize(ratio_.size());
  for (std::size_t x = 0; x < ratio_.size(); ++x) {
    ratio_[x] = row.reference_power[x] / row.test_power[x];
    // About 1, so that the sums of a ratio that hardly varies keep their digits.
    excess_[x] = ratio_[x] - 1;
    if (!std::isnan(ratio_[x])) moments_.add(ratio_[x]);
  }
  correlation_.add(excess_);
  cooccurrence_.add(ratio_);
}

}  // namespace sarinr
