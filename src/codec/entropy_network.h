#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sarinr/base/result.h"
#include "sarinr/codec/weights.h"
#include "sarinr/field/latent.h"

namespace sarinr {

/// Hidden neurons that the kernels take at a time; widths are filled up with zeros to a multiple.
inline constexpr int neuron_group = 8;
/// Positions are asked for in multiples of this many at most: what kernels may read and write past the last one.
inline constexpr std::size_t most_lanes = 16;

/// One channel's entropy network as whole numbers (docs/format.md, "Latent grids"). Matrices lie as the kernels read
/// them: group by group of neurons, in a group input by input, an input's weights for all neurons of the group
/// together.
struct EntropyNetwork {
  int inputs = 0;
  int width = 0;  ///< a multiple of neuron_group
  std::vector<std::int32_t> first;
  std::vector<std::int32_t> first_bias;  ///< Q14
  std::vector<std::int32_t> second;
  std::vector<std::int32_t> second_bias;  ///< Q16
  std::vector<std::int32_t> out;          ///< [neuron][2]
  std::vector<std::int32_t> skip;         ///< [input][2]
  std::vector<std::int32_t> level_bias;   ///< [level][2], Q6
};

/// The networks of all channels, or what is wrong with the first tensor that has no such form.
Result<std::vector<EntropyNetwork>> entropy_networks(const LatentShape& shape, const QuantisedWeights& weights);

/// Runs a network at `count` positions of a level. inputs[i] points to input i of the positions, Q4 within +-2047, and
/// may be read most_lanes - 1 past the last. Writes the Laplace distributions' centres, in sixteenths of a symbol, and
/// scale indices in [0, scale_count), also most_lanes - 1 past the last.
using EntropyKernel = void (*)(const EntropyNetwork& network, int level, const std::int32_t* const* inputs,
                               std::size_t count, std::int32_t* centres, std::int32_t* scales);

/// Throws an Error naming the instruction sets of this machine.
EntropyKernel entropy_kernel(const std::string& instructions);

}  // namespace sarinr
