#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "fit/latent_fit_kernels.h"
#include "fit/tile_training.h"

namespace sarinr {

/// A grid of numbers with room around it: row(r)[c] is legal for r and c a little outside.
class PaddedGrid {
 public:
  static constexpr int margin = 8;
  PaddedGrid() = default;
  PaddedGrid(int columns, int rows)
      : stride_(padded_count(static_cast<std::size_t>(columns)) + 2 * latent_padding),
        values_(stride_ * static_cast<std::size_t>(rows + 2 * margin)) {}
  float* row(int r) { return values_.data() + place(r); }
  const float* row(int r) const { return values_.data() + place(r); }
  std::size_t stride() const { return stride_; }
  void clear() { std::fill(values_.begin(), values_.end(), 0.0f); }

 private:
  std::size_t place(int r) const { return static_cast<std::size_t>(r + margin) * stride_ + latent_padding; }
  std::size_t stride_ = 0;
  std::vector<float> values_;
};

/// The cost of a tile's grids and networks, and its gradient: mean square error over the region's pixels plus lambda
/// times the bits a pixel that the entropy model says the grids take.
class LatentObjective {
 public:
  using Cost = LatentCost;

  LatentObjective(const LatentShape& shape, LatentTarget target, const LatentFitKernels& kernels);
  ~LatentObjective();

  const LatentGeometry& geometry() const;
  const LatentShape& shape() const { return geometry().shape; }
  /// Of the free nodes.
  const NodeRange& nodes(int level) const { return geometry().free_nodes[static_cast<std::size_t>(level)]; }
  /// The grids' numbers: symbols when they are whole. Rows of `row(r)[0 .. columns)`.
  PaddedGrid& latents(int level, int channel);
  /// d(cost)/d(latents) after differentiate().
  PaddedGrid& gradient(int level, int channel);
  /// Errors count from the channel's target plus `shift` on.
  void shift_target(int channel, float shift);
  /// Another size of the symbols; latents stay.
  void use_step(float step);
  double pixels() const { return geometry().pixels(); }

  /// Rounds the latents as `softening` says (nullptr: to whole numbers) and measures their cost. Weights are those of
  /// latent_spec(shape).
  Cost measure(const std::vector<float>& weights, const Softening* softening);
  /// The same, with the gradient of square_error + lambda bits, both per pixel: `weight_gradient` (as weights) where
  /// not nullptr, and gradient() where there is a softening.
  Cost differentiate(const std::vector<float>& weights, const Softening* softening, double lambda,
                     std::vector<float>* weight_gradient);
  /// The network's values with whole symbols over the region: [channel][row][column].
  std::vector<float> values(const std::vector<float>& weights);

  struct Parts;

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace sarinr
