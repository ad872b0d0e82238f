#include "sarinr/quality/quicklook.h"

#include <algorithm>
#include <cmath>

namespace sarinr {

QuicklookMaker::QuicklookMaker(int width, int height, int longest, bool backscatter) : backscatter_(backscatter) {
  look_.factor = std::max(1, (std::max(width, height) + longest - 1) / longest);
  look_.width = (width + look_.factor - 1) / look_.factor;
  look_.height = (height + look_.factor - 1) / look_.factor;
  const std::size_t cells = static_cast<std::size_t>(look_.width) * static_cast<std::size_t>(look_.height);
  for (std::vector<double>* sums : {&count_, &reference_, &test_, &error_}) sums->resize(cells);
}

void QuicklookMaker::add(const PairRow& row) {
  const auto factor = static_cast<std::size_t>(look_.factor);
  const std::size_t first = static_cast<std::size_t>(row.y) / factor * static_cast<std::size_t>(look_.width);
  const std::span<const double> reference = backscatter_ ? row.reference_power : row.reference;
  const std::span<const double> test = backscatter_ ? row.test_power : row.test;
  for (std::size_t x = 0; x < reference.size(); ++x) {
    if (std::isnan(reference[x])) continue;
    const std::size_t cell = first + x / factor;
    ++count_[cell];
    reference_[cell] += reference[x];
    test_[cell] += test[x];
    error_[cell] += row.test[x] - row.reference[x];
  }
}

Quicklook QuicklookMaker::result() const {
  Quicklook out = look_;
  const auto brightness = [&](double mean) {
    return static_cast<float>(backscatter_ ? (mean > 0 ? 10 * std::log10(mean) : no_value) : mean);
  };
  for (std::size_t i = 0; i < count_.size(); ++i) {
    const double count = count_[i] > 0 ? count_[i] : no_value;
    out.reference.push_back(brightness(reference_[i] / count));
    out.test.push_back(brightness(test_[i] / count));
    out.error.push_back(static_cast<float>(error_[i] / count));
    if (backscatter_) out.ratio.push_back(out.reference.back() - out.test.back());
  }
  return out;
}

}  // namespace sarinr
