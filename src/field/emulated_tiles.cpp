#include "field/emulated_tiles.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "sarinr/base/error.h"

namespace sarinr {

namespace {

using Row = std::array<float, tile_rows>;

struct Register {
  TileShape shape;
  std::array<Row, tile_rows> rows;
};

thread_local std::array<Register, 8> registers;

Register& configured(std::size_t tile) {
  if (registers[tile].shape.rows == 0) {
    throw Error("tile register " + std::to_string(tile) + " is used without being configured", ErrorKind::internal);
  }
  return registers[tile];
}

float flushed(float value) { return std::abs(value) < std::numeric_limits<float>::min() ? 0.0f : value; }

float even_number(float cell) { return flushed(std::bit_cast<float>(std::bit_cast<std::uint32_t>(cell) << 16)); }
float odd_number(float cell) { return flushed(std::bit_cast<float>(std::bit_cast<std::uint32_t>(cell) & 0xFFFF0000u)); }

}  // namespace

void EmulatedTiles::configure(const TileShapes& shapes) {
  for (std::size_t tile = 0; tile < shapes.size(); ++tile) registers[tile] = {shapes[tile], {}};
}

void EmulatedTiles::release() { registers = {}; }

void EmulatedTiles::zero_tile(std::size_t tile) { configured(tile).rows = {}; }

void EmulatedTiles::load_tile(std::size_t tile, const float* first, std::size_t stride) {
  Register& to = configured(tile);
  for (std::size_t row = 0; row < to.shape.rows; ++row) {
    std::memcpy(to.rows[row].data(), first + row * stride, to.shape.cells * sizeof(float));
  }
}

void EmulatedTiles::store_tile(std::size_t tile, float* first, std::size_t stride) {
  const Register& from = configured(tile);
  for (std::size_t row = 0; row < from.shape.rows; ++row) {
    std::memcpy(first + row * stride, from.rows[row].data(), from.shape.cells * sizeof(float));
  }
}

void EmulatedTiles::dot_tiles(std::size_t sum, std::size_t left, std::size_t right) {
  Register& to = configured(sum);
  const Register& a = configured(left);
  const Register& b = configured(right);
  if (to.shape.rows != a.shape.rows || to.shape.cells != b.shape.cells || a.shape.cells != b.shape.rows) {
    throw Error("tile registers " + std::to_string(sum) + ", " + std::to_string(left) + " and " +
                    std::to_string(right) + " do not fit one product",
                ErrorKind::internal);
  }
  std::array<Row, tile_rows> b_even;
  std::array<Row, tile_rows> b_odd;
  for (std::size_t k = 0; k < b.shape.rows; ++k) {
    for (std::size_t n = 0; n < tile_rows; ++n) {
      b_even[k][n] = even_number(b.rows[k][n]);
      b_odd[k][n] = odd_number(b.rows[k][n]);
    }
  }
  for (std::size_t m = 0; m < a.shape.rows; ++m) {
    Row even{};
    Row odd{};
    for (std::size_t k = 0; k < a.shape.cells; ++k) {
      const float a_even = even_number(a.rows[m][k]);
      const float a_odd = odd_number(a.rows[m][k]);
      // The product of two bfloat16 is exact in a float, so that multiplying and adding rounds as a fused one does.
      for (std::size_t n = 0; n < tile_rows; ++n) {
        even[n] = flushed(even[n] + a_even * b_even[k][n]);
        odd[n] = flushed(odd[n] + a_odd * b_odd[k][n]);
      }
    }
    for (std::size_t n = 0; n < to.shape.cells; ++n) {
      to.rows[m][n] = flushed(flushed(to.rows[m][n]) + flushed(even[n] + odd[n]));
    }
  }
}

}  // namespace sarinr
