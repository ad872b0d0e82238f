#include "field/amx_tiles.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <bit>
#include <cerrno>
#include <system_error>

#include "field/tile_unit.h"
#include "sarinr/base/random.h"

namespace sarinr {

TileProbe::TileProbe() {
  Random random(6);
  const auto upper = [&] { return std::bit_cast<std::uint32_t>(static_cast<float>(random.normal())) >> 16; };
  for (float& number : numbers) number = static_cast<float>(random.normal());
  for (float& cell : cells) {
    const std::uint32_t even = upper();
    cell = std::bit_cast<float>(even | upper() << 16);
  }
}

#if defined(__x86_64__)

void AmxTiles::configure(const TileShapes& shapes) {
  // The operand of LDTILECFG: palette 1 has eight registers of at most 16 rows of 64 bytes.
  struct alignas(64) Configuration {
    std::uint8_t palette = 1;
    std::uint8_t start_row = 0;
    std::uint8_t reserved[14] = {};
    std::uint16_t row_bytes[16] = {};
    std::uint8_t rows[16] = {};
  };
  static_assert(sizeof(Configuration) == 64);
  Configuration configuration;
  for (std::size_t tile = 0; tile < shapes.size(); ++tile) {
    configuration.row_bytes[tile] = static_cast<std::uint16_t>(shapes[tile].cells * sizeof(float));
    configuration.rows[tile] = static_cast<std::uint8_t>(shapes[tile].rows);
  }
  // The clobber keeps the stores above, which the compiler might else think unused.
  __asm__ volatile("ldtilecfg %0" : : "m"(configuration) : "memory");
}

namespace {

bool processor_has_tiles() {
  constexpr unsigned bfloat16_tiles = 1u << 22;
  constexpr unsigned tiles = 1u << 24;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  return (d & bfloat16_tiles) != 0 && (d & tiles) != 0;
}

/// Linux's ARCH_REQ_XCOMP_PERM for the state of tiles (arch/x86/include/uapi/asm/prctl.h), for the whole process.
bool system_permits_tiles() {
  constexpr long request_permission = 0x1023;
  constexpr long tile_state = 18;
  return syscall(SYS_arch_prctl, request_permission, tile_state) == 0;
}

std::string find_obstacle() {
  if (!processor_has_tiles()) return "its processor has no AMX for bfloat16";
  if (!system_permits_tiles()) {
    return "its system does not permit the use of AMX: " + std::generic_category().message(errno);
  }
  if (!multiplies_as_defined<AmxTiles>()) return "a test product on its AMX came out wrong";
  return "";
}

}  // namespace

#else

namespace {

std::string find_obstacle() { return "its processor has no AMX for bfloat16"; }

}  // namespace

#endif

const std::string& amx_obstacle() {
  static const std::string obstacle = find_obstacle();
  return obstacle;
}

}  // namespace sarinr
