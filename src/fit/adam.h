#pragma once

#include <cstddef>
#include <vector>

namespace sarinr {

/// Adam (Kingma and Ba 2015) with the customary 0.9, 0.999, 1e-8.
class Adam {
 public:
  explicit Adam(std::size_t weights) : mean_(weights), square_(weights) {}
  void step(std::vector<float>& weights, const std::vector<float>& gradient, double learning_rate);

 private:
  std::vector<float> mean_;
  std::vector<float> square_;
  int steps_ = 0;
};

}  // namespace sarinr
