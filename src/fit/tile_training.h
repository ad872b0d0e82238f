#pragma once

#include <memory>
#include <vector>

#include "fit/latent_fit_kernels.h"
#include "fit/latent_geometry.h"

namespace sarinr {

/// What a tile's grids cost.
struct LatentCost {
  double square_error = 0;  ///< summed over pixels that count and channels
  double bits = 0;          ///< of the core's grids
};

/// One tile's grids while they are trained: their cost, its gradient and the steps that Adam takes with them, wherever
/// that is computed. The cost is square error + lambda bits, both a pixel of the core; weights of the networks are
/// those of latent_spec(shape).
class TileTraining {
 public:
  virtual ~TileTraining() = default;
  virtual const LatentGeometry& geometry() const = 0;

  /// The numbers of the free nodes of a grid, [row][column]: symbols when they are whole.
  virtual std::vector<float> latents(int level, int channel) = 0;
  virtual void set_latents(int level, int channel, const std::vector<float>& latents) = 0;

  /// Adam begins anew: its moments are 0.
  virtual void begin_steps() = 0;
  /// One step of the latents, rounded as `softening` says, with networks as they are; `adam` is each level's. The
  /// networks' gradient where it is not nullptr.
  virtual void step(const std::vector<float>& weights, const Softening& softening, double lambda,
                    const std::vector<AdamStep>& adam, std::vector<float>* gradient) = 0;
  /// The networks' gradient with whole symbols.
  virtual void differentiate(const std::vector<float>& weights, double lambda, std::vector<float>& gradient) = 0;
  /// With whole symbols.
  virtual LatentCost measure(const std::vector<float>& weights) = 0;
  /// From here on the channel is trained for its target's values plus `shift`.
  virtual void shift_target(int channel, float shift) = 0;
  /// The network's values with whole symbols over the region: [channel][row][column].
  virtual std::vector<float> values(const std::vector<float>& weights) = 0;

  const LatentShape& shape() const { return geometry().shape; }
  const LatentTarget& target() const { return geometry().target; }
  const NodeRange& nodes(int level) const { return geometry().free_nodes[static_cast<std::size_t>(level)]; }
  double pixels() const { return geometry().pixels(); }
  bool is_active(int channel) const { return geometry().is_active(channel); }
  /// Another size of the symbols; latents are scaled so that the field stays.
  void set_step(float step);
  /// Rounds the latents to whole symbols.
  void make_whole();

 protected:
  virtual void use_step(float step) = 0;
};

/// On the processor.
std::unique_ptr<TileTraining> train_on_cpu(const LatentShape& shape, LatentTarget target,
                                           const LatentFitKernels& kernels);

}  // namespace sarinr
