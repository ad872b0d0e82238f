#pragma once

#include <functional>
#include <vector>

#include "sarinr/benchmark/codec.h"

namespace sarinr::benchmark {

/// Which rates are wanted, and how well they are to be met.
struct RateRequest {
  std::vector<double> bits_per_pixel = {0.1, 0.2, 0.35, 0.7, 1.5};
  double tolerance = 0.05;  ///< of ln(rate)
  int trials = 8;           ///< codings for one rate
};

/// For each wanted rate the parameter that came nearest, in the order of the request. `rate` codes the image with a
/// parameter and says its bits a pixel; it is called once for a parameter. The search keeps the nearest parameters on
/// either side of a rate, goes where ln(rate) between them meets it, and halves every second time.
std::vector<double> search_rates(const QualityParameter& parameter, const RateRequest& request,
                                 const std::function<double(double parameter)>& rate);

}  // namespace sarinr::benchmark
