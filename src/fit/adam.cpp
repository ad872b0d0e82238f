#include "fit/adam.h"

#include <cmath>

namespace sarinr {

void Adam::step(std::vector<float>& weights, const std::vector<float>& gradient, double learning_rate) {
  constexpr double mean_decay = 0.9;
  constexpr double square_decay = 0.999;
  constexpr float epsilon = 1e-8f;
  ++steps_;
  const float keep_mean = static_cast<float>(mean_decay);
  const float take_mean = static_cast<float>(1 - mean_decay);
  const float keep_square = static_cast<float>(square_decay);
  const float take_square = static_cast<float>(1 - square_decay);
  const float step = static_cast<float>(learning_rate / (1 - std::pow(mean_decay, steps_)));
  const float spread = static_cast<float>(1 / std::sqrt(1 - std::pow(square_decay, steps_)));
  for (std::size_t i = 0; i < weights.size(); ++i) {
    mean_[i] = keep_mean * mean_[i] + take_mean * gradient[i];
    square_[i] = keep_square * square_[i] + take_square * gradient[i] * gradient[i];
    weights[i] -= step * mean_[i] / (std::sqrt(square_[i]) * spread + epsilon);
  }
}

}  // namespace sarinr
