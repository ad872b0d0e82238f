#include "sarinr/quality/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "sarinr/base/error.h"

namespace sarinr {

namespace {

constexpr int kept_mantissa_bits = 11;
constexpr int dropped_bits = 52 - kept_mantissa_bits;

/// A number's sign, exponent and first mantissa bits, ordered as the numbers are. Bin 0 begins at +0; a negative
/// number's bin is the mirror image of its magnitude's, so that the bins -1 and 0 meet at zero.
std::int64_t bin_of(double value) {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(std::abs(value));
  const auto magnitude = static_cast<std::int64_t>(bits >> dropped_bits);
  return std::signbit(value) && value != 0 ? -1 - magnitude : magnitude;
}

double edge_nearer_zero(std::int64_t magnitude) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(magnitude) << dropped_bits);
}

std::vector<double> equal_edges(double low, double high, int count) {
  if (!(low < high)) return {low, high};
  std::vector<double> edges;
  for (int i = 0; i <= count; ++i) edges.push_back(low + (high - low) * i / count);
  return edges;
}

double smoothed(std::uint64_t count, double total, std::size_t bins) {
  return (static_cast<double>(count) + 0.5) / (total + 0.5 * static_cast<double>(bins));
}

double sum_of(const Counts& counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

}  // namespace

void OrderStatistics::add(double value) {
  if (!std::isfinite(value)) throw Error("a value to rank is not finite", ErrorKind::internal);
  low_ = count_ == 0 ? value : std::min(low_, value);
  high_ = count_ == 0 ? value : std::max(high_, value);
  ++count_;
  const std::int64_t place = bin_of(value) + std::int64_t{page_count_} / 2 * page_size_;
  std::unique_ptr<Page>& page = pages_[static_cast<std::size_t>(place / page_size_)];
  if (!page) page = std::make_unique<Page>(page_size_);
  ++(*page)[static_cast<std::size_t>(place % page_size_)];
}

std::optional<double> OrderStatistics::lowest() const {
  if (count_ == 0) return std::nullopt;
  return low_;
}

std::optional<double> OrderStatistics::highest() const {
  if (count_ == 0) return std::nullopt;
  return high_;
}

std::int64_t OrderStatistics::bin(std::uint64_t rank) const {
  std::uint64_t below = 0;
  for (std::size_t p = 0; p < pages_.size(); ++p) {
    if (!pages_[p]) continue;
    for (std::size_t i = 0; i < pages_[p]->size(); ++i) {
      below += (*pages_[p])[i];
      if (below > rank)
        return (static_cast<std::int64_t>(p) - page_count_ / 2) * page_size_ + static_cast<std::int64_t>(i);
    }
  }
  throw Error("a rank beyond the number of values", ErrorKind::internal);
}

std::optional<double> OrderStatistics::at_least(double fraction) const {
  if (count_ == 0) return std::nullopt;
  const std::int64_t found = bin(static_cast<std::uint64_t>(std::floor(fraction * static_cast<double>(count_ - 1))));
  return found < 0 ? -edge_nearer_zero(-found) : edge_nearer_zero(found);
}

std::optional<double> OrderStatistics::at_most(double fraction) const {
  if (count_ == 0) return std::nullopt;
  const std::int64_t found = bin(static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(count_ - 1))));
  return found < 0 ? -edge_nearer_zero(-1 - found) : edge_nearer_zero(found + 1);
}

HistogramBins HistogramBins::equal(double low, double high, int count) {
  return HistogramBins(equal_edges(low, high, count));
}

HistogramBins HistogramBins::of_whole_numbers(double low, double high, int count, std::optional<double> per_decade) {
  std::vector<double> edges;
  for (const double edge : equal_edges(low, high, count)) {
    if (per_decade) {
      edges.push_back(*per_decade * std::log10(std::floor(std::pow(10, edge / *per_decade)) + 0.5));
    } else {
      edges.push_back(std::floor(edge) + 0.5);
    }
  }
  return HistogramBins(std::move(edges));
}

HistogramBins::HistogramBins(std::vector<double> edges) : edges_(std::move(edges)) {
  edges_.erase(std::unique(edges_.begin(), edges_.end()), edges_.end());
  if (edges_.size() == 1) edges_.push_back(edges_.front());
  const double width = edges_.back() - edges_.front();
  scale_ = width > 0 ? count() / width : 0;
}

int HistogramBins::bin(double value) const {
  const double place = (value - edges_.front()) * scale_;
  int i = place > 0 ? static_cast<int>(std::min(place, count() - 1.0)) : 0;
  while (i > 0 && value < edges_[static_cast<std::size_t>(i)]) --i;
  while (i + 1 < count() && value >= edges_[static_cast<std::size_t>(i) + 1]) ++i;
  return i;
}

HistogramPair::HistogramPair(int bins)
    : reference_(static_cast<std::size_t>(bins)), test_(static_cast<std::size_t>(bins)), even_(reference_.size()) {}

void HistogramPair::add(int reference_bin, int test_bin, bool even) {
  ++reference_[static_cast<std::size_t>(reference_bin)];
  ++test_[static_cast<std::size_t>(test_bin)];
  if (even) ++even_[static_cast<std::size_t>(reference_bin)];
}

Counts HistogramPair::odd_half() const {
  Counts odd = reference_;
  for (std::size_t i = 0; i < odd.size(); ++i) odd[i] -= even_[i];
  return odd;
}

std::optional<double> kullback_leibler(const Counts& p, const Counts& q) {
  const double p_total = sum_of(p);
  const double q_total = sum_of(q);
  if (p_total == 0 || q_total == 0) return std::nullopt;
  double divergence = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double share = smoothed(p[i], p_total, p.size());
    divergence += share * std::log(share / smoothed(q[i], q_total, q.size()));
  }
  return divergence;
}

std::optional<double> jensen_shannon(const Counts& p, const Counts& q) {
  const double p_total = sum_of(p);
  const double q_total = sum_of(q);
  if (p_total == 0 || q_total == 0) return std::nullopt;
  double divergence = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double a = smoothed(p[i], p_total, p.size());
    const double b = smoothed(q[i], q_total, q.size());
    const double middle = (a + b) / 2;
    divergence += (a * std::log(a / middle) + b * std::log(b / middle)) / 2;
  }
  return divergence;
}

}  // namespace sarinr
