#include "fit/penalty.h"

#include <array>

namespace sarinr {

void add_penalty_gradient(const FieldSpec& spec, const std::vector<float>& weights, std::vector<float>& gradient) {
  if (spec.architecture != "incode") return;
  constexpr std::array<float, 4> slopes = {0.1993f, 0.0196f, 0.0588f, 0.0269f};
  const std::size_t first = architecture(spec.architecture).tensors(spec).front().offset;
  for (std::size_t k = 0; k < slopes.size(); ++k) {
    if (weights[first + k] < 0) gradient[first + k] -= slopes[k];
  }
}

}  // namespace sarinr
