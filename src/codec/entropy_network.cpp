#include "codec/entropy_network.h"

#include <algorithm>
#include <cstdlib>

namespace sarinr {

namespace {

constexpr int weight_bits = 10;
constexpr std::int64_t weight_limit = std::int64_t{4} << weight_bits;
constexpr std::int64_t bias_limit = std::int64_t{1} << 30;
// Symbols have 20 bits: a shift of 40 still fits 64 bits, and is beyond every limit.
constexpr int longest_shift = 40;

struct FixedTensor {
  int rows = 0;
  int columns = 0;
  std::vector<std::int32_t> values;  ///< row major
  std::int32_t at(int row, int column) const { return values[static_cast<std::size_t>(row * columns + column)]; }
};

/// symbol * 2^shift, rounded half away from zero.
std::int64_t scaled(std::int32_t symbol, int shift) {
  const std::int64_t value = symbol;
  if (shift >= 0) return value * (std::int64_t{1} << std::min(shift, longest_shift));
  const int bits = std::min(-shift, longest_shift);
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  return value < 0 ? -((half - value) >> bits) : (value + half) >> bits;
}

Result<FixedTensor> matrix(const QuantisedTensor& tensor, int rows, int columns, const std::string& name) {
  const int shift = weight_bits + tensor.exponent / 2;
  if (tensor.exponent % 2 != 0 || shift < 0) {
    return Failure{name + " has the step exponent " + std::to_string(int{tensor.exponent}) +
                   "; it must be even and not below " + std::to_string(-2 * weight_bits)};
  }
  FixedTensor fixed{rows, columns, {}};
  for (const std::int32_t symbol : tensor.symbols) {
    const std::int64_t weight = scaled(symbol, shift);
    if (std::abs(weight) >= weight_limit) return Failure{name + " has a weight of 4 or more"};
    fixed.values.push_back(static_cast<std::int32_t>(weight));
  }
  return fixed;
}

Result<std::vector<std::int32_t>> bias(const QuantisedTensor& tensor, int fraction_bits, const std::string& name) {
  if (tensor.exponent % 2 != 0) {
    return Failure{name + " has the step exponent " + std::to_string(int{tensor.exponent}) + "; it must be even"};
  }
  std::vector<std::int32_t> values;
  for (const std::int32_t symbol : tensor.symbols) {
    const std::int64_t value = scaled(symbol, fraction_bits + tensor.exponent / 2);
    values.push_back(static_cast<std::int32_t>(std::clamp(value, -bias_limit, bias_limit)));
  }
  return values;
}

/// As the kernels read it: group by group of rows, column by column, the group's rows together.
std::vector<std::int32_t> grouped(const FixedTensor& tensor, int width, int columns) {
  std::vector<std::int32_t> out;
  for (int group = 0; group < width; group += neuron_group) {
    for (int column = 0; column < columns; ++column) {
      for (int row = group; row < group + neuron_group; ++row) {
        out.push_back(row < tensor.rows && column < tensor.columns ? tensor.at(row, column) : 0);
      }
    }
  }
  return out;
}

std::vector<std::int32_t> transposed(const FixedTensor& tensor, int columns) {
  std::vector<std::int32_t> out;
  for (int column = 0; column < columns; ++column) {
    for (int row = 0; row < tensor.rows; ++row) out.push_back(column < tensor.columns ? tensor.at(row, column) : 0);
  }
  return out;
}

Result<EntropyNetwork> entropy_network(const LatentShape& shape, const QuantisedWeights& weights, int channel) {
  using namespace latent_tensor;
  const int inputs = shape.entropy_inputs(channel);
  const std::string name = "channel " + std::to_string(channel + 1) + "'s entropy network: its ";
  const auto tensor = [&](Entropy which) -> const QuantisedTensor& {
    return weights.tensors[static_cast<std::size_t>(of_channel(channel, which))];
  };
  const auto first = matrix(tensor(entropy_first), shape.entropy_width, inputs, name + "first matrix");
  if (!first) return first.failure();
  const auto second = matrix(tensor(entropy_second), shape.entropy_width, shape.entropy_width, name + "second matrix");
  if (!second) return second.failure();
  const auto out = matrix(tensor(entropy_out), 2, shape.entropy_width, name + "last matrix");
  if (!out) return out.failure();
  const auto skip = matrix(tensor(entropy_skip), 2, inputs, name + "by-pass");
  if (!skip) return skip.failure();
  auto first_bias = bias(tensor(entropy_first_bias), 14, name + "first bias");
  if (!first_bias) return first_bias.failure();
  auto second_bias = bias(tensor(entropy_second_bias), 16, name + "second bias");
  if (!second_bias) return second_bias.failure();
  auto level_bias = bias(tensor(entropy_level_bias), 6, name + "level bias");
  if (!level_bias) return level_bias.failure();

  const int width = (shape.entropy_width + neuron_group - 1) / neuron_group * neuron_group;
  first_bias->resize(static_cast<std::size_t>(width));
  second_bias->resize(static_cast<std::size_t>(width));
  return EntropyNetwork{inputs,
                        width,
                        grouped(*first, width, inputs),
                        std::move(*first_bias),
                        grouped(*second, width, width),
                        std::move(*second_bias),
                        transposed(*out, width),
                        transposed(*skip, inputs),
                        std::move(*level_bias)};
}

}  // namespace

Result<std::vector<EntropyNetwork>> entropy_networks(const LatentShape& shape, const QuantisedWeights& weights) {
  const std::vector<TensorInfo> tensors = architecture("latent").tensors(latent_spec(shape));
  if (weights.tensors.size() != tensors.size()) return Failure{"the networks are not those of its latent field"};
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    if (weights.tensors[t].symbols.size() != tensors[t].size() || weights.tensors[t].difference) {
      return Failure{"the networks are not those of its latent field"};
    }
  }
  std::vector<EntropyNetwork> networks;
  for (int channel = 0; channel < shape.channels; ++channel) {
    Result<EntropyNetwork> network = entropy_network(shape, weights, channel);
    if (!network) return network.failure();
    networks.push_back(std::move(*network));
  }
  return networks;
}

}  // namespace sarinr
