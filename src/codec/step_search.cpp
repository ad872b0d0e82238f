#include "sarinr/codec/step_search.h"

#include <algorithm>
#include <cmath>

namespace sarinr {

namespace {

constexpr int lowest_exponent = -96;  // 2^-48: finer than a float resolves weights of any use
constexpr int highest_exponent = 40;
constexpr int furthest_shift = 40;

std::int8_t exponent_below(double step) {
  if (!(step > 0)) return lowest_exponent;
  const double exponent = std::floor(2 * std::log2(step));
  return static_cast<std::int8_t>(
      std::clamp(exponent, static_cast<double>(lowest_exponent), static_cast<double>(highest_exponent)));
}

/// Mean square change of a field's outputs at the points when its weights change.
class ChangeMeter {
 public:
  ChangeMeter(const FieldSpec& spec, const std::vector<float>& weights, const ProbePoints& points)
      : spec_(spec), points_(points), reference_(outputs(weights)) {}

  double change(const std::vector<float>& weights) const {
    const std::vector<float> changed = outputs(weights);
    double sum = 0;
    for (std::size_t i = 0; i < changed.size(); ++i) {
      const double difference = static_cast<double>(changed[i]) - static_cast<double>(reference_[i]);
      sum += difference * difference;
    }
    return sum / static_cast<double>(changed.size());
  }

 private:
  std::vector<float> outputs(const std::vector<float>& weights) const {
    std::vector<float> values(points_.x.size() * static_cast<std::size_t>(spec_.outputs));
    architecture(spec_.architecture)
        .evaluate(spec_, weights.data(), points_.x.data(), points_.y.data(), points_.x.size(), values.data(),
                  points_.x.size());
    return values;
  }

  const FieldSpec& spec_;
  const ProbePoints& points_;
  std::vector<float> reference_;
};

double root_mean_square(const float* values, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  return std::sqrt(sum / static_cast<double>(count));
}

void round_tensor(std::vector<float>& weights, const TensorInfo& tensor, std::int8_t exponent) {
  const std::vector<std::int32_t> symbols = quantise(weights.data() + tensor.offset, tensor.size(), exponent);
  const float step = quantiser_step(exponent);
  for (std::size_t i = 0; i < symbols.size(); ++i) weights[tensor.offset + i] = static_cast<float>(symbols[i]) * step;
}

/// The finest step worth having for a tensor: 2^-15 of its largest weight. Below it rounding of the evaluation itself
/// is larger than that of the weights, and symbols would run into the saturation of `quantise`.
std::int8_t finest_exponent(const std::vector<float>& weights, const TensorInfo& tensor) {
  float largest = 0;
  for (std::size_t i = 0; i < tensor.size(); ++i) largest = std::max(largest, std::abs(weights[tensor.offset + i]));
  return exponent_below(std::ldexp(static_cast<double>(largest), -15));
}

/// All exponents moved together, each kept from its tensor's finest on.
std::vector<std::int8_t> shifted(std::vector<std::int8_t> exponents, const std::vector<std::int8_t>& finest, int by) {
  for (std::size_t t = 0; t < exponents.size(); ++t) {
    exponents[t] = static_cast<std::int8_t>(std::clamp<int>(exponents[t] + by, finest[t], highest_exponent));
  }
  return exponents;
}

/// Noise power that a tensor gives the outputs per squared step, measured at a step of an eighth of its weights' size.
double sensitivity(const ChangeMeter& meter, const std::vector<float>& weights, const TensorInfo& tensor) {
  const double size = root_mean_square(weights.data() + tensor.offset, tensor.size());
  if (size == 0) return 0;
  const std::int8_t exponent = exponent_below(size / 8);
  std::vector<float> changed = weights;
  round_tensor(changed, tensor, exponent);
  const double step = static_cast<double>(quantiser_step(exponent));
  return meter.change(changed) / (step * step);
}

}  // namespace

std::vector<std::int8_t> search_steps(const FieldSpec& spec, const std::vector<float>& weights,
                                      const ProbePoints& points, double allowed) {
  const std::vector<TensorInfo> tensors = architecture(spec.architecture).tensors(spec);
  const ChangeMeter meter(spec, weights, points);
  std::vector<std::int8_t> exponents;
  std::vector<std::int8_t> finest;
  for (const TensorInfo& tensor : tensors) {
    finest.push_back(finest_exponent(weights, tensor));
    const double noise = sensitivity(meter, weights, tensor);
    const double share = allowed * static_cast<double>(tensor.size()) / static_cast<double>(weights.size());
    exponents.push_back(noise > 0 ? exponent_below(std::sqrt(share / noise)) : exponent_below(1));
  }
  const auto change_at = [&](int shift) {
    std::vector<float> changed = weights;
    const std::vector<std::int8_t> moved = shifted(exponents, finest, shift);
    for (std::size_t t = 0; t < tensors.size(); ++t) round_tensor(changed, tensors[t], moved[t]);
    return meter.change(changed);
  };
  // The model is quadratic and the exponents are rounded down: a few half octaves all together settle the rest.
  int shift = 0;
  while (shift < 8 && change_at(shift + 1) <= allowed) ++shift;
  while (shift > -furthest_shift && change_at(shift) > allowed) --shift;
  return shifted(exponents, finest, shift);
}

std::vector<std::int8_t> fixed_bit_steps(const FieldSpec& spec, const std::vector<float>& weights, int bits) {
  std::vector<std::int8_t> exponents;
  for (const TensorInfo& tensor : architecture(spec.architecture).tensors(spec)) {
    float largest = 0;
    for (std::size_t i = 0; i < tensor.size(); ++i) largest = std::max(largest, std::abs(weights[tensor.offset + i]));
    const double levels = std::ldexp(1.0, bits - 1) - 1;
    const std::int8_t below = exponent_below(static_cast<double>(largest) / levels);
    exponents.push_back(static_cast<std::int8_t>(std::min(below + 1, highest_exponent)));
  }
  return exponents;
}

QuantisedWeights quantise_weights(const FieldSpec& spec, const std::vector<float>& weights,
                                  const std::vector<std::int8_t>& exponents) {
  return quantise_smallest(spec, weights, exponents, QuantisedWeights{});
}

QuantisedWeights quantise_smallest(const FieldSpec& spec, const std::vector<float>& weights,
                                   const std::vector<std::int8_t>& exponents, const QuantisedWeights& shared) {
  const auto coded_size = [](const std::vector<std::int32_t>& symbols) {
    BinaryEncoder encoder;
    encode_symbols(symbols, encoder);
    return encoder.finish().size();
  };
  const std::vector<TensorInfo> tensors = architecture(spec.architecture).tensors(spec);
  const std::vector<float> base = shared.empty() ? std::vector<float>() : dequantise(spec, shared, nullptr);
  QuantisedWeights quantised;
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    const TensorInfo& tensor = tensors[t];
    QuantisedTensor absolute{exponents[t], false,
                             quantise(weights.data() + tensor.offset, tensor.size(), exponents[t])};
    if (!base.empty()) {
      std::vector<float> difference(tensor.size());
      for (std::size_t i = 0; i < difference.size(); ++i) {
        difference[i] = weights[tensor.offset + i] - base[tensor.offset + i];
      }
      QuantisedTensor relative{exponents[t], true, quantise(difference.data(), difference.size(), exponents[t])};
      if (coded_size(relative.symbols) < coded_size(absolute.symbols)) absolute = std::move(relative);
    }
    quantised.tensors.push_back(std::move(absolute));
  }
  return quantised;
}

}  // namespace sarinr
