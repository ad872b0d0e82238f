#pragma once

#include <array>
#include <cstddef>

namespace sarinr {

/// Most rows of a tile, and most cells of 32 bits in one of them.
inline constexpr std::size_t tile_rows = 16;

/// What a tile register holds: `rows` rows of `cells` cells of 32 bits; no rows: nothing.
struct TileShape {
  std::size_t rows = 0;
  std::size_t cells = 0;
};
using TileShapes = std::array<TileShape, 8>;

/// AMX's tiles in plain C++ after Intel's definition (Software Developer's Manual, TDPBF16PS): what tests run where no
/// processor has them, and what the real ones are held against. field/tile_unit.h says what the operations are. Using
/// registers that are not configured, or of shapes that do not fit, throws an internal Error.
class EmulatedTiles {
 public:
  static void configure(const TileShapes& shapes);
  static void release();
  template <int tile>
  static void zero() {
    zero_tile(tile);
  }
  template <int tile>
  static void load(const float* first, std::size_t stride) {
    load_tile(tile, first, stride);
  }
  template <int tile>
  static void store(float* first, std::size_t stride) {
    store_tile(tile, first, stride);
  }
  /// sum[m][n] += sum over k of both numbers of left[m][k] times those of right[k][n]: the even numbers' products and
  /// the odd ones' are each added up in order of k from zero by fused multiply-adds, the two sums are added, and the
  /// result to `sum`; rounding is to the nearest, numbers below the least normal one count as zero.
  template <int sum, int left, int right>
  static void dot() {
    dot_tiles(sum, left, right);
  }

 private:
  static void zero_tile(std::size_t tile);
  static void load_tile(std::size_t tile, const float* first, std::size_t stride);
  static void store_tile(std::size_t tile, float* first, std::size_t stride);
  static void dot_tiles(std::size_t sum, std::size_t left, std::size_t right);
};

}  // namespace sarinr
