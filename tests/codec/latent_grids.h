#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "sarinr/base/random.h"
#include "sarinr/codec/latent.h"
#include "sarinr/field/latent.h"

namespace sarinr::testing_support {

/// Networks of a latent field with random weights, of a size that gives distributions about as wide as the symbols.
/// Taps, which coders do not look at, are 0.
inline QuantisedWeights random_networks(const FieldSpec& spec, std::uint64_t seed, int largest = 20) {
  Random random(seed);
  QuantisedWeights weights;
  for (const TensorInfo& tensor : architecture("latent").tensors(spec)) {
    QuantisedTensor quantised{-14, false, {}};
    if (weights.tensors.size() == latent_tensor::taps) {
      quantised.symbols.assign(tensor.size(), 0);
      weights.tensors.push_back(std::move(quantised));
      continue;
    }
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      const int span = 2 * largest + 1;
      quantised.symbols.push_back(static_cast<std::int32_t>(random.bits() % static_cast<unsigned>(span)) - largest);
    }
    weights.tensors.push_back(std::move(quantised));
  }
  return weights;
}

/// Networks that answer every position with one centre and one logarithm of the scale, both in 1/64.
inline QuantisedWeights constant_networks(const FieldSpec& spec, int centre, int log_scale) {
  QuantisedWeights weights = random_networks(spec, 0, 0);
  const LatentShape shape = latent_shape(spec);
  for (int channel = 0; channel < shape.channels; ++channel) {
    QuantisedTensor& bias =
        weights
            .tensors[static_cast<std::size_t>(latent_tensor::of_channel(channel, latent_tensor::entropy_level_bias))];
    bias.exponent = -12;
    for (std::size_t i = 0; i < bias.symbols.size(); i += 2) {
      bias.symbols[i] = centre;
      bias.symbols[i + 1] = log_scale;
    }
  }
  return weights;
}

/// Symbols drawn from a Laplace distribution about 0 and rounded.
inline LatentGrids laplace_grids(const LatentShape& shape, const Extent& core, double scale, std::uint64_t seed) {
  Random random(seed);
  LatentGrids grids;
  for (int i = 0; i < shape.inputs(); ++i) {
    std::vector<std::int16_t> symbols(nodes_within(core, i / shape.channels).count());
    for (std::int16_t& symbol : symbols) {
      const double u = random.uniform(-0.5, 0.5);
      const double value = -scale * std::copysign(std::log1p(-2 * std::fabs(u)), u);
      symbol = static_cast<std::int16_t>(std::lround(std::clamp(value, -32000.0, 32000.0)));
    }
    grids.symbols.push_back(std::move(symbols));
  }
  return grids;
}

}  // namespace sarinr::testing_support
