// Activation functions and their slopes, included once per instruction set (Highway's foreach_target).

#if defined(SARINR_FIELD_ACTIVATION_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SARINR_FIELD_ACTIVATION_INL_H
#undef SARINR_FIELD_ACTIVATION_INL_H
#else
#define SARINR_FIELD_ACTIVATION_INL_H
#endif

#include "field/sine-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {

struct ValueAndSlope {
  Vector value;
  Vector slope;
};

/// sin(pi t) and cos(pi t) from one range reduction; the even polynomial (minimax, our fit) errs by 5e-8. The sine has
/// the bits of sine_of_half_turns.
HWY_INLINE ValueAndSlope sine_and_cosine_of_half_turns(Vector t) {
  const Float d;
  const Vector whole = hn::Round(t);
  const Vector r = hn::Sub(t, whole);
  const Vector s = hn::Mul(r, r);
  Vector c = hn::Set(d, 0.219696805f);
  c = hn::MulAdd(c, s, hn::Set(d, -1.33188021f));
  c = hn::MulAdd(c, s, hn::Set(d, 4.05841208f));
  c = hn::MulAdd(c, s, hn::Set(d, -4.934793f));
  c = hn::MulAdd(c, s, hn::Set(d, 0.99999994f));
  const hn::RebindToSigned<Float> di;
  const Vector sign = hn::BitCast(d, hn::ShiftLeft<31>(hn::ConvertTo(di, whole)));
  return {hn::Xor(hn::Mul(sine_polynomial(s), r), sign), hn::Xor(c, sign)};
}

/// 2^t to 3e-7 of its value (our minimax fit on [-1/2, 1/2]), t limited to -126 to 127.
HWY_INLINE Vector power_of_two(Vector t) {
  const Float d;
  const Vector exponent = hn::Min(hn::Max(t, hn::Set(d, -126.0f)), hn::Set(d, 127.0f));
  const Vector whole = hn::Round(exponent);
  const Vector f = hn::Sub(exponent, whole);
  Vector p = hn::Set(d, 0.00015345811f);
  p = hn::MulAdd(p, f, hn::Set(d, 0.00133999309f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.00961848907f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.0555032864f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.240226462f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.693147182f));
  p = hn::MulAdd(p, f, hn::Set(d, 1.0f));
  const hn::RebindToSigned<Float> di;
  const auto power = hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(di, whole), hn::Set(di, 127)));
  return hn::Mul(p, hn::BitCast(d, power));
}

/// exp(z), within 2^-126 to 2^127; rounding of z / ln 2 adds 1e-7 z to power_of_two's error.
HWY_INLINE Vector exponential(Vector z) { return power_of_two(hn::Mul(z, hn::Set(Float(), 1.44269504f))); }

/// exp(-z^2); 2^-126 from there on.
HWY_INLINE Vector gaussian(Vector z) { return power_of_two(hn::Mul(hn::Mul(z, z), hn::Set(Float(), -1.44269504f))); }

// Each activation: value(z), and both(z) with the slope, less the factor that field/dense_network.h calls slope_factor.

struct SineActivation {
  HWY_INLINE Vector value(Vector z) const { return sine_of_half_turns(z); }
  HWY_INLINE ValueAndSlope both(Vector z) const { return sine_and_cosine_of_half_turns(z); }
};

struct FinerActivation {
  float per_half_turn;  ///< z in half turns times this is W x + b
  HWY_INLINE Vector growth(Vector z) const {
    const Float d;
    return hn::MulAdd(hn::Abs(z), hn::Set(d, per_half_turn), hn::Set(d, 1.0f));
  }
  HWY_INLINE Vector value(Vector z) const { return sine_of_half_turns(hn::Mul(growth(z), z)); }
  HWY_INLINE ValueAndSlope both(Vector z) const {
    const Vector factor = growth(z);
    const ValueAndSlope turn = sine_and_cosine_of_half_turns(hn::Mul(factor, z));
    return {turn.value, hn::Mul(factor, turn.slope)};
  }
};

struct GaussActivation {
  HWY_INLINE Vector value(Vector z) const { return gaussian(z); }
  HWY_INLINE ValueAndSlope both(Vector z) const {
    const Vector bell = gaussian(z);
    return {bell, hn::Mul(hn::Mul(hn::Set(Float(), -2.0f), z), bell)};
  }
};

struct ReluActivation {
  HWY_INLINE Vector value(Vector z) const { return hn::Max(z, hn::Zero(Float())); }
  HWY_INLINE ValueAndSlope both(Vector z) const {
    const Float d;
    return {value(z), hn::IfThenElseZero(hn::Gt(z, hn::Zero(d)), hn::Set(d, 1.0f))};
  }
};

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // the toggled guard
