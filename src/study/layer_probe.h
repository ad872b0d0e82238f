#pragma once

#include <vector>

#include "sarinr/field/spec.h"

namespace sarinr::study {

/// What the neurons of one sine layer do along the middle row of [-1, 1] squared.
struct LayerProbe {
  double argument_deviation = 0;  ///< standard deviation of w0 (W v + b), radians, over neurons and points
  double value_deviation = 0;     ///< of the sine
  std::vector<double> values;     ///< share of the sines in bins of equal width over [-1, 1]
  std::vector<double> power;      ///< mean over neurons, without a neuron's mean: at 0 to points / 2 cycles, sum 1
  double centroid = 0;            ///< mean frequency of that power, cycles a pixel of `points`
};

/// One entry a sine layer of a siren, evaluated in double at the middles of `points` pixels, an even number.
std::vector<LayerProbe> probe_layers(const FieldSpec& spec, const std::vector<float>& weights, int points, int bins);

/// First weights by name: "siren" (U(+-1/fan_in) in the first layer, U(+-sqrt(6/fan_in)/w0) in the others), "wide" (the
/// first layer of two of the papers, U(+-sqrt(6/fan_in)), the others as siren), "uniform" (U(+-1/sqrt(fan_in))),
/// "normal" (variance 1/fan_in), "kaiming-uniform" and "kaiming-normal" (variance 2/fan_in; He et al. 2015),
/// "xavier-uniform" and "xavier-normal" (variance 2/(fan_in + fan_out); Glorot and Bengio 2010). The last matrix and
/// all biases are siren's.
std::vector<const char*> first_layer_schemes();
std::vector<const char*> hidden_layer_schemes();
std::vector<float> drawn_weights(const FieldSpec& spec, const std::string& first, const std::string& hidden,
                                 std::uint64_t seed);

}  // namespace sarinr::study
