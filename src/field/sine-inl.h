// The vectorised sine, included once per instruction set by the files that use it (Highway's foreach_target), so it has
// no include guard of the usual kind.

#if defined(SARINR_FIELD_SINE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SARINR_FIELD_SINE_INL_H
#undef SARINR_FIELD_SINE_INL_H
#else
#define SARINR_FIELD_SINE_INL_H
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Float = hn::ScalableTag<float>;
using Vector = hn::Vec<Float>;

/// sin(pi r) / r as a polynomial in s = r^2 (minimax, our fit); sin errs by 3e-9 for r in [-1/2, 1/2].
HWY_INLINE Vector sine_polynomial(Vector s) {
  const Float d;
  Vector p = hn::Set(d, 0.0772201255f);
  p = hn::MulAdd(p, s, hn::Set(d, -0.598045173f));
  p = hn::MulAdd(p, s, hn::Set(d, 2.55003138f));
  p = hn::MulAdd(p, s, hn::Set(d, -5.16770688f));
  return hn::MulAdd(p, s, hn::Set(d, 3.14159258f));
}

/// sin(pi t). Range reduction to the nearest whole number is exact.
HWY_INLINE Vector sine_of_half_turns(Vector t) {
  const Float d;
  const Vector whole = hn::Round(t);
  const Vector r = hn::Sub(t, whole);
  // An odd number of half turns changes the sign: its lowest bit moves into the sign bit.
  const hn::RebindToSigned<Float> di;
  const auto sign = hn::ShiftLeft<31>(hn::ConvertTo(di, whole));
  return hn::Xor(hn::Mul(sine_polynomial(hn::Mul(r, r)), r), hn::BitCast(d, sign));
}

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // the toggled guard
