#pragma once

#include <cstdint>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace sarinr {

/// While it lives, this thread's floating point takes numbers below the least normal one for zero: moments of weights
/// that no longer move would else slow every step.
class FlushToZero {
 public:
  FlushToZero() : before_(state()) { set_state(before_ | flush_bits); }
  ~FlushToZero() { set_state(before_); }
  FlushToZero(const FlushToZero&) = delete;
  FlushToZero& operator=(const FlushToZero&) = delete;

 private:
#if defined(__SSE__)
  static constexpr std::uint64_t flush_bits = 0x8040;  // results and operands
  static std::uint64_t state() { return _mm_getcsr(); }
  static void set_state(std::uint64_t value) { _mm_setcsr(static_cast<unsigned>(value)); }
#elif defined(__aarch64__)
  static constexpr std::uint64_t flush_bits = std::uint64_t{1} << 24;
  static std::uint64_t state() {
    std::uint64_t value = 0;
    __asm__ volatile("mrs %0, fpcr" : "=r"(value));
    return value;
  }
  static void set_state(std::uint64_t value) { __asm__ volatile("msr fpcr, %0" : : "r"(value)); }
#else
  static constexpr std::uint64_t flush_bits = 0;
  static std::uint64_t state() { return 0; }
  static void set_state(std::uint64_t) {}
#endif

  std::uint64_t before_;
};

}  // namespace sarinr
