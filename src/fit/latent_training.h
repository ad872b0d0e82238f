#pragma once

#include <functional>
#include <vector>

#include "fit/tile_training.h"

namespace sarinr {

/// How a training run goes (the schedule and its numbers: docs/metrics.md).
struct LatentSchedule {
  int steps = 2500;          ///< with soft rounding
  int hard_steps = 250;      ///< afterwards, on whole symbols: networks alone
  double lambda = 1e-3;      ///< squared normalised units a bit and pixel
  double latent_rate = 0.1;  ///< of the finest level; 2^(level / 2) times that of others
  double weight_rate = 1e-2;
  double hard_rate = 2e-3;
  /// Of the filters' taps, as a share of the other weights'. At 1 they wander off; at 0.1 they are worth 1 % of the
  /// cost.
  double filter_share = 0.1;
  float first_temperature = 0.4f, last_temperature = 0.1f;
  double first_shape = 2, last_shape = 2;  ///< of the noise's Kumaraswamy density
  bool train_weights = true;
};

/// Trains the grids of one or more tiles together with one set of networks, or the grids alone.
class LatentTrainer {
 public:
  /// Networks as they are before training; `weights` empty: fresh ones from the seed.
  LatentTrainer(const LatentShape& shape, std::vector<float> weights, std::uint64_t seed);
  /// Starts the tile's grids from means over blocks of 4 x 4 pixels and coarser; the finest two levels from 0.
  void add(TileTraining& tile);

  /// Squared normalised units a bit and pixel, and the symbols' size that suits it.
  void set_lambda(double lambda);
  /// The same for networks that stay as they are, and the symbols' size with them.
  void weigh_bits(double lambda) { lambda_ = lambda; }
  double lambda() const { return lambda_; }

  /// A goal of bits counts the networks' too, shared by that many pixels.
  void share_networks(double scene_pixels) { scene_pixels_ = scene_pixels; }
  /// What they take once they are coded and stay as they are.
  void set_coded_network_bits(double bits) { coded_network_bits_ = bits; }

  /// Runs the schedule towards the goal; `step` is called after each and returns false to stop (then an Error of kind
  /// interrupted). Latents are whole symbols afterwards.
  void run(const LatentSchedule& schedule, const LatentGoal& goal, const LatentStep& step);

  /// How many bits the coder spends for one that the entropy model expects: its models go on learning.
  void set_bits_per_bit(double ratio) { bits_per_bit_ = ratio; }
  /// After run() and set_coded_network_bits(): rounds the latents anew, a little more or less towards zero, so that
  /// bits or error come to the goal. Nothing for a lambda.
  void trim(const LatentGoal& goal);

  /// The logarithm of what bits or one over the error will be to the goal's when `steps` are done, as seen after
  /// `done`: lambda_response times that is what the logarithm of lambda should grow by.
  double distance(const LatentGoal& goal, int done, int steps);

  const LatentShape& shape() const { return shape_; }
  const std::vector<float>& weights() const { return weights_; }
  void set_weights(std::vector<float> weights) { weights_ = std::move(weights); }
  /// Summed over tiles, with whole symbols.
  LatentCost measure();

 private:
  void soft_step(const LatentSchedule& schedule, int step, const std::vector<float>& noise);
  void hard_step(const LatentSchedule& schedule, int step);
  void move_weights(std::vector<float>& gradient, double rate, double filter_share);
  std::vector<AdamStep> latent_steps(const LatentSchedule& schedule, double share, int step) const;

  void aim_off();
  void steer(const LatentGoal& goal, int done, int steps, bool may_move_step);
  /// What the goal is about, per pixel, with the grids and networks as they are.
  double reached(const LatentGoal& goal, double network_bits);
  void round_again(float towards_zero);

  LatentShape shape_;
  TensorInfo taps_;
  double lambda_ = 0.1;
  double scene_pixels_ = 0;  ///< 0: networks cost nothing
  double coded_network_bits_ = 0;
  double bits_per_bit_ = 1;
  std::vector<float> weights_, weight_first_, weight_second_;
  int weight_steps_ = 0;
  std::vector<TileTraining*> tiles_;
  std::vector<std::vector<double>> shifts_;                 ///< [tile][channel], of the targets
  std::vector<std::vector<std::vector<float>>> unrounded_;  ///< [tile][grid], as run() left them
};

/// The size of symbols of the finest level that suits a lambda: 1.5 times where squared error and rate of a uniform
/// quantiser balance (D = step^2 / 12, a bit more halves the step).
float latent_step(double lambda);

/// Fresh networks: the sum of the interpolated levels, and hidden layers that add nothing yet.
std::vector<float> fresh_latent_weights(const LatentShape& shape, std::uint64_t seed);

}  // namespace sarinr
