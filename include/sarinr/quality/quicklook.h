#pragma once

#include <vector>

#include "sarinr/quality/rows.h"

namespace sarinr {

/// Small pictures of a pair, each cell a square of `factor` pixels: backscatter is averaged in power and then taken to
/// decibels, other numbers are averaged as they are. Cells without a value are NaN.
struct Quicklook {
  int width = 0;
  int height = 0;
  int factor = 1;
  std::vector<float> reference;  ///< dB, or the number
  std::vector<float> test;
  std::vector<float> error;  ///< mean of test - reference, dB or the number
  std::vector<float> ratio;  ///< 10 log10 of the mean power of the reference over the test's, dB; empty: no backscatter
};

class QuicklookMaker {
 public:
  /// The factor is the least that makes neither side longer than `longest` cells.
  QuicklookMaker(int width, int height, int longest, bool backscatter);
  void add(const PairRow& row);
  Quicklook result() const;

 private:
  Quicklook look_;
  bool backscatter_;
  std::vector<double> count_;
  std::vector<double> reference_;
  std::vector<double> test_;
  std::vector<double> error_;
};

}  // namespace sarinr
