#include "sarinr/field/sine.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "field/sine.cpp"
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>

#include "field/sine-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {

void sine_and_cosine_here(float* half_turns, float* cosines, std::size_t count) {
  const Float d;
  const std::size_t lanes = hn::Lanes(d);
  const Vector half = hn::Set(d, 0.5f);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const Vector t = hn::LoadU(d, half_turns + i);
    hn::StoreU(sine_of_half_turns(hn::Add(t, half)), d, cosines + i);
    hn::StoreU(sine_of_half_turns(t), d, half_turns + i);
  }
  for (; i < count; ++i) {
    const Vector t = hn::Set(d, half_turns[i]);
    cosines[i] = hn::GetLane(sine_of_half_turns(hn::Add(t, half)));
    half_turns[i] = hn::GetLane(sine_of_half_turns(t));
  }
}

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sarinr {

HWY_EXPORT(sine_and_cosine_here);

void sine_and_cosine(float* half_turns, float* cosines, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(sine_and_cosine_here)(half_turns, cosines, count);
}

}  // namespace sarinr
#endif
