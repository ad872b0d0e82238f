#pragma once

#include <cstddef>
#include <string>

#include "field/emulated_tiles.h"

namespace sarinr {

/// Why this machine's AMX is not used, as the end of a sentence about the machine; empty where it is. The first call
/// looks at the processor, asks the system for permission (Linux gives tiles only to processes that ask) and holds one
/// random product against EmulatedTiles.
const std::string& amx_obstacle();

#if defined(__x86_64__)

/// The processor's own tiles (AMX-TILE, AMX-BF16); field/tile_unit.h says what the operations are. To be used only
/// where amx_obstacle is empty. Assembly rather than GCC 12's intrinsics: those take the number of a register only as a
/// literal, and its loads do not say that they read memory.
class AmxTiles {
 public:
  static void configure(const TileShapes& shapes);
  static void release() { __asm__ volatile("tilerelease" : : : "memory"); }
  template <int tile>
  static void zero() {
    __asm__ volatile("tilezero %%tmm%c0" : : "i"(tile));
  }
  template <int tile>
  static void load(const float* first, std::size_t stride) {
    __asm__ volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(first), "r"(stride * sizeof(float)), "i"(tile) : "memory");
  }
  template <int tile>
  static void store(float* first, std::size_t stride) {
    __asm__ volatile("tilestored %%tmm%c2, (%0,%1,1)"
                     :
                     : "r"(first), "r"(stride * sizeof(float)), "i"(tile)
                     : "memory");
  }
  template <int sum, int left, int right>
  static void dot() {
    __asm__ volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(sum), "i"(left), "i"(right));
  }
};

#endif

}  // namespace sarinr
