#include "field/latent_kernels.h"

#include "field/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "field/latent_kernels.cpp"
#include <hwy/foreach_target.h>

#include "field/matrix-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {

using Float = Single;
using Vector = hn::Vec<Float>;

/// Cells are narrower than a vector at the fine levels: each overwrites what the one before has written too far.
void stretch(const float* nodes, std::size_t cells, std::size_t spacing, const float* weights, float* out) {
  const Float d;
  Vector node[4];
  for (std::size_t i = 0; i < cells; ++i) {
    for (std::size_t k = 0; k < 4; ++k) node[k] = hn::Set(d, nodes[i + k]);
    for (std::size_t j = 0; j < spacing; j += hn::Lanes(d)) {
      Vector sum = hn::Mul(hn::LoadU(d, weights + j), node[0]);
      sum = hn::MulAdd(hn::LoadU(d, weights + spacing + j), node[1], sum);
      sum = hn::MulAdd(hn::LoadU(d, weights + 2 * spacing + j), node[2], sum);
      sum = hn::MulAdd(hn::LoadU(d, weights + 3 * spacing + j), node[3], sum);
      hn::StoreU(sum, d, out + i * spacing + j);
    }
  }
}

void blend(const float* const* rows, const float* weights, std::size_t count, float* out) {
  const Float d;
  const Vector w0 = hn::Set(d, weights[0]);
  const Vector w1 = hn::Set(d, weights[1]);
  const Vector w2 = hn::Set(d, weights[2]);
  const Vector w3 = hn::Set(d, weights[3]);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    Vector sum = hn::Mul(w0, hn::LoadU(d, rows[0] + i));
    sum = hn::MulAdd(w1, hn::LoadU(d, rows[1] + i), sum);
    sum = hn::MulAdd(w2, hn::LoadU(d, rows[2] + i), sum);
    sum = hn::MulAdd(w3, hn::LoadU(d, rows[3] + i), sum);
    hn::Store(sum, d, out + i);
  }
}

/// A cubic polynomial, or its first or second derivative, of a distance.
struct Cubic {
  float constant, linear, square, cube;
  HWY_INLINE Vector operator()(int order, Vector distance) const {
    const Float d;
    if (order == 2) return hn::MulAdd(hn::Set(d, 6 * cube), distance, hn::Set(d, 2 * square));
    if (order == 1) {
      const Vector bend = hn::MulAdd(hn::Set(d, 3 * cube), distance, hn::Set(d, 2 * square));
      return hn::MulAdd(bend, distance, hn::Set(d, linear));
    }
    const Vector slope = hn::MulAdd(hn::Set(d, cube), distance, hn::Set(d, square));
    return hn::MulAdd(hn::MulAdd(slope, distance, hn::Set(d, linear)), distance, hn::Set(d, constant));
  }
};

/// Keys' kernel with a = -1/2, at distances up to 1 and from 1 to 2.
constexpr Cubic keys_near = {1, 0, -2.5f, 1.5f};
constexpr Cubic keys_far = {2, -4, 2.5f, -0.5f};

void weigh(int order, float factor, const float* fractions, std::size_t count, float* out) {
  const Float d;
  const Vector one = hn::Set(d, 1.0f);
  const Vector passed = hn::Set(d, factor);
  // The distance from a node ahead shrinks as the fraction grows.
  const Vector coming = hn::Set(d, order == 1 ? -factor : factor);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const Vector fraction = hn::Load(d, fractions + i);
    const Vector rest = hn::Sub(one, fraction);
    hn::Store(hn::Mul(passed, keys_far(order, hn::Add(one, fraction))), d, out + i);
    hn::Store(hn::Mul(passed, keys_near(order, fraction)), d, out + count + i);
    hn::Store(hn::Mul(coming, keys_near(order, rest)), d, out + 2 * count + i);
    hn::Store(hn::Mul(coming, keys_far(order, hn::Add(one, rest))), d, out + 3 * count + i);
  }
}

void spread(const float* nodes, std::size_t count, float* out) {
  const Float d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    Vector four[4];
    hn::LoadInterleaved4(d, nodes + 4 * i, four[0], four[1], four[2], four[3]);
    for (std::size_t k = 0; k < 4; ++k) hn::Store(four[k], d, out + k * count + i);
  }
}

void interpolate(const float* nodes, const float* columns, const float* rows, std::size_t count, float* out) {
  const Float d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    Vector sum = hn::Zero(d);
    for (std::size_t row = 0; row < 4; ++row) {
      const float* four = nodes + row * 4 * count + i;
      Vector along = hn::Mul(hn::Load(d, columns + i), hn::Load(d, four));
      for (std::size_t k = 1; k < 4; ++k) {
        along = hn::MulAdd(hn::Load(d, columns + k * count + i), hn::Load(d, four + k * count), along);
      }
      const Vector weight = hn::Load(d, rows + row * count + i);
      sum = row == 0 ? hn::Mul(weight, along) : hn::MulAdd(weight, along, sum);
    }
    hn::Store(sum, d, out + i);
  }
}

struct FromRowBias {
  const float* bias;
  HWY_INLINE Vector operator()(std::size_t row, std::size_t) const { return hn::Set(Float(), bias[row]); }
};

struct IntoRectifier {
  float* matrix;
  std::size_t columns;
  HWY_INLINE void operator()(std::size_t row, std::size_t column, Vector sum) const {
    hn::Store(hn::Max(sum, hn::Zero(Float())), Float(), matrix + row * columns + column);
  }
};

void multiply(const float* matrix, const float* bias, std::size_t outputs, const float* values, std::size_t terms,
              std::size_t columns, bool rectified, float* out) {
  const LeftMatrix left{matrix, terms, 1};
  if (bias == nullptr) {
    multiply_matrices<FloatProducts>(left, values, outputs, columns, terms, FromZero{}, IntoMatrix{out, columns});
  } else if (rectified) {
    multiply_matrices<FloatProducts>(left, values, outputs, columns, terms, FromRowBias{bias},
                                     IntoRectifier{out, columns});
  } else {
    multiply_matrices<FloatProducts>(left, values, outputs, columns, terms, FromRowBias{bias},
                                     IntoMatrix{out, columns});
  }
}

void rectify(std::size_t terms, std::size_t step, std::size_t size, float* values) {
  const Float d;
  for (std::size_t i = 0; i < size; i += hn::Lanes(d)) {
    const Vector value = hn::Load(d, values + i);
    const auto alive = hn::Gt(value, hn::Zero(d));
    hn::Store(hn::IfThenElseZero(alive, value), d, values + i);
    for (std::size_t term = 1; term < terms; ++term) {
      float* derivative = values + term * step + i;
      hn::Store(hn::IfThenElseZero(alive, hn::Load(d, derivative)), d, derivative);
    }
  }
}

const LatentKernels* latent_kernels_here() {
  static const LatentKernels kernels = {stretch, blend, weigh, spread, interpolate, multiply, rectify};
  return &kernels;
}

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sarinr {

HWY_EXPORT(latent_kernels_here);

const LatentKernels& latent_kernels(const std::string& instructions) {
  return *HWY_DISPATCH_TABLE(latent_kernels_here)[dispatch_place(instructions)]();
}

}  // namespace sarinr
#endif
