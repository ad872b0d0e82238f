#include "fit/latent_quantise.h"

#include <algorithm>
#include <numeric>

namespace sarinr {

namespace {

/// Bits that a tensor takes on a step.
double tensor_bits(const std::vector<std::int32_t>& symbols) {
  BinaryEncoder encoder;
  encode_symbols(symbols, encoder);
  return 8 * static_cast<double>(encoder.finish().size());
}

/// Finest step of the networks' weights, and the range that fixed point leaves them: codec/latent.h.
constexpr int finest_exponent = -20;
constexpr int coarsest_exponent = -2;
constexpr double weight_limit = 4;

std::vector<std::int32_t> quantise_within(const float* weights, std::size_t count, std::int8_t exponent) {
  std::vector<std::int32_t> symbols = quantise(weights, count, exponent);
  const int most = static_cast<int>(weight_limit / static_cast<double>(quantiser_step(exponent))) - 1;
  for (std::int32_t& symbol : symbols) symbol = std::clamp(symbol, -most, most);
  return symbols;
}

}  // namespace

double network_bits(const LatentShape& shape, const std::vector<float>& weights, std::int8_t exponent) {
  const FieldSpec spec = latent_spec(shape);
  double bits = 0;
  for (const TensorInfo& tensor : architecture(spec.architecture).tensors(spec)) {
    bits += tensor_bits(quantise_within(weights.data() + tensor.offset, tensor.size(), exponent));
  }
  return bits;
}

QuantisedWeights quantise_networks(LatentTrainer& trainer, double pixels, double scene_pixels) {
  const FieldSpec spec = latent_spec(trainer.shape());
  const std::vector<TensorInfo> tensors = architecture(spec.architecture).tensors(spec);
  const std::vector<float> exact = trainer.weights();
  QuantisedWeights chosen;
  chosen.tensors.resize(tensors.size());
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    chosen.tensors[t].exponent = finest_exponent;
    chosen.tensors[t].symbols = quantise_within(exact.data() + tensors[t].offset, tensors[t].size(), finest_exponent);
  }
  const auto cost = [&](std::size_t tensor) {
    trainer.set_weights(dequantise(spec, chosen, nullptr));
    const LatentCost found = trainer.measure();
    return (found.square_error + trainer.lambda() * found.bits) / pixels +
           trainer.lambda() * tensor_bits(chosen.tensors[tensor].symbols) / scene_pixels;
  };
  // The large ones first: the others are still exact then, and a coarse step is seen for what it costs.
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return tensors[a].size() > tensors[b].size(); });
  for (const std::size_t t : order) {
    QuantisedTensor best = chosen.tensors[t];
    double least = cost(t);
    int worse = 0;
    for (int exponent = finest_exponent + 2; exponent <= coarsest_exponent && worse < 2; exponent += 2) {
      chosen.tensors[t].exponent = static_cast<std::int8_t>(exponent);
      chosen.tensors[t].symbols =
          quantise_within(exact.data() + tensors[t].offset, tensors[t].size(), chosen.tensors[t].exponent);
      const double found = cost(t);
      if (found < least) {
        least = found;
        best = chosen.tensors[t];
        worse = 0;
      } else {
        ++worse;
      }
    }
    chosen.tensors[t] = best;
  }
  trainer.set_weights(dequantise(spec, chosen, nullptr));
  return chosen;
}

}  // namespace sarinr
