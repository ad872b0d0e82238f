#pragma once

#include <cstdint>
#include <vector>

#include "sarinr/codec/weights.h"
#include "sarinr/field/spec.h"

namespace sarinr {

/// Points at which a field's error from quantisation is measured: coordinates in [-1, 1].
struct ProbePoints {
  std::vector<float> x;
  std::vector<float> y;
};

/// Step exponents, one per tensor, at which quantising moves the field's outputs by `allowed` mean square (average over
/// points and outputs) and no more. Every weight gets the same share of it, which minimises the rate when costs grow as
/// the logarithm of 1/step: a tensor of n weights whose noise power is c step^2 takes step^2 proportional to n/c, c
/// being measured at the points. Where floats cannot keep within `allowed`, steps of 2^-15 of each tensor's largest
/// weight.
std::vector<std::int8_t> search_steps(const FieldSpec& spec, const std::vector<float>& weights,
                                      const ProbePoints& points, double allowed);

/// Step exponents at which every tensor takes `bits` bits a weight, sign included (2 to 16).
std::vector<std::int8_t> fixed_bit_steps(const FieldSpec& spec, const std::vector<float>& weights, int bits);

/// Quantises all tensors on the given steps, none of them as a difference.
QuantisedWeights quantise_weights(const FieldSpec& spec, const std::vector<float>& weights,
                                  const std::vector<std::int8_t>& exponents);

/// Quantises each tensor absolutely or as the difference from `shared` (an empty one: never), whichever codes smaller.
QuantisedWeights quantise_smallest(const FieldSpec& spec, const std::vector<float>& weights,
                                   const std::vector<std::int8_t>& exponents, const QuantisedWeights& shared);

}  // namespace sarinr
