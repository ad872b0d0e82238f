#include "field/dense_network.h"

#include <cmath>
#include <numbers>

#include "field/arch/dense.h"

namespace sarinr {

namespace {

constexpr double half_turns_per_radian = std::numbers::inv_pi;

bool is_periodic(Activation activation) { return activation == Activation::sine || activation == Activation::finer; }

}  // namespace

float DenseNetwork::kernel_factor(int layer) const {
  if (is_last(layer)) return 1;
  const float factor = layer == 0 ? first_factor : hidden_factor;
  return is_periodic(activation) ? static_cast<float>(static_cast<double>(factor) * half_turns_per_radian) : factor;
}

float DenseNetwork::slope_factor(int layer) const {
  if (is_last(layer)) return 1;
  return layer == 0 ? first_factor : hidden_factor;
}

std::optional<DenseNetwork> dense_network(const FieldSpec& spec) {
  const auto* dense = dynamic_cast<const DenseArchitecture*>(&architecture(spec.architecture));
  if (dense == nullptr) return std::nullopt;
  return dense->network(spec);
}

void encode_point(const DenseNetwork& network, float x, float y, float* inputs) {
  *inputs++ = x;
  *inputs++ = y;
  if (network.frequencies == 0) return;
  for (const float coordinate : {x, y}) {
    // Doubling angles in double precision: ten times over it still errs by less than a float's rounding.
    const double angle = static_cast<double>(network.encoding_scale) * static_cast<double>(coordinate);
    double sine = std::sin(angle);
    double cosine = std::cos(angle);
    for (int k = 0; k < network.frequencies; ++k) {
      *inputs++ = static_cast<float>(sine);
      *inputs++ = static_cast<float>(cosine);
      const double twice = 2 * sine * cosine;
      cosine = 1 - 2 * sine * sine;
      sine = twice;
    }
  }
}

}  // namespace sarinr
