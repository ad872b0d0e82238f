#pragma once

#include "fit/cuda/arguments.h"

namespace sarinr::fused {

enum class JobKind { hidden, bias, output };

/// Up to four products of 16 x 8 numbers that one warp sums over all pixels.
struct Job {
  JobKind kind = JobKind::hidden;
  int layer = 0;
  int row = 0;     ///< first row tile (16 neurons)
  int column = 0;  ///< of hidden jobs: first column tile (8 neurons of the layer below)
};

SARINR_DEVICE Job job_of(const Plan& plan, int index) {
  const int groups = plan.shape.padded / 32;
  if (index < plan.hidden_jobs()) {
    const int row = index / groups;
    return {JobKind::hidden, 1 + row / plan.row_tiles(), row % plan.row_tiles(), index % groups * job_tiles};
  }
  index -= plan.hidden_jobs();
  if (index < plan.bias_jobs()) {
    const int a_layer = plan.bias_jobs_a_layer();
    return {JobKind::bias, index / a_layer, index % a_layer * job_tiles, 0};
  }
  return {JobKind::output, plan.shape.depth, (index - plan.bias_jobs()) * 2, 0};
}

/// The gradients of the weights: products of what all warps left in their stashes, summed over the pixels. Both factors
/// are needed with pixels along the sum, so both are loaded transposed.
template <class Unit, int padded>
class JobPass {
 public:
  using Sums = typename Unit::template PerLane<float, 4>;
  using Words = typename Unit::template PerLane<std::uint32_t, 4>;
  static constexpr int jobs = jobs_of_a_warp(padded);

  SARINR_DEVICE JobPass(const Unit& unit, const Plan& plan, int warp, int pass)
      : unit_(unit), plan_(plan), warp_(warp), pass_(pass) {}

  SARINR_DEVICE static void clear(Sums (&sums)[jobs][job_tiles]) {
    SARINR_UNROLL
    for (int j = 0; j < jobs; ++j) {
      SARINR_UNROLL
      for (int i = 0; i < job_tiles; ++i) {
        for (int slot = 0; slot < Unit::slots; ++slot) {
          SARINR_UNROLL
          for (int e = 0; e < 4; ++e) sums[j][i][slot][e] = 0;
        }
      }
    }
  }

  SARINR_DEVICE void add(const std::uint32_t* stashes, Sums (&sums)[jobs][job_tiles]) const {
    SARINR_UNROLL
    for (int j = 0; j < jobs; ++j) {
      const int index = job_index(j);
      if (index >= plan_.jobs()) continue;
      const Job job = job_of(plan_, index);
      for (int warp = 0; warp < plan_.warps; ++warp) {
        const std::uint32_t* stash = stashes + warp * plan_.stash_words();
        if (job.kind == JobKind::hidden) {
          add_hidden(job, stash, sums[j]);
        } else if (job.kind == JobKind::bias) {
          add_bias(job, stash, sums[j]);
        } else {
          add_output(job, stash, sums[j]);
        }
      }
    }
  }

  /// Puts the finished sums in their places of the gradient; each has one owner.
  SARINR_DEVICE void write(const Sums (&sums)[jobs][job_tiles], float* gradient) const {
    SARINR_UNROLL
    for (int j = 0; j < jobs; ++j) {
      const int index = job_index(j);
      if (index >= plan_.jobs()) continue;
      const Job job = job_of(plan_, index);
      for (int slot = 0; slot < Unit::slots; ++slot) {
        SARINR_UNROLL
        for (int i = 0; i < job_tiles; ++i) {
          SARINR_UNROLL
          for (int r = 0; r < 2; ++r) {
            const int row = unit_.lane(slot) / 4 + 8 * r;
            const int pair = unit_.lane(slot) % 4;
            const float first = sums[j][i][slot][2 * r];
            const float second = sums[j][i][slot][2 * r + 1];
            if (job.kind == JobKind::hidden) {
              write_hidden(job, job.row * 16 + row, (job.column + i) * 8 + 2 * pair, first, second, gradient);
            } else if (job.kind == JobKind::bias) {
              write_bias(job, (job.row + i) * 16 + row, pair, first, second, gradient);
            } else if (i % 2 == 0) {
              write_output((job.row + i / 2) * 16 + row, 2 * pair, first + sums[j][i + 1][slot][2 * r],
                           second + sums[j][i + 1][slot][2 * r + 1], gradient);
            }
          }
        }
      }
    }
  }

 private:
  SARINR_DEVICE int job_index(int j) const { return (pass_ * jobs + j) * plan_.warps + warp_; }

  /// 16 neurons of a slot as the rows of a left factor.
  SARINR_DEVICE void load_rows(Words& words, const std::uint32_t* stash, int slot, int row_tile) const {
    const int at = slot + row_tile * 4 * block_words;
    unit_.template load<true>(words, stash, {at, at + 2 * block_words, at + block_words, at + 3 * block_words}, true);
  }

  /// Two times 8 columns of a slot as right factors.
  SARINR_DEVICE void load_columns(Words& words, const std::uint32_t* stash, int at) const {
    unit_.template load<true>(words, stash, {at, at + block_words, at + 2 * block_words, at + 3 * block_words}, true);
  }

  SARINR_DEVICE void add_hidden(const Job& job, const std::uint32_t* stash, Sums (&sums)[job_tiles]) const {
    const int values = plan_.value_slot(job.layer - 1) + job.column * 2 * block_words;
    Words gradients;
    Words left;
    Words right;
    load_rows(gradients, stash, plan_.gradient_slot(job.layer), job.row);
    load_columns(left, stash, values);
    load_columns(right, stash, values + 4 * block_words);
    unit_.template multiply<0>(sums[0], gradients, left);
    unit_.template multiply<2>(sums[1], gradients, left);
    unit_.template multiply<0>(sums[2], gradients, right);
    unit_.template multiply<2>(sums[3], gradients, right);
  }

  SARINR_DEVICE void add_bias(const Job& job, const std::uint32_t* stash, Sums (&sums)[job_tiles]) const {
    Words coordinates;
    load_columns(coordinates, stash, plan_.coordinate_slot());
    SARINR_UNROLL
    for (int i = 0; i < job_tiles; ++i) {
      if (job.row + i >= plan_.row_tiles()) continue;
      Words gradients;
      load_rows(gradients, stash, plan_.gradient_slot(job.layer), job.row + i);
      unit_.template multiply<0>(sums[i], gradients, coordinates);
    }
  }

  SARINR_DEVICE void add_output(const Job& job, const std::uint32_t* stash, Sums (&sums)[job_tiles]) const {
    Words slopes;
    load_columns(slopes, stash, plan_.output_slot());
    SARINR_UNROLL
    for (int i = 0; i < 2; ++i) {
      Words values;
      load_rows(values, stash, plan_.value_slot(job.layer), job.row + i);
      unit_.template multiply<0>(sums[2 * i], values, slopes);
      unit_.template multiply<2>(sums[2 * i + 1], values, slopes);
    }
  }

  SARINR_DEVICE void write_hidden(const Job& job, int row, int column, float first, float second,
                                  float* gradient) const {
    const Shape& shape = plan_.shape;
    if (row >= shape.width) return;
    float* place = gradient + shape.matrix(job.layer) + row * shape.width + column;
    if (column < shape.width) place[0] = shape.slope_factor[1] * first;
    if (column + 1 < shape.width) place[1] = shape.slope_factor[1] * second;
  }

  SARINR_DEVICE void write_bias(const Job& job, int row, int pair, float first, float second, float* gradient) const {
    const Shape& shape = plan_.shape;
    if (row >= shape.width || pair == 3) return;
    const float factor = shape.slope_factor[job.layer == 0 ? 0 : 1];
    float* matrix = gradient + shape.matrix(job.layer);
    if (pair == 2) {
      matrix[shape.width * (job.layer == 0 ? 2 : shape.width) + row] = factor * first;
    } else if (job.layer == 0) {
      matrix[2 * row + pair] = factor * (first + second);
    }
  }

  SARINR_DEVICE void write_output(int neuron, int channel, float first, float second, float* gradient) const {
    const Shape& shape = plan_.shape;
    if (neuron >= shape.width) return;
    float* place = gradient + shape.matrix(shape.depth + 1) + channel * shape.width + neuron;
    if (channel < shape.outputs) place[0] = first;
    if (channel + 1 < shape.outputs) place[shape.width] = second;
  }

  const Unit& unit_;
  const Plan& plan_;
  int warp_;
  int pass_;
};

}  // namespace sarinr::fused
