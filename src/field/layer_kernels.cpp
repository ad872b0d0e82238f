#include "field/layer_kernels.h"

#include <algorithm>

#include "sarinr/base/error.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "field/layer_kernels.cpp"
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>

#include "field/activation-inl.h"
#include "field/matrix-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {

// What a tile's sums start with and where they go: functors rather than lambdas so that they are surely inlined.

struct FromBias {
  const float* bias;
  HWY_INLINE Vector operator()(std::size_t, std::size_t column) const { return hn::Load(Float(), bias + column); }
};

struct FromZero {
  HWY_INLINE Vector operator()(std::size_t, std::size_t) const { return hn::Zero(Float()); }
};

struct FromMatrix {
  const float* matrix;
  std::size_t columns;
  HWY_INLINE Vector operator()(std::size_t row, std::size_t column) const {
    return hn::Load(Float(), matrix + row * columns + column);
  }
};

struct IntoMatrix {
  float* matrix;
  std::size_t columns;
  HWY_INLINE void operator()(std::size_t row, std::size_t column, Vector sum) const {
    hn::Store(sum, Float(), matrix + row * columns + column);
  }
};

struct TimesSlopes {
  const float* slopes;
  float* matrix;
  std::size_t columns;
  HWY_INLINE void operator()(std::size_t row, std::size_t column, Vector sum) const {
    const std::size_t place = row * columns + column;
    hn::Store(hn::Mul(sum, hn::Load(Float(), slopes + place)), Float(), matrix + place);
  }
};

void multiply(const float* a, std::size_t stride, const float* b, const float* bias, std::size_t terms,
              std::size_t columns, float* out) {
  multiply_matrices<FloatProducts>({a, stride, 1}, b, block_pixels, columns, terms, FromBias{bias},
                                   IntoMatrix{out, columns});
}

void multiply_slopes(const float* a, std::size_t stride, const float* b, const float* slopes, std::size_t terms,
                     std::size_t columns, float* out) {
  multiply_matrices<FloatProducts>({a, stride, 1}, b, block_pixels, columns, terms, FromZero{},
                                   TimesSlopes{slopes, out, columns});
}

void accumulate(const float* a, std::size_t stride, std::size_t rows, const float* b, std::size_t columns,
                float* sums) {
  multiply_matrices<FloatProducts>({a, 1, stride}, b, rows, columns, block_pixels, FromMatrix{sums, columns},
                                   IntoMatrix{sums, columns});
}

void add_rows(const float* rows, std::size_t columns, float* sums) {
  const Float d;
  for (std::size_t n = 0; n < columns; n += hn::Lanes(d)) {
    Vector even = hn::Load(d, sums + n);
    Vector odd = hn::Zero(d);
    for (std::size_t p = 0; p < block_pixels; p += 2) {
      even = hn::Add(even, hn::Load(d, rows + p * columns + n));
      odd = hn::Add(odd, hn::Load(d, rows + (p + 1) * columns + n));
    }
    hn::Store(hn::Add(even, odd), d, sums + n);
  }
}

void dot(const float* a, const float* b, const float* bias, std::size_t columns, std::size_t outputs, float* out) {
  const Float d;
  for (std::size_t p = 0; p < block_pixels; ++p) {
    for (std::size_t c = 0; c < outputs; ++c) {
      Vector sum = hn::Zero(d);
      for (std::size_t k = 0; k < columns; k += hn::Lanes(d)) {
        sum = hn::MulAdd(hn::Load(d, a + p * columns + k), hn::Load(d, b + c * columns + k), sum);
      }
      out[p * outputs + c] = hn::GetLane(hn::SumOfLanes(d, sum)) + bias[c];
    }
  }
}

template <class Kind>
void values_of(Kind kind, const float* z, std::size_t count, float* values) {
  const Float d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) hn::Store(kind.value(hn::Load(d, z + i)), d, values + i);
}

template <class Kind>
void values_and_slopes_of(Kind kind, const float* z, std::size_t count, float* values, float* slopes) {
  const Float d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const ValueAndSlope both = kind.both(hn::Load(d, z + i));
    hn::Store(both.value, d, values + i);
    hn::Store(both.slope, d, slopes + i);
  }
}

void activate(Activation activation, float constant, const float* z, std::size_t count, float* values) {
  switch (activation) {
    case Activation::sine:
      return values_of(SineActivation{}, z, count, values);
    case Activation::finer:
      return values_of(FinerActivation{constant}, z, count, values);
    case Activation::gauss:
      return values_of(GaussActivation{}, z, count, values);
    case Activation::relu:
      return values_of(ReluActivation{}, z, count, values);
  }
}

void activate_with_slopes(Activation activation, float constant, const float* z, std::size_t count, float* values,
                          float* slopes) {
  switch (activation) {
    case Activation::sine:
      return values_and_slopes_of(SineActivation{}, z, count, values, slopes);
    case Activation::finer:
      return values_and_slopes_of(FinerActivation{constant}, z, count, values, slopes);
    case Activation::gauss:
      return values_and_slopes_of(GaussActivation{}, z, count, values, slopes);
    case Activation::relu:
      return values_and_slopes_of(ReluActivation{}, z, count, values, slopes);
  }
}

const LayerKernels* kernels_here() {
  static const LayerKernels kernels = {multiply, multiply_slopes, accumulate,          add_rows,
                                       dot,      activate,        activate_with_slopes};
  return &kernels;
}

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sarinr {

HWY_EXPORT(kernels_here);

namespace {

struct InstructionSet {
  const char* name;
  std::int64_t target;
};

/// From the fastest to the slowest.
constexpr InstructionSet known_sets[] = {{"avx512", HWY_AVX3}, {"avx2", HWY_AVX2},       {"sse4", HWY_SSE4},
                                         {"neon", HWY_NEON},   {"portable", HWY_EMU128}, {"portable", HWY_SCALAR}};

bool usable(const InstructionSet& set) { return ((HWY_TARGETS & hwy::SupportedTargets()) & set.target) != 0; }

const LayerKernels& kernels_of(std::int64_t target) {
  if constexpr ((HWY_TARGETS & (HWY_TARGETS - 1)) == 0) return *HWY_STATIC_DISPATCH(kernels_here)();
  hwy::ChosenTarget chosen;
  chosen.Update(target);
  // The table's first entry chooses by itself and belongs to an index of 0, which a chosen target never has.
  return *HWY_DISPATCH_TABLE(kernels_here)[chosen.GetIndex()]();
}

}  // namespace

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const InstructionSet& set : known_sets) {
    if (usable(set)) names.emplace_back(set.name);
  }
  return names;
}

const LayerKernels& layer_kernels(const std::string& instructions) {
  for (const InstructionSet& set : known_sets) {
    if (usable(set) && (instructions == "auto" || instructions == set.name)) return kernels_of(set.target);
  }
  std::string names = "auto";
  for (const std::string& name : instruction_sets()) names += ", " + name;
  throw Error("unknown instruction set '" + instructions + "': this machine has " + names);
}

}  // namespace sarinr
#endif
