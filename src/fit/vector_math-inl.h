// Highway and its functions of vectors, for files compiled once an instruction set: no include guard but Highway's.

#include <hwy/highway.h>
// After highway.h.
#include <hwy/contrib/math/math-inl.h>

#include <cmath>
#include <type_traits>

#if defined(SARINR_FIT_VECTOR_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SARINR_FIT_VECTOR_MATH_INL_H
#undef SARINR_FIT_VECTOR_MATH_INL_H
#else
#define SARINR_FIT_VECTOR_MATH_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
