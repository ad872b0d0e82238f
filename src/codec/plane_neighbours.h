#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace sarinr {

/// A plane's levels and how far each was from what was predicted, with a margin, so that no neighbour is missing.
class PlaneHistory {
 public:
  PlaneHistory(int width, int height, std::int32_t middle);

  static constexpr int margin = 4;
  std::ptrdiff_t stride() const { return stride_; }
  std::size_t place(int x, int y) const { return static_cast<std::size_t>((y + margin) * stride_ + x + margin); }
  /// The margin beside row y as a decoder that has come as far knows it: left of it, before the row is coded.
  void begin_row(int y);
  /// Right of it, and of errors on both sides, when the row is coded.
  void end_row(int y);

  std::vector<std::int32_t> levels;
  std::vector<std::int32_t> errors;

 private:
  int width_;
  std::ptrdiff_t stride_;
};

/// Where the neighbours lie that a linear prediction weighs: those of the plane itself that are coded before the pixel,
/// nearest first, then, where there is one, 3 x 3 of the plane before.
struct NeighbourOffsets {
  explicit NeighbourOffsets(std::ptrdiff_t stride);
  enum Place { west, north, north_west, north_east, west_west, north_north, own_count = 18 };
  std::array<std::ptrdiff_t, own_count> own;
  std::array<std::ptrdiff_t, 9> other;
};

/// A linear prediction: middle + (constant + sum of weight * (neighbour - middle)) / 2^10. Levels of the plane before
/// count as they are.
struct LinearWeights {
  std::vector<std::int32_t> weights;  ///< own_count, or own_count + 9 with a plane before
  std::int32_t constant = 0;          ///< levels
  std::int64_t predict(const PlaneHistory& plane, const PlaneHistory* before, const NeighbourOffsets& offsets,
                       std::size_t place, std::int64_t middle) const;
};
inline constexpr int weight_digits = 10;

/// Least squares over the pixels where `coded` is not 0 (empty: all), each weighed by the inverse square of how far its
/// neighbours differ, so that bright and dark places count alike. `history` holds all levels.
LinearWeights fit_linear_weights(const PlaneHistory& history, const PlaneHistory* before, int width, int height,
                                 const std::vector<std::uint8_t>& coded, std::int64_t middle, std::int64_t unit);

}  // namespace sarinr
