#include "codec/laplace_models.h"

#include <algorithm>

namespace sarinr {

namespace {

// Scatterers far off a narrow distribution are more frequent than its tail says.
constexpr double least_farther = 1.0 / 64;

/// e^x for |x| < 32 by additions, multiplications and divisions alone, which IEEE 754 defines to the last bit: the
/// models must start alike on every machine.
double exponential(double x) {
  const double part = x / 64;
  double sum = 1;
  for (int k = 12; k >= 1; --k) sum = 1 + part * sum / k;
  for (int i = 0; i < 6; ++i) sum = sum * sum;
  return sum;
}

SlowBitModel model_of(double probability_of_zero) {
  const double share = 65536 * probability_of_zero + 0.5;
  const double least = SlowBitModel::least;
  return SlowBitModel(static_cast<std::uint32_t>(std::clamp(share, least, 65536 - least)));
}

}  // namespace

LaplaceModels::LaplaceModels() {
  for (int scale = 0; scale < scale_count; ++scale) {
    const std::size_t s = static_cast<std::size_t>(scale);
    const double rate = exponential(3.1875 - scale / 8.0);
    for (int distance = 0; distance <= 8; ++distance) {
      const double ahead = exponential(-(0.5 - distance / 16.0) * rate) / 2;
      const double behind = exponential(-(0.5 + distance / 16.0) * rate) / 2;
      near_[s][static_cast<std::size_t>(distance)] = {model_of(1 - (ahead + behind)),
                                                      model_of(ahead / (ahead + behind))};
    }
    farther_[s].fill(model_of(std::min(1 - exponential(-rate), 1 - least_farther)));
  }
}

int LaplaceModels::decode_escape(int scale, BinaryDecoder& decoder) {
  const int order = escape_order(scale);
  int longer = 0;
  while (longer < longest_escape && decoder.decode_raw(1) != 0) ++longer;
  const std::uint32_t rest = decoder.decode_raw(order + longer);
  return static_cast<int>((1u << (order + longer)) + rest) - (1 << order);
}

}  // namespace sarinr
