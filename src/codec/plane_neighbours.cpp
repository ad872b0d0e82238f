#include "codec/plane_neighbours.h"

#include <algorithm>
#include <cmath>

namespace sarinr {

PlaneHistory::PlaneHistory(int width, int height, std::int32_t middle)
    : levels(static_cast<std::size_t>((width + 2 * margin) * (std::ptrdiff_t{height} + margin + 1)), middle),
      errors(levels.size(), 0),
      width_(width),
      stride_(width + 2 * margin) {}

void PlaneHistory::begin_row(int y) {
  for (int k = 1; k <= margin; ++k) levels[place(-k, y)] = levels[place(0, y - 1)];
}

void PlaneHistory::end_row(int y) {
  for (int k = 0; k < margin; ++k) {
    levels[place(width_ + k, y)] = levels[place(width_ - 1, y)];
    errors[place(width_ + k, y)] = errors[place(width_ - 1, y)];
    errors[place(-1 - k, y)] = errors[place(0, y)];
  }
}

NeighbourOffsets::NeighbourOffsets(std::ptrdiff_t stride) : own{}, other{} {
  constexpr int places[own_count][2] = {{-1, 0},  {0, -1}, {-1, -1}, {1, -1},  {-2, 0},  {0, -2},
                                        {-2, -1}, {2, -1}, {-1, -2}, {1, -2},  {-2, -2}, {2, -2},
                                        {-3, 0},  {0, -3}, {3, -1},  {-3, -1}, {-1, -3}, {1, -3}};
  for (std::size_t k = 0; k < own.size(); ++k) own[k] = places[k][1] * stride + places[k][0];
  std::size_t k = 0;
  for (int y = -1; y <= 1; ++y) {
    for (int x = -1; x <= 1; ++x) other[k++] = y * stride + x;
  }
}

std::int64_t LinearWeights::predict(const PlaneHistory& plane, const PlaneHistory* before,
                                    const NeighbourOffsets& offsets, std::size_t place, std::int64_t middle) const {
  std::int64_t sum = std::int64_t{constant} << weight_digits;
  const std::int32_t* const own = plane.levels.data() + place;
  for (std::size_t k = 0; k < offsets.own.size(); ++k) sum += weights[k] * (own[offsets.own[k]] - middle);
  if (before != nullptr) {
    const std::int32_t* const other = before->levels.data() + place;
    for (std::size_t k = 0; k < offsets.other.size(); ++k) {
      sum += std::int64_t{weights[offsets.own.size() + k]} * other[offsets.other[k]];
    }
  }
  return middle + (sum >> weight_digits);
}

namespace {

/// Weighted normal equations, lower triangle, and their solution by Cholesky's factorisation.
class NormalEquations {
 public:
  explicit NormalEquations(std::size_t unknowns)
      : unknowns_(unknowns), matrix_(unknowns * unknowns, 0), right_(unknowns, 0) {}

  void add(const std::vector<double>& values, double target, double weight) {
    for (std::size_t i = 0; i < unknowns_; ++i) {
      const double scaled = weight * values[i];
      right_[i] += scaled * target;
      for (std::size_t j = 0; j <= i; ++j) matrix_[i * unknowns_ + j] += scaled * values[j];
    }
  }

  std::vector<double> solve() {
    for (std::size_t i = 0; i < unknowns_; ++i) at(i, i) += 1e-6 * at(i, i) + 1e-9;
    for (std::size_t i = 0; i < unknowns_; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        double sum = at(i, j);
        for (std::size_t k = 0; k < j; ++k) sum -= at(i, k) * at(j, k);
        at(i, j) = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / at(j, j);
      }
    }
    std::vector<double> x = right_;
    for (std::size_t i = 0; i < unknowns_; ++i) {
      for (std::size_t k = 0; k < i; ++k) x[i] -= at(i, k) * x[k];
      x[i] /= at(i, i);
    }
    for (std::size_t i = unknowns_; i-- > 0;) {
      for (std::size_t k = i + 1; k < unknowns_; ++k) x[i] -= at(k, i) * x[k];
      x[i] /= at(i, i);
    }
    return x;
  }

 private:
  double& at(std::size_t row, std::size_t column) { return matrix_[row * unknowns_ + column]; }
  std::size_t unknowns_;
  std::vector<double> matrix_;
  std::vector<double> right_;
};

/// How far the twelve nearest neighbours lie from the mean of the nearest six.
double spread(const std::int32_t* levels, const NeighbourOffsets& offsets) {
  double mean = 0;
  for (std::size_t k = 0; k < 6; ++k) mean += static_cast<double>(levels[offsets.own[k]]) / 6;
  double sum = 0;
  for (std::size_t k = 0; k < 12; ++k) sum += std::abs(static_cast<double>(levels[offsets.own[k]]) - mean) / 12;
  return sum;
}

}  // namespace

LinearWeights fit_linear_weights(const PlaneHistory& history, const PlaneHistory* before, int width, int height,
                                 const std::vector<std::uint8_t>& coded, std::int64_t middle, std::int64_t unit) {
  const NeighbourOffsets offsets(history.stride());
  const std::size_t own = offsets.own.size();
  const std::size_t count = own + (before != nullptr ? offsets.other.size() : 0);
  NormalEquations equations(count + 1);
  std::vector<double> values(count + 1, 1);
  std::size_t pixel = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, ++pixel) {
      if (!coded.empty() && coded[pixel] == 0) continue;
      const std::size_t place = history.place(x, y);
      const std::int32_t* const levels = history.levels.data() + place;
      for (std::size_t k = 0; k < own; ++k) values[k] = static_cast<double>(levels[offsets.own[k]] - middle);
      for (std::size_t k = own; k < count; ++k)
        values[k] = before->levels.data()[static_cast<std::ptrdiff_t>(place) + offsets.other[k - own]];
      const double noise = spread(levels, offsets) + static_cast<double>(unit) / 4;
      equations.add(values, static_cast<double>(levels[0] - middle), 1 / (noise * noise));
    }
  }
  const std::vector<double> solution = equations.solve();
  LinearWeights linear;
  constexpr double most = 1 << 18;
  for (std::size_t k = 0; k < count; ++k) {
    linear.weights.push_back(
        static_cast<std::int32_t>(std::lround(std::clamp(std::ldexp(solution[k], weight_digits), -most, most))));
  }
  constexpr double most_constant = 1 << 20;
  linear.constant = static_cast<std::int32_t>(std::lround(std::clamp(solution[count], -most_constant, most_constant)));
  return linear;
}

}  // namespace sarinr
