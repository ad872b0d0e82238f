#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace sarinr {

/// Order statistics of any number of finite values in bounded memory: values are counted in bins of 12 significant bits
/// (0.05 % of the value wide at most).
class OrderStatistics {
 public:
  void add(double value);
  std::uint64_t count() const { return count_; }
  std::optional<double> lowest() const;
  std::optional<double> highest() const;
  /// The lower limit of the bin that holds the order statistic of rank floor(fraction (n - 1)).
  std::optional<double> at_least(double fraction) const;
  /// The upper limit of the bin that holds the order statistic of rank ceil(fraction (n - 1)).
  std::optional<double> at_most(double fraction) const;

 private:
  static constexpr int page_size_ = 2048;
  static constexpr int page_count_ = 4096;
  using Page = std::vector<std::uint64_t>;
  /// The bin that holds the given rank.
  std::int64_t bin(std::uint64_t rank) const;
  std::vector<std::unique_ptr<Page>> pages_ = std::vector<std::unique_ptr<Page>>(page_count_);
  std::uint64_t count_ = 0;
  double low_ = 0;
  double high_ = 0;
};

/// Limits of the bins of a histogram, ascending; bin i holds edge i <= value < edge i + 1. Values outside count in the
/// first and the last bin.
class HistogramBins {
 public:
  /// `count` bins of equal width; one where low = high.
  static HistogramBins equal(double low, double high, int count);
  /// The same for whole numbers: every edge moves to the half-way point above the whole number below it, and edges that
  /// coincide become one, so that every bin holds whole numbers. Where `per_decade` is given, values are decibels,
  /// per_decade log10 of the whole number (20 for amplitude, 10 for power).
  static HistogramBins of_whole_numbers(double low, double high, int count, std::optional<double> per_decade);
  int count() const { return static_cast<int>(edges_.size()) - 1; }
  const std::vector<double>& edges() const { return edges_; }
  int bin(double value) const;

 private:
  explicit HistogramBins(std::vector<double> edges);
  std::vector<double> edges_;
  double scale_ = 0;  ///< bins per unit of a first guess
};

using Counts = std::vector<std::uint64_t>;

/// Histograms of both rasters and of two halves of the reference, in the same bins. The halves are the fields of a
/// chessboard: pixels whose column and row sum to an even number, and the others.
class HistogramPair {
 public:
  explicit HistogramPair(int bins);
  void add(int reference_bin, int test_bin, bool even);
  const Counts& reference() const { return reference_; }
  const Counts& test() const { return test_; }
  const Counts& even_half() const { return even_; }
  Counts odd_half() const;

 private:
  Counts reference_;
  Counts test_;
  Counts even_;
};

/// Kullback and Leibler's divergence of q from p, sum p ln(p / q), in nats. Probabilities are the counts with half a
/// count added to every bin. Empty where either has no count.
std::optional<double> kullback_leibler(const Counts& p, const Counts& q);
/// Jensen and Shannon's divergence in nats, at most ln 2; likewise.
std::optional<double> jensen_shannon(const Counts& p, const Counts& q);

}  // namespace sarinr
