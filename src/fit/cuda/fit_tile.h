#pragma once

#include "fit/cuda/job_pass.h"
#include "fit/cuda/pixel_pass.h"

namespace sarinr::fused {

/// What a warp keeps in registers through an epoch.
template <class Unit, int padded>
struct WarpState {
  using Sums = typename Unit::template PerLane<float, 4>;
  Sums jobs[jobs_of_a_warp(padded)][job_tiles];
  Sums totals;
};

/// One word of the packed parameters (Plan) from the weights.
template <class Unit>
class Packer {
 public:
  SARINR_DEVICE Packer(const Unit& unit, const Plan& plan, const TileView& tile)
      : unit_(unit), plan_(plan), shape_(plan.shape), tile_(tile) {}

  SARINR_DEVICE void pack(int index) const {
    if (index < plan_.blocks_size()) {
      tile_.blocks[index] = hidden_word(index);
      return;
    }
    index -= plan_.blocks_size();
    tile_.small[index] = index < plan_.first_layer() ? output_word(index) : unit_.word(number(index));
  }

 private:
  SARINR_DEVICE std::uint32_t hidden_word(int index) const {
    const float* matrix = tile_.weights + shape_.matrix(1 + index / plan_.hidden_block_words());
    const int block = index % plan_.hidden_block_words() / block_words;
    const int lane = index % block_words;
    const int row = block / plan_.block_columns() * 8 + lane / 4;
    const int column = block % plan_.block_columns() * 8 + 2 * (lane % 4);
    const auto weight = [&](int k) {
      return row < shape_.width && k < shape_.width ? shape_.kernel_factor[1] * matrix[row * shape_.width + k] : 0.0f;
    };
    return unit_.pack(weight(column), weight(column + 1));
  }

  SARINR_DEVICE std::uint32_t output_word(int index) const {
    const float* matrix = tile_.weights + shape_.matrix(shape_.depth + 1);
    const int within = index % plan_.output_block_words();
    const int lane = within % block_words;
    const int channel = lane / 4;
    const int neuron = within / block_words * 8 + 2 * (lane % 4);
    const auto weight = [&](int k) {
      return channel < shape_.outputs && k < shape_.width ? matrix[channel * shape_.width + k] : 0.0f;
    };
    const float first = weight(neuron);
    const float second = weight(neuron + 1);
    const std::uint32_t word = unit_.pack(first, second);
    if (within == index) return word;
    return unit_.pack(first - unit_.low(word), second - unit_.high(word));
  }

  SARINR_DEVICE float number(int index) const {
    if (index >= plan_.output_biases()) {
      const int channel = index - plan_.output_biases();
      const float* biases = tile_.weights + shape_.matrix(shape_.depth + 1) + shape_.outputs * shape_.width;
      return channel < shape_.outputs ? biases[channel] : 0;
    }
    const int layer = index < plan_.hidden_biases() ? 0 : 1 + (index - plan_.hidden_biases()) / shape_.padded;
    const int start = layer == 0 ? plan_.first_layer() : plan_.hidden_biases();
    const int neuron = (index - start) % shape_.padded;
    if (neuron >= shape_.width) return 0;
    const float* matrix = tile_.weights + shape_.matrix(layer);
    if (layer > 0) return shape_.kernel_factor[1] * matrix[shape_.width * shape_.width + neuron];
    const int which = (index - start) / shape_.padded;
    return shape_.kernel_factor[0] * (which == 2 ? matrix[2 * shape_.width + neuron] : matrix[2 * neuron + which]);
  }

  const Unit& unit_;
  const Plan& plan_;
  const Shape& shape_;
  const TileView& tile_;
};

/// Adam (Kingma and Ba 2015) with 0.9, 0.999, 1e-8, as the cpu engine takes its steps.
template <class Unit>
SARINR_DEVICE void adam_step(const Unit& unit, const TileView& tile, const StepSize& size, int i) {
  const float gradient = tile.gradients[i];
  const float mean = 0.9f * tile.means[i] + 0.1f * gradient;
  const float square = 0.999f * tile.squares[i] + 0.001f * gradient * gradient;
  tile.means[i] = mean;
  tile.squares[i] = square;
  tile.weights[i] -= size.rate * mean / (unit.square_root(square) * size.spread + 1e-8f);
}

/// A warp's errors and output gradients, summed over its lanes, into the first words of its stash.
template <class Unit>
SARINR_DEVICE void leave_totals(const Unit& unit, typename Unit::template PerLane<float, 4> totals,
                                std::uint32_t* stash) {
  unit.sum_over_rows(totals);
  for (int slot = 0; slot < Unit::slots; ++slot) {
    const int lane = unit.lane(slot);
    if (lane >= 4) continue;
    SARINR_UNROLL
    for (int e = 0; e < 4; ++e) stash[e / 2 * most_outputs + 2 * lane + e % 2] = unit.word(totals[slot][e]);
  }
}

/// Sums the warps' totals in order: the epoch's loss, the gradient of the last biases, and whether the target is met.
template <class Unit>
SARINR_DEVICE void finish_epoch(const Unit& unit, const Arguments& a, const TileView& tile, int index, int epoch) {
  const Plan& plan = a.plan;
  const Shape& shape = plan.shape;
  const auto total = [&](int place) {
    float sum = 0;
    for (int warp = 0; warp < plan.warps; ++warp) sum += unit.number(tile.stashes[warp * plan.stash_words() + place]);
    return sum;
  };
  float loss = 0;
  bool reached = a.targets != nullptr;
  for (int channel = 0; channel < shape.outputs; ++channel) {
    const float error = total(channel);
    loss += error / static_cast<float>(shape.outputs);
    reached = reached && error <= a.targets[index * most_outputs + channel];
    tile.gradients[shape.matrix(shape.depth + 1) + shape.outputs * shape.width + channel] =
        total(most_outputs + channel);
  }
  a.losses[static_cast<std::size_t>(index) * static_cast<std::size_t>(a.all_epochs) + static_cast<std::size_t>(epoch)] =
      loss;
  a.taken[index] = reached ? epoch : epoch + 1;
  a.done[index] = reached ? 1 : 0;
}

/// The epochs of a launch for one tile. `block` runs work on all its warps or threads and waits until all are done:
/// each_warp(work(unit, warp, state)), each(count, work(unit, i)), one(work(unit)).
template <class Unit, int padded, class Block>
SARINR_DEVICE void fit_tile(Block& block, const Arguments& a, int index, std::uint32_t* shared) {
  using State = WarpState<Unit, padded>;
  const Plan& plan = a.plan;
  const TileView tile = view_of(a, index, shared);
  const int step = plan.warps * warp_pixels;
  if (a.done[index] != 0) return;
  for (int epoch = a.first_epoch; epoch < a.last_epoch; ++epoch) {
    block.each(plan.blocks_size() + plan.small_size(),
               [&](const Unit& unit, int i) { Packer<Unit>(unit, plan, tile).pack(i); });
    for (int pass = 0; pass < plan.passes; ++pass) {
      block.each_warp([&](const Unit&, int, State& state) {
        JobPass<Unit, padded>::clear(state.jobs);
        for (int slot = 0; slot < Unit::slots; ++slot) {
          SARINR_UNROLL
          for (int e = 0; e < 4; ++e) state.totals[slot][e] = 0;
        }
      });
      for (int first = 0; first < tile.pixels; first += step) {
        block.each_warp([&](const Unit& unit, int warp, State& state) {
          PixelPass<Unit, padded>(unit, a, tile, tile.stashes + warp * plan.stash_words())
              .run(first + warp * warp_pixels, state.totals);
        });
        block.each_warp([&](const Unit& unit, int warp, State& state) {
          JobPass<Unit, padded>(unit, plan, warp, pass).add(tile.stashes, state.jobs);
        });
      }
      block.each_warp([&](const Unit& unit, int warp, State& state) {
        JobPass<Unit, padded>(unit, plan, warp, pass).write(state.jobs, tile.gradients);
        leave_totals(unit, state.totals, tile.stashes + warp * plan.stash_words());
      });
    }
    block.one([&](const Unit& unit) { finish_epoch(unit, a, tile, index, epoch); });
    if (a.done[index] != 0) return;
    block.each(plan.shape.weights(), [&](const Unit& unit, int i) { adam_step(unit, tile, a.steps[epoch], i); });
  }
}

}  // namespace sarinr::fused
