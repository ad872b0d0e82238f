#pragma once

#include <type_traits>

#include "fit/cuda/latent_sum_passes.h"

namespace sarinr::fused {

/// Thread `i` of a pass that is not blockwise; `padded` counts for the networks' passes alone.
template <LatentPass pass, int padded>
SARINR_DEVICE void run_latent_thread(const LatentArguments& a, int i) {
  if constexpr (pass == LatentPass::round_latents) round_latents(a, i);
  if constexpr (pass == LatentPass::place_nodes) place_nodes(a, i);
  if constexpr (pass == LatentPass::filter_rows) filter<false>(a, i, a.node, a.along);
  if constexpr (pass == LatentPass::filter_columns) filter<true>(a, i, a.along, a.filtered);
  if constexpr (pass == LatentPass::upsample) upsample(a, i);
  if constexpr (pass == LatentPass::synthesise) synthesise<padded>(a, i);
  if constexpr (pass == LatentPass::count_bits) count_bits<padded>(a, i);
  if constexpr (pass == LatentPass::spread_upsampled) spread_upsampled(a, i);
  if constexpr (pass == LatentPass::reduce_rows) reduce_rows(a, i);
  if constexpr (pass == LatentPass::reduce_columns) reduce_columns(a, i);
  if constexpr (pass == LatentPass::filter_columns_back) filter<true>(a, i, a.filtered_gradient, a.along_gradient);
  if constexpr (pass == LatentPass::filter_rows_back) filter<false>(a, i, a.along_gradient, a.node_gradient);
  if constexpr (pass == LatentPass::sum_weights) sum_weights(a, i);
  if constexpr (pass == LatentPass::move_latents) move_latents(a, i);
}

/// Block `index` of a blockwise pass.
template <LatentPass pass, class Block>
SARINR_DEVICE void run_latent_block(Block& block, const LatentArguments& a, int index, float* shared) {
  if constexpr (pass == LatentPass::sum_costs) sum_costs(block, a, index, shared);
  if constexpr (pass == LatentPass::multiply) multiply(block, a, index, shared);
  if constexpr (pass == LatentPass::multiply_taps) multiply_taps(block, a, index, shared);
}

template <LatentPass pass>
using LatentPassConstant = std::integral_constant<LatentPass, pass>;

/// Calls launch(pass, padded) with both as constants: the pass, and for the networks' the neurons that it must be
/// compiled for.
template <class Launch>
void with_latent_pass(const LatentArguments& a, LatentPass pass, const Launch& launch) {
  const auto once = [&](auto constant) { launch(constant, std::integral_constant<int, 4>()); };
  const auto by_width = [&](auto constant, int width) {
    if (width <= 4) {
      launch(constant, std::integral_constant<int, 4>());
    } else if (width <= 8) {
      launch(constant, std::integral_constant<int, 8>());
    } else if (width <= 16) {
      launch(constant, std::integral_constant<int, 16>());
    } else if constexpr (decltype(constant)::value == LatentPass::synthesise) {
      launch(constant, std::integral_constant<int, 32>());
    }
  };
  switch (pass) {
    case LatentPass::round_latents:
      return once(LatentPassConstant<LatentPass::round_latents>());
    case LatentPass::place_nodes:
      return once(LatentPassConstant<LatentPass::place_nodes>());
    case LatentPass::filter_rows:
      return once(LatentPassConstant<LatentPass::filter_rows>());
    case LatentPass::filter_columns:
      return once(LatentPassConstant<LatentPass::filter_columns>());
    case LatentPass::upsample:
      return once(LatentPassConstant<LatentPass::upsample>());
    case LatentPass::synthesise:
      return by_width(LatentPassConstant<LatentPass::synthesise>(), a.width);
    case LatentPass::count_bits:
      return by_width(LatentPassConstant<LatentPass::count_bits>(), a.entropy_width);
    case LatentPass::sum_costs:
      return once(LatentPassConstant<LatentPass::sum_costs>());
    case LatentPass::spread_upsampled:
      return once(LatentPassConstant<LatentPass::spread_upsampled>());
    case LatentPass::reduce_rows:
      return once(LatentPassConstant<LatentPass::reduce_rows>());
    case LatentPass::reduce_columns:
      return once(LatentPassConstant<LatentPass::reduce_columns>());
    case LatentPass::filter_columns_back:
      return once(LatentPassConstant<LatentPass::filter_columns_back>());
    case LatentPass::filter_rows_back:
      return once(LatentPassConstant<LatentPass::filter_rows_back>());
    case LatentPass::multiply:
      return once(LatentPassConstant<LatentPass::multiply>());
    case LatentPass::multiply_taps:
      return once(LatentPassConstant<LatentPass::multiply_taps>());
    case LatentPass::sum_weights:
      return once(LatentPassConstant<LatentPass::sum_weights>());
    case LatentPass::move_latents:
      return once(LatentPassConstant<LatentPass::move_latents>());
  }
}

}  // namespace sarinr::fused
