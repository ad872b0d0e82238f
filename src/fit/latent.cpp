#include "sarinr/fit/latent.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "fit/latent_quantise.h"
#include "fit/latent_training.h"
#include "sarinr/codec/latent.h"

namespace sarinr {

namespace {

LatentGrids grids_of(TileTraining& tile) {
  LatentGrids grids;
  for (int i = 0; i < tile.shape().inputs(); ++i) {
    std::vector<std::int16_t>& symbols = grids.symbols.emplace_back();
    for (const float latent : tile.latents(i / tile.shape().channels, i % tile.shape().channels)) {
      symbols.push_back(static_cast<std::int16_t>(latent));
    }
  }
  return grids;
}

LatentFit finished(TileTraining& tile, const std::vector<float>& weights) {
  LatentFit fit;
  fit.grids = grids_of(tile);
  fit.bits = tile.measure(weights).bits;
  fit.values = tile.values(weights);
  return fit;
}

/// Bits that the grids take in a file.
double coded_bits(const LatentShape& shape, const QuantisedWeights& networks,
                  const std::vector<std::unique_ptr<TileTraining>>& tiles) {
  const LatentCoder coder = LatentCoder::make(latent_spec(shape), networks).value_or_throw("fitted networks");
  double bits = 0;
  for (const std::unique_ptr<TileTraining>& tile : tiles) {
    std::vector<bool> coded;
    for (int channel = 0; channel < shape.channels; ++channel) coded.push_back(tile->is_active(channel));
    bits += 8 * static_cast<double>(coder.encode(grids_of(*tile), tile->target().core, coded).size());
  }
  return bits;
}

/// A tile or several in training.
struct LatentTrial {
  LatentTrial(const LatentEngine& engine, LatentShape shape, const std::vector<LatentTarget>& samples, double lambda,
              double scene_pixels, std::uint64_t seed)
      : trainer((shape.step = latent_step(lambda), shape), {}, seed) {
    trainer.set_lambda(lambda);
    trainer.share_networks(scene_pixels);
    for (const LatentTarget& sample : samples) {
      tiles.push_back(engine.train(trainer.shape(), sample));
      trainer.add(*tiles.back());
      pixels += tiles.back()->pixels();
    }
  }
  LatentTrainer trainer;
  std::vector<std::unique_ptr<TileTraining>> tiles;
  double pixels = 0;
};

/// From fits of Sentinel-1 scenes: what a channel of deviation 1 takes at a lambda, its squared error, and the power of
/// either that lambda goes with.
constexpr double usual_lambda = 0.1;
constexpr double usual_bits = 0.45;
constexpr double usual_error = 0.046;
constexpr double first_response = 1.45;

/// A first guess. The run steers from there.
double first_lambda(const LatentGoal& goal, int channels) {
  if (goal.kind == LatentGoal::Kind::lambda) return goal.value;
  const double ratio =
      goal.kind == LatentGoal::Kind::bits ? usual_bits * channels / goal.value : goal.value / (usual_error * channels);
  return std::clamp(usual_lambda * std::pow(ratio, first_response), 1e-6, 10.0);
}

LatentSchedule schedule_of(int steps) {
  LatentSchedule schedule;
  schedule.steps = steps;
  schedule.hard_steps = steps / 10;
  return schedule;
}

/// The lambda that brings short fits to the goal. The second is only made if the first was far off: they cost a tenth
/// or a fifth of the fit.
double piloted_lambda(const LatentEngine& engine, const LatentShape& shape, const std::vector<LatentTarget>& samples,
                      const LatentGoal& goal, int steps, double scene_pixels, std::uint64_t seed,
                      const LatentStep& step) {
  double lambda = first_lambda(goal, shape.channels);
  if (goal.kind == LatentGoal::Kind::lambda) return lambda;
  constexpr int pilots = 2;
  constexpr int least_steps = 60;
  constexpr double close = 0.5;
  const int length = std::max(least_steps, steps / 10);
  for (int i = 0; i < pilots; ++i) {
    LatentTrial pilot(engine, shape, samples, lambda, scene_pixels, seed);
    pilot.trainer.run(schedule_of(length), {LatentGoal::Kind::lambda, lambda}, step);
    const double change = lambda_response * pilot.trainer.distance(goal, length, steps);
    constexpr double most = 2;
    lambda = std::clamp(lambda * std::exp(std::clamp(change, -most, most)), 1e-9, 1e3);
    if (std::abs(change) < close) break;
  }
  return lambda;
}

}  // namespace

double expected_latent_bits(const LatentGoal& goal, int channels) {
  if (goal.kind == LatentGoal::Kind::bits) return goal.value;
  return usual_bits * channels * std::pow(first_lambda(goal, channels) / usual_lambda, -1 / first_response);
}

int latent_steps(int effort) {
  constexpr int steps[] = {80, 200, 500, 1200, 2500, 4500, 8000, 14000, 24000};
  return steps[std::clamp(effort, least_latent_effort, greatest_latent_effort) - 1];
}

LatentTraining train_latent_networks(const LatentEngine& engine, LatentShape shape,
                                     const std::vector<LatentTarget>& samples, const LatentGoal& goal, int steps,
                                     double scene_pixels, std::uint64_t seed, const LatentStep& step) {
  const double lambda = piloted_lambda(engine, shape, samples, goal, steps, scene_pixels, seed, step);
  LatentTrial trial(engine, shape, samples, lambda, scene_pixels, seed);
  LatentTrainer& trainer = trial.trainer;
  const std::vector<std::unique_ptr<TileTraining>>& tiles = trial.tiles;
  trainer.run(schedule_of(steps), goal, step);
  LatentTraining out;
  out.networks.weights = quantise_networks(trainer, trial.pixels, scene_pixels);
  ByteWriter coded;
  encode_weights(out.networks.weights, coded);
  trainer.set_coded_network_bits(8 * static_cast<double>(coded.size()));
  trainer.trim(goal);
  trainer.set_bits_per_bit(coded_bits(trainer.shape(), out.networks.weights, tiles) / trainer.measure().bits);
  trainer.trim(goal);
  out.networks.shape = trainer.shape();
  out.networks.lambda = trainer.lambda();
  for (const std::unique_ptr<TileTraining>& tile : tiles) out.fits.push_back(finished(*tile, trainer.weights()));
  return out;
}

LatentFit fit_latents(const LatentEngine& engine, const LatentNetworks& networks, const LatentTarget& target,
                      double lambda, int steps, const LatentStep& step) {
  const std::vector<float> weights = dequantise(latent_spec(networks.shape), networks.weights, nullptr);
  LatentTrainer trainer(networks.shape, weights, 0);
  const std::unique_ptr<TileTraining> tile = engine.train(networks.shape, target);
  trainer.add(*tile);
  LatentSchedule schedule = schedule_of(steps);
  schedule.train_weights = false;
  trainer.weigh_bits(lambda);
  trainer.run(schedule, {LatentGoal::Kind::lambda, lambda}, step);
  return finished(*tile, weights);
}

}  // namespace sarinr
