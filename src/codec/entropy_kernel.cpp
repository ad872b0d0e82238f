#include "codec/entropy_network.h"
#include "codec/laplace_models.h"
#include "field/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codec/entropy_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sarinr::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Integer = hn::CappedTag<std::int32_t, most_lanes>;
using Vector = hn::Vec<Integer>;

constexpr std::int32_t largest_hidden = 16383;  // Q6
constexpr std::size_t widest = 16;

/// sums[k] += sum over i of inputs[i][at...] * weights[i][k].
template <int columns>
HWY_INLINE void add_products(const std::int32_t* const* inputs, int input_count, std::size_t at,
                             const std::int32_t* weights, Vector (&sums)[columns]) {
  const Integer d;
  for (int i = 0; i < input_count; ++i) {
    const Vector x = hn::LoadU(d, inputs[i] + at);
    const std::int32_t* row = weights + i * columns;
#pragma GCC unroll 8
    for (int k = 0; k < columns; ++k) sums[k] = hn::Add(sums[k], hn::Mul(x, hn::Set(d, row[k])));
  }
}

/// (value + half) >> bits within [low, high].
template <int bits>
HWY_INLINE Vector rounded(Vector value, std::int32_t low, std::int32_t high) {
  const Integer d;
  const Vector whole = hn::ShiftRight<bits>(hn::Add(value, hn::Set(d, 1 << (bits - 1))));
  return hn::Min(hn::Max(whole, hn::Set(d, low)), hn::Set(d, high));
}

/// A layer's neurons of one group, before rounding.
struct Group {
  Vector sum[neuron_group];
};
HWY_INLINE Group group_of(const std::int32_t* const* inputs, int input_count, std::size_t at,
                          const std::int32_t* weights, const std::int32_t* bias, int first) {
  const Integer d;
  Group group;
  for (int k = 0; k < neuron_group; ++k) group.sum[k] = hn::Set(d, bias[first + k]);
  add_products(inputs, input_count, at, weights + first * input_count, group.sum);
  return group;
}

/// One vector of positions.
HWY_INLINE void run_block(const EntropyNetwork& network, const std::int32_t* level_bias,
                          const std::int32_t* const* inputs, std::size_t at, std::int32_t* centres,
                          std::int32_t* scales) {
  const Integer d;
  alignas(64) std::int32_t first[widest][most_lanes];
  alignas(64) std::int32_t second[widest][most_lanes];
  const std::int32_t* first_rows[widest];
  const std::int32_t* second_rows[widest];
  for (std::size_t k = 0; k < widest; ++k) {
    first_rows[k] = first[k];
    second_rows[k] = second[k];
  }
  for (int n = 0; n < network.width; n += neuron_group) {
    const Group group = group_of(inputs, network.inputs, at, network.first.data(), network.first_bias.data(), n);
    for (int k = 0; k < neuron_group; ++k) hn::Store(rounded<8>(group.sum[k], 0, largest_hidden), d, first[n + k]);
  }
  for (int n = 0; n < network.width; n += neuron_group) {
    const Group group = group_of(first_rows, network.width, 0, network.second.data(), network.second_bias.data(), n);
    for (int k = 0; k < neuron_group; ++k) {
      const Vector sum = hn::Add(hn::Load(d, first[n + k]), rounded<10>(group.sum[k], 0, largest_hidden));
      hn::Store(hn::Min(sum, hn::Set(d, largest_hidden)), d, second[n + k]);
    }
  }
  Vector out[2] = {hn::Zero(d), hn::Zero(d)};
  add_products(second_rows, network.width, 0, network.out.data(), out);
  Vector skip[2] = {hn::Zero(d), hn::Zero(d)};
  add_products(inputs, network.inputs, at, network.skip.data(), skip);
  const auto result = [&](int k) {
    const Vector hidden = hn::ShiftRight<10>(hn::Add(out[k], hn::Set(d, 512)));
    const Vector linear = hn::ShiftRight<8>(hn::Add(skip[k], hn::Set(d, 128)));
    return hn::Add(hn::Add(hidden, linear), hn::Set(d, level_bias[k]));
  };
  hn::StoreU(rounded<2>(result(0), -largest_centre, largest_centre), d, centres + at);
  const Vector index = hn::ShiftRight<3>(hn::Add(result(1), hn::Set(d, 208)));
  hn::StoreU(hn::Min(hn::Max(index, hn::Zero(d)), hn::Set(d, scale_count - 1)), d, scales + at);
}

void run_network(const EntropyNetwork& network, int level, const std::int32_t* const* inputs, std::size_t count,
                 std::int32_t* centres, std::int32_t* scales) {
  const std::int32_t* level_bias = network.level_bias.data() + 2 * level;
  const std::size_t lanes = hn::Lanes(Integer());
  for (std::size_t at = 0; at < count; at += lanes) run_block(network, level_bias, inputs, at, centres, scales);
}

}  // namespace

EntropyKernel kernel_here() { return run_network; }

}  // namespace sarinr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sarinr {

HWY_EXPORT(kernel_here);

EntropyKernel entropy_kernel(const std::string& instructions) {
  return HWY_DISPATCH_TABLE(kernel_here)[dispatch_place(instructions)]();
}

}  // namespace sarinr
#endif
