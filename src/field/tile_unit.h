#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include "field/emulated_tiles.h"

namespace sarinr {

/// A matrix unit of eight tile registers, each a small matrix of cells of 32 bits: Intel's AMX, or EmulatedTiles. Every
/// thread has registers of its own, which mean nothing before configure and after release. Memory is addressed as
/// floats, strides in floats from one row to the next; a cell of bfloat16 pairs is passed as a float's bits.
template <class Unit>
concept TileUnit = requires(const TileShapes& shapes, const float* from, float* to, std::size_t stride) {
  { Unit::configure(shapes) } -> std::same_as<void>;
  { Unit::release() } -> std::same_as<void>;
  { Unit::template zero<0>() } -> std::same_as<void>;
  { Unit::template load<0>(from, stride) } -> std::same_as<void>;
  { Unit::template store<0>(to, stride) } -> std::same_as<void>;
  { Unit::template dot<0, 1, 2>() } -> std::same_as<void>;
};

/// One product of random tiles, added twice to what one row of `numbers` gives every row, then once to zero.
template <TileUnit Unit, int sum, int left, int right>
void probe_tiles(const TileShapes& shapes, const float* numbers, const float* cells, float* out) {
  Unit::configure(shapes);
  Unit::template load<left>(cells, tile_rows + 1);
  Unit::template load<right>(cells + 2 * tile_rows * tile_rows, tile_rows + 2);
  Unit::template load<sum>(numbers, 0);
  Unit::template dot<sum, left, right>();
  Unit::template dot<sum, left, right>();
  Unit::template store<sum>(out, tile_rows);
  Unit::template zero<sum>();
  Unit::template dot<sum, left, right>();
  Unit::template store<sum>(out + tile_rows * tile_rows, tile_rows);
  Unit::release();
}

/// Random cells of bfloat16 pairs and floats for probe_tiles.
struct TileProbe {
  TileProbe();
  std::array<float, tile_rows> numbers;
  std::array<float, 4 * tile_rows * tile_rows> cells;
};

/// Whether a unit gives on this thread what EmulatedTiles gives, to the rounding of floats: full tiles and shorter
/// sums, strides of every kind, two sets of registers. Who has never seen a unit asks this before believing it.
template <TileUnit Unit>
bool multiplies_as_defined() {
  const TileShapes shapes = {{{16, 16}, {16, 16}, {16, 16}, {9, 16}, {9, 12}, {12, 16}, {16, 16}, {16, 16}}};
  const TileProbe probe;
  constexpr std::size_t size = 2 * tile_rows * tile_rows;
  std::array<float, 2 * size> found{};
  std::array<float, 2 * size> expected{};
  probe_tiles<Unit, 0, 1, 2>(shapes, probe.numbers.data(), probe.cells.data(), found.data());
  probe_tiles<Unit, 3, 4, 5>(shapes, probe.numbers.data(), probe.cells.data(), found.data() + size);
  probe_tiles<EmulatedTiles, 0, 1, 2>(shapes, probe.numbers.data(), probe.cells.data(), expected.data());
  probe_tiles<EmulatedTiles, 3, 4, 5>(shapes, probe.numbers.data(), probe.cells.data(), expected.data() + size);
  for (std::size_t i = 0; i < found.size(); ++i) {
    // Sums of 64 normal numbers' products, of the order of 10: their rounding stays below 1e-5 in any order.
    if (!(std::abs(found[i] - expected[i]) <= 1e-4f)) return false;
  }
  return true;
}

}  // namespace sarinr
