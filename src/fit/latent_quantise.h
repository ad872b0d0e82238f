#pragma once

#include <vector>

#include "fit/latent_training.h"
#include "sarinr/codec/weights.h"

namespace sarinr {

/// Bits that networks take in a file when every tensor has the step of that exponent.
double network_bits(const LatentShape& shape, const std::vector<float>& weights, std::int8_t exponent);

/// Quantises the trainer's networks, which it then has: power-of-two steps, tensor by tensor the one that costs least,
/// squared error + lambda (the grids' bits per pixel of the tiles + the tensor's per pixel of the scene).
QuantisedWeights quantise_networks(LatentTrainer& trainer, double pixels, double scene_pixels);

}  // namespace sarinr
