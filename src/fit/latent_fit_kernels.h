#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace sarinr {

/// Sums over rows are kept in this many lanes, whatever the instruction set.
inline constexpr std::size_t latent_lanes = 16;
/// Counts given to the kernels are multiples of this; arrays are padded accordingly.
inline constexpr std::size_t latent_padding = 32;
inline constexpr std::size_t padded_count(std::size_t count) {
  return (count + latent_padding - 1) / latent_padding * latent_padding;
}

/// Simulated quantisation (Ladune et al., C3): a soft rounding of temperature T, noise, and a soft rounding again.
struct Softening {
  float temperature = 0.3f;
  const float* noise = nullptr;  ///< noise_values of them, to draw from
  std::uint32_t step = 0;        ///< another number, other draws
};
inline constexpr int noise_bits = 12;
inline constexpr std::size_t noise_values = std::size_t{1} << noise_bits;

/// One step of Adam on `count` numbers. `rate` is already corrected for the first moment's bias.
struct AdamStep {
  float rate = 0;
  float first = 0.9f;
  float second = 0.999f;
  float second_correction = 1;  ///< 1 / (1 - second^t)
};

/// The inner loops of a latent field's fit on one instruction set. Values are structures of arrays: a row of `count`
/// numbers (a multiple of latent_padding) for each neuron or input; rows need no alignment. Weights are outputs x
/// inputs.
struct LatentFitKernels {
  /// out[o * stride + n] = bias[o] + sum_i weights[o * inputs + i] in[i][n], at least 0 where `relu`. No bias: nullptr.
  void (*dense)(const float* const* in, std::size_t inputs, const float* weights, const float* bias,
                std::size_t outputs, std::size_t count, bool relu, float* out, std::size_t stride);
  /// Rows of in_gradient must not overlap: in_gradient[i][n] += sum_o weights[o * inputs + i] gradient[o * stride + n].
  void (*dense_back)(const float* gradient, std::size_t stride, std::size_t outputs, const float* weights,
                     std::size_t inputs, std::size_t count, float* const* in_gradient);
  /// sums[(o * inputs + i) * latent_lanes + n % latent_lanes] += gradient[o * stride + n] in[i][n].
  void (*outer)(const float* gradient, std::size_t stride, std::size_t outputs, const float* const* in,
                std::size_t inputs, std::size_t count, float* sums);
  /// sums[o * latent_lanes + n % latent_lanes] += gradient[o * stride + n].
  void (*add_bias)(const float* gradient, std::size_t stride, std::size_t outputs, std::size_t count, float* sums);
  /// sums[n] += terms[n].
  void (*add)(const float* terms, std::size_t count, float* sums);
  /// gradient = value > 0 ? gradient : 0, over whole rows.
  void (*relu_back)(const float* value, std::size_t count, float* gradient);
  /// out[n] = sum_t weights[t] rows[t][n], t < 4.
  void (*combine)(const float* const* rows, const float* weights, std::size_t count, float* out);
  /// rows[t][n] += weights[t] gradient[n], t < 4.
  void (*spread)(const float* gradient, const float* weights, std::size_t count, float* const* rows);
  /// out[n] = sum_t weights[t * stride + n] nodes[first[n] + t].
  void (*expand)(const float* nodes, const std::int32_t* first, const float* weights, std::size_t stride,
                 std::size_t count, float* out);
  /// out[k] = sum_i factors[k * length + i] values[start[k] + i], k < count, i < length (a multiple of the padding);
  /// start < 0: 0.
  void (*dots)(const float* values, const std::int32_t* start, const float* factors, std::size_t length,
               std::size_t count, float* out);
  /// Softened values of `y` and their slopes by y; `index` of y[0] among all the field's latents names its draws.
  void (*soften)(const float* y, std::size_t count, const Softening& softening, std::uint32_t index, float* value,
                 float* slope);
  /// sums[lane] += bits of the symbols y[n], n < valid, under Laplace densities of position[n] and exp(log_scale[n])
  /// integrated over the symbols' cells; gradients, times `weight` (per bit): by y, position and log scale. Of n >=
  /// valid all gradients are 0. nullptr for the gradients: bits alone.
  void (*laplace)(const float* y, const float* position, const float* log_scale, std::size_t count, std::size_t valid,
                  float weight, float* sums, float* y_gradient, float* position_gradient, float* scale_gradient);
  /// error = (value - target) where `weight` is not 0, sums[lane] += weight error^2, gradient = 2 weight factor error.
  void (*square_error)(const float* value, const float* target, const float* weight, std::size_t count, float factor,
                       float* sums, float* gradient);
  void (*adam)(const float* gradient, const AdamStep& step, std::size_t count, float* values, float* first,
               float* second);
};

inline constexpr float least_log_scale = -3.25f;
inline constexpr float greatest_log_scale = 4.75f;

/// The kernels of an instruction set, or the fastest for "auto".
const LatentFitKernels& latent_fit_kernels(const std::string& instructions = "auto");

}  // namespace sarinr
