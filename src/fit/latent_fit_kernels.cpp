#include "fit/latent_fit_kernels.h"

#include "field/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fit/latent_fit_kernels.cpp"
#include <hwy/foreach_target.h>

#include "fit/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {
namespace {

using Wide = hn::CappedTag<float, latent_lanes>;
using Whole = hn::RebindToSigned<Wide>;
using Bits = hn::RebindToUnsigned<Wide>;
using Values = hn::Vec<Wide>;

/// Sums of this many rows times two vectors stay in registers.
constexpr bool many_vectors = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON;
constexpr std::size_t most_rows = many_vectors ? 8 : 4;

/// `Outputs` neurons of two vectors at a time: sums stay in registers.
template <std::size_t Outputs>
HWY_INLINE void dense_rows(const float* const* in, std::size_t inputs, const float* weights, const float* bias,
                           std::size_t count, bool relu, float* out, std::size_t stride) {
  const Wide d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t n = 0; n < count; n += 2 * lanes) {
    Values low[Outputs];
    Values high[Outputs];
    for (std::size_t o = 0; o < Outputs; ++o) low[o] = high[o] = hn::Set(d, bias == nullptr ? 0 : bias[o]);
    for (std::size_t i = 0; i < inputs; ++i) {
      const Values a = hn::LoadU(d, in[i] + n);
      const Values b = hn::LoadU(d, in[i] + n + lanes);
      for (std::size_t o = 0; o < Outputs; ++o) {
        const Values w = hn::Set(d, weights[o * inputs + i]);
        low[o] = hn::MulAdd(w, a, low[o]);
        high[o] = hn::MulAdd(w, b, high[o]);
      }
    }
    for (std::size_t o = 0; o < Outputs; ++o) {
      const Values zero = hn::Zero(d);
      hn::StoreU(relu ? hn::Max(low[o], zero) : low[o], d, out + o * stride + n);
      hn::StoreU(relu ? hn::Max(high[o], zero) : high[o], d, out + o * stride + n + lanes);
    }
  }
}

void dense(const float* const* in, std::size_t inputs, const float* weights, const float* bias, std::size_t outputs,
           std::size_t count, bool relu, float* out, std::size_t stride) {
  std::size_t o = 0;
  const auto next = [&](auto rows) {
    dense_rows<rows()>(in, inputs, weights + o * inputs, bias == nullptr ? nullptr : bias + o, count, relu,
                       out + o * stride, stride);
    o += rows();
  };
  while (outputs - o >= most_rows) next(std::integral_constant<std::size_t, most_rows>());
  if (outputs - o >= 4) next(std::integral_constant<std::size_t, 4>());
  if (outputs - o >= 2) next(std::integral_constant<std::size_t, 2>());
  if (outputs - o >= 1) next(std::integral_constant<std::size_t, 1>());
}

/// `Inputs` rows of two vectors at a time.
template <std::size_t Inputs>
HWY_INLINE void back_rows(const float* gradient, std::size_t stride, std::size_t outputs, const float* weights,
                          std::size_t inputs, std::size_t count, float* const* in_gradient) {
  const Wide d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t n = 0; n < count; n += 2 * lanes) {
    Values low[Inputs];
    Values high[Inputs];
    for (std::size_t i = 0; i < Inputs; ++i) {
      low[i] = hn::LoadU(d, in_gradient[i] + n);
      high[i] = hn::LoadU(d, in_gradient[i] + n + lanes);
    }
    for (std::size_t o = 0; o < outputs; ++o) {
      const Values a = hn::LoadU(d, gradient + o * stride + n);
      const Values b = hn::LoadU(d, gradient + o * stride + n + lanes);
      for (std::size_t i = 0; i < Inputs; ++i) {
        const Values w = hn::Set(d, weights[o * inputs + i]);
        low[i] = hn::MulAdd(w, a, low[i]);
        high[i] = hn::MulAdd(w, b, high[i]);
      }
    }
    for (std::size_t i = 0; i < Inputs; ++i) {
      hn::StoreU(low[i], d, in_gradient[i] + n);
      hn::StoreU(high[i], d, in_gradient[i] + n + lanes);
    }
  }
}

void dense_back(const float* gradient, std::size_t stride, std::size_t outputs, const float* weights,
                std::size_t inputs, std::size_t count, float* const* in_gradient) {
  std::size_t i = 0;
  const auto next = [&](auto rows) {
    back_rows<rows()>(gradient, stride, outputs, weights + i, inputs, count, in_gradient + i);
    i += rows();
  };
  while (inputs - i >= most_rows) next(std::integral_constant<std::size_t, most_rows>());
  while (inputs - i >= 3) next(std::integral_constant<std::size_t, 3>());
  while (inputs - i >= 1) next(std::integral_constant<std::size_t, 1>());
}

template <std::size_t Outputs, std::size_t Inputs>
HWY_INLINE void outer_block(const float* gradient, std::size_t stride, const float* const* in, std::size_t inputs,
                            std::size_t count, float* sums) {
  const Wide d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t part = 0; part < latent_lanes; part += lanes) {
    Values sum[Outputs][Inputs];
    for (std::size_t o = 0; o < Outputs; ++o) {
      for (std::size_t i = 0; i < Inputs; ++i) {
        sum[o][i] = hn::LoadU(d, sums + (o * inputs + i) * latent_lanes + part);
      }
    }
    for (std::size_t n = part; n < count; n += latent_lanes) {
      Values g[Outputs];
      for (std::size_t o = 0; o < Outputs; ++o) g[o] = hn::LoadU(d, gradient + o * stride + n);
      for (std::size_t i = 0; i < Inputs; ++i) {
        const Values a = hn::LoadU(d, in[i] + n);
        for (std::size_t o = 0; o < Outputs; ++o) sum[o][i] = hn::MulAdd(g[o], a, sum[o][i]);
      }
    }
    for (std::size_t o = 0; o < Outputs; ++o) {
      for (std::size_t i = 0; i < Inputs; ++i) {
        hn::StoreU(sum[o][i], d, sums + (o * inputs + i) * latent_lanes + part);
      }
    }
  }
}

template <std::size_t Outputs, std::size_t Inputs>
HWY_INLINE void outer_rows(const float* gradient, std::size_t stride, const float* const* in, std::size_t inputs,
                           std::size_t count, float* sums) {
  std::size_t i = 0;
  for (; i + Inputs <= inputs; i += Inputs) {
    outer_block<Outputs, Inputs>(gradient, stride, in + i, inputs, count, sums + i * latent_lanes);
  }
  for (; i < inputs; ++i) {
    outer_block<Outputs, 1>(gradient, stride, in + i, inputs, count, sums + i * latent_lanes);
  }
}

void outer(const float* gradient, std::size_t stride, std::size_t outputs, const float* const* in, std::size_t inputs,
           std::size_t count, float* sums) {
  std::size_t o = 0;
  const auto next = [&](auto rows, auto columns) {
    outer_rows<rows(), columns()>(gradient + o * stride, stride, in, inputs, count, sums + o * inputs * latent_lanes);
    o += rows();
  };
  constexpr std::integral_constant<std::size_t, most_rows> most;
  constexpr std::integral_constant<std::size_t, many_vectors ? 3 : 2> few;
  constexpr std::integral_constant<std::size_t, many_vectors ? 8 : 4> many;
  while (outputs - o >= most_rows) next(most, few);
  while (outputs - o >= 2) next(std::integral_constant<std::size_t, 2>(), many);
  while (outputs - o >= 1) next(std::integral_constant<std::size_t, 1>(), many);
}

void add_bias(const float* gradient, std::size_t stride, std::size_t outputs, std::size_t count, float* sums) {
  const Wide d;
  for (std::size_t o = 0; o < outputs; ++o) {
    for (std::size_t part = 0; part < latent_lanes; part += hn::Lanes(d)) {
      Values sum = hn::LoadU(d, sums + o * latent_lanes + part);
      for (std::size_t n = part; n < count; n += latent_lanes) {
        sum = hn::Add(sum, hn::LoadU(d, gradient + o * stride + n));
      }
      hn::StoreU(sum, d, sums + o * latent_lanes + part);
    }
  }
}

void add(const float* terms, std::size_t count, float* sums) {
  const Wide d;
  for (std::size_t n = 0; n < count; n += hn::Lanes(d)) {
    hn::StoreU(hn::Add(hn::LoadU(d, sums + n), hn::LoadU(d, terms + n)), d, sums + n);
  }
}

void relu_back(const float* value, std::size_t count, float* gradient) {
  const Wide d;
  for (std::size_t n = 0; n < count; n += hn::Lanes(d)) {
    const auto positive = hn::Gt(hn::LoadU(d, value + n), hn::Zero(d));
    hn::StoreU(hn::IfThenElseZero(positive, hn::LoadU(d, gradient + n)), d, gradient + n);
  }
}

void combine(const float* const* rows, const float* weights, std::size_t count, float* out) {
  const Wide d;
  for (std::size_t n = 0; n < count; n += hn::Lanes(d)) {
    Values sum = hn::Mul(hn::Set(d, weights[0]), hn::LoadU(d, rows[0] + n));
    for (int t = 1; t < 4; ++t) sum = hn::MulAdd(hn::Set(d, weights[t]), hn::LoadU(d, rows[t] + n), sum);
    hn::StoreU(sum, d, out + n);
  }
}

void spread(const float* gradient, const float* weights, std::size_t count, float* const* rows) {
  const Wide d;
  for (std::size_t n = 0; n < count; n += hn::Lanes(d)) {
    const Values g = hn::LoadU(d, gradient + n);
    for (int t = 0; t < 4; ++t) {
      hn::StoreU(hn::MulAdd(hn::Set(d, weights[t]), g, hn::LoadU(d, rows[t] + n)), d, rows[t] + n);
    }
  }
}

void expand(const float* nodes, const std::int32_t* first, const float* weights, std::size_t stride, std::size_t count,
            float* out) {
  const Wide d;
  const Whole whole;
  for (std::size_t n = 0; n < count; n += hn::Lanes(d)) {
    const auto place = hn::LoadU(whole, first + n);
    Values sum = hn::Zero(d);
    for (int t = 0; t < 4; ++t) {
      const Values node = hn::GatherIndex(d, nodes + t, place);
      sum = hn::MulAdd(hn::LoadU(d, weights + static_cast<std::size_t>(t) * stride + n), node, sum);
    }
    hn::StoreU(sum, d, out + n);
  }
}

void dots(const float* values, const std::int32_t* start, const float* factors, std::size_t length, std::size_t count,
          float* out) {
  const Wide d;
  for (std::size_t k = 0; k < count; ++k, factors += length) {
    if (start[k] < 0) {
      out[k] = 0;
      continue;
    }
    Values sum = hn::Zero(d);
    for (std::size_t i = 0; i < length; i += hn::Lanes(d)) {
      sum = hn::MulAdd(hn::LoadU(d, factors + i), hn::LoadU(d, values + start[k] + i), sum);
    }
    out[k] = hn::GetLane(hn::SumOfLanes(d, sum));
  }
}

/// floor(x) + 1/2 + tanh((x - floor(x) - 1/2) / T) / (2 tanh(1 / 2T)), and its slope.
struct SoftRound {
  explicit SoftRound(float temperature) {
    const float scale = 1 / (2 * std::tanh(1 / (2 * temperature)));
    inverse = hn::Set(Wide(), 1 / temperature);
    height = hn::Set(Wide(), scale);
    steepest = hn::Set(Wide(), scale / temperature);
  }
  Values inverse, height, steepest;

  HWY_INLINE Values operator()(Values x, Values& slope) const {
    const Wide d;
    const Values centre = hn::Add(hn::Floor(x), hn::Set(d, 0.5f));
    // tanh(z) = 1 - 2 / (exp(2z) + 1); |z| <= 1 / 2T is small enough for every temperature in use.
    const Values z = hn::Mul(hn::Sub(x, centre), inverse);
    const Values one = hn::Set(d, 1.0f);
    const Values tanh = hn::Sub(one, hn::Div(hn::Set(d, 2.0f), hn::Add(hn::Exp(d, hn::Add(z, z)), one)));
    slope = hn::Mul(steepest, hn::NegMulAdd(tanh, tanh, one));
    return hn::MulAdd(height, tanh, centre);
  }
};

void soften(const float* y, std::size_t count, const Softening& softening, std::uint32_t index, float* value,
            float* slope) {
  const Wide d;
  const Bits bits;
  const Whole whole;
  const SoftRound round(softening.temperature);
  const auto stepped = hn::Set(bits, softening.step * 0x85EBCA6Bu);
  for (std::size_t n = 0; n < count; n += hn::Lanes(d)) {
    auto hash =
        hn::Add(hn::Mul(hn::Iota(bits, index + static_cast<std::uint32_t>(n)), hn::Set(bits, 0x9E3779B1u)), stepped);
    hash = hn::Mul(hn::Xor(hash, hn::ShiftRight<15>(hash)), hn::Set(bits, 0x2C1B3C6Du));
    hash = hn::Mul(hn::Xor(hash, hn::ShiftRight<12>(hash)), hn::Set(bits, 0x297A2D39u));
    hash = hn::Xor(hash, hn::ShiftRight<15>(hash));
    const auto place = hn::BitCast(whole, hn::And(hash, hn::Set(bits, static_cast<std::uint32_t>(noise_values - 1))));
    const Values noise = hn::GatherIndex(d, softening.noise, place);
    Values first;
    Values second;
    const Values softened = round(hn::LoadU(d, y + n), first);
    hn::StoreU(round(hn::Add(softened, noise), second), d, value + n);
    hn::StoreU(hn::Mul(first, second), d, slope + n);
  }
}

void laplace(const float* y, const float* position, const float* log_scale, std::size_t count, std::size_t valid,
             float weight, float* sums, float* y_gradient, float* position_gradient, float* scale_gradient) {
  const Wide d;
  const Values half = hn::Set(d, 0.5f);
  const Values one = hn::Set(d, 1.0f);
  const Values zero = hn::Zero(d);
  const Values bits_per_nat = hn::Set(d, 1.44269504f);
  const Values factor = hn::Set(d, -weight * 1.44269504f);
  const Values low = hn::Set(d, least_log_scale);
  const Values high = hn::Set(d, greatest_log_scale);
  for (std::size_t n = 0; n < count; n += hn::Lanes(d)) {
    const Values raw = hn::LoadU(d, log_scale + n);
    const Values inverse = hn::Exp(d, hn::Neg(hn::Min(hn::Max(raw, low), high)));
    const Values offset = hn::Sub(hn::LoadU(d, y + n), hn::LoadU(d, position + n));
    const Values distance = hn::Abs(offset);
    const Values beyond = hn::Sub(distance, half);
    // a = exp(-|d - 1/2| / b), e = exp(-1 / b), g = exp(-(d + 1/2) / b) inside the cell.
    const Values a = hn::Exp(d, hn::Neg(hn::Mul(hn::Abs(beyond), inverse)));
    const Values e = hn::Exp(d, hn::Neg(inverse));
    const Values g = hn::Div(e, a);
    const auto inside = hn::Le(beyond, zero);
    const Values inside_probability = hn::NegMulAdd(half, hn::Add(a, g), one);
    const Values outside_base = hn::Mul(half, hn::Sub(one, e));
    const Values probability = hn::Max(hn::IfThenElse(inside, inside_probability, outside_base), hn::Set(d, 1e-30f));
    Values logarithm = hn::Log(d, probability);
    logarithm = hn::Sub(logarithm, hn::IfThenZeroElse(inside, hn::Mul(beyond, inverse)));
    const auto counts = hn::Lt(hn::Iota(d, static_cast<float>(n)), hn::Set(d, static_cast<float>(valid)));
    const std::size_t lane = n % latent_lanes;
    hn::StoreU(hn::Sub(hn::LoadU(d, sums + lane), hn::IfThenElseZero(counts, hn::Mul(logarithm, bits_per_nat))), d,
               sums + lane);
    if (y_gradient == nullptr) continue;
    const Values scaled = hn::Div(hn::Mul(half, inverse), probability);
    const Values by_distance_inside = hn::Neg(hn::Mul(scaled, hn::Sub(a, g)));
    const Values by_scale_inside =
        hn::Neg(hn::Mul(scaled, hn::MulAdd(g, hn::Add(half, distance), hn::Neg(hn::Mul(a, beyond)))));
    const Values by_scale_outside =
        hn::Mul(inverse, hn::Sub(beyond, hn::Div(e, hn::Max(hn::Sub(one, e), hn::Set(d, 1e-12f)))));
    const Values by_distance = hn::IfThenElse(inside, by_distance_inside, hn::Neg(inverse));
    const Values by_scale = hn::IfThenElse(inside, by_scale_inside, by_scale_outside);
    const Values valid_factor = hn::IfThenElseZero(counts, factor);
    const Values by_y = hn::Mul(valid_factor, hn::CopySign(by_distance, hn::Xor(offset, by_distance)));
    hn::StoreU(by_y, d, y_gradient + n);
    hn::StoreU(hn::Neg(by_y), d, position_gradient + n);
    // Outside its range a scale only moves back in: against the gradient.
    const Values step = hn::Mul(valid_factor, by_scale);
    const auto stuck =
        hn::Or(hn::And(hn::Lt(raw, low), hn::Gt(step, zero)), hn::And(hn::Gt(raw, high), hn::Lt(step, zero)));
    hn::StoreU(hn::IfThenZeroElse(stuck, step), d, scale_gradient + n);
  }
}

void square_error(const float* value, const float* target, const float* weight, std::size_t count, float factor,
                  float* sums, float* gradient) {
  const Wide d;
  const Values twice = hn::Set(d, 2 * factor);
  for (std::size_t n = 0; n < count; n += hn::Lanes(d)) {
    const Values error = hn::Sub(hn::LoadU(d, value + n), hn::LoadU(d, target + n));
    const Values weighted = hn::Mul(hn::LoadU(d, weight + n), error);
    const std::size_t lane = n % latent_lanes;
    hn::StoreU(hn::MulAdd(weighted, error, hn::LoadU(d, sums + lane)), d, sums + lane);
    if (gradient != nullptr) hn::StoreU(hn::Mul(twice, weighted), d, gradient + n);
  }
}

void adam(const float* gradient, const AdamStep& step, std::size_t count, float* values, float* first, float* second) {
  const Wide d;
  const Values rate = hn::Set(d, step.rate);
  const Values keep_first = hn::Set(d, step.first);
  const Values take_first = hn::Set(d, 1 - step.first);
  const Values keep_second = hn::Set(d, step.second);
  const Values take_second = hn::Set(d, 1 - step.second);
  const Values correction = hn::Set(d, step.second_correction);
  for (std::size_t n = 0; n < count; n += hn::Lanes(d)) {
    const Values g = hn::LoadU(d, gradient + n);
    const Values m = hn::MulAdd(keep_first, hn::LoadU(d, first + n), hn::Mul(take_first, g));
    const Values v = hn::MulAdd(keep_second, hn::LoadU(d, second + n), hn::Mul(take_second, hn::Mul(g, g)));
    hn::StoreU(m, d, first + n);
    hn::StoreU(v, d, second + n);
    const Values root = hn::Add(hn::Sqrt(hn::Mul(v, correction)), hn::Set(d, 1e-12f));
    hn::StoreU(hn::NegMulAdd(rate, hn::Div(m, root), hn::LoadU(d, values + n)), d, values + n);
  }
}

}  // namespace

const LatentFitKernels* latent_fit_kernels_here() {
  static const LatentFitKernels kernels = {dense,  dense_back, outer, add_bias, add,     relu_back,    combine,
                                           spread, expand,     dots,  soften,   laplace, square_error, adam};
  return &kernels;
}

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sarinr {

HWY_EXPORT(latent_fit_kernels_here);

const LatentFitKernels& latent_fit_kernels(const std::string& instructions) {
  return *HWY_DISPATCH_TABLE(latent_fit_kernels_here)[dispatch_place(instructions)]();
}

}  // namespace sarinr
#endif
