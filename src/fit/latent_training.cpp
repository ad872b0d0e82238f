#include "fit/latent_training.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "fit/latent_quantise.h"
#include "sarinr/base/error.h"
#include "sarinr/base/random.h"

namespace sarinr {

namespace {

constexpr double weight_first_decay = 0.9;
constexpr double weight_second_decay = 0.99;
constexpr double largest_weight_gradient = 0.1;
/// Entropy networks' weights lie within these bounds in the file's fixed point.
constexpr float largest_weight = 3.99f;

/// The logarithm of the rate after so many steps, less that after very many: 0.08 at 300, 0.04 at 600.
double excess(int steps) { return std::min(0.5, 25.0 / std::max(1, steps)); }

/// About where the search for the networks' steps ends up.
constexpr std::int8_t usual_exponent = -10;

double cosine(int step, int steps) { return 0.5 * (1 + std::cos(std::numbers::pi * step / steps)); }

/// Quantiles of Kumaraswamy's density on [-1/2, 1/2] with its mode in the middle (Kim et al., C3): shape 1 is uniform.
std::vector<float> kumaraswamy(double shape) {
  const double other = (std::pow(2.0, shape) * (shape - 1) + 1) / shape;
  std::vector<float> quantiles(noise_values);
  for (std::size_t i = 0; i < noise_values; ++i) {
    const double u = (static_cast<double>(i) + 0.5) / static_cast<double>(noise_values);
    quantiles[i] = static_cast<float>(std::pow(1 - std::pow(1 - u, 1 / other), 1 / shape) - 0.5);
  }
  return quantiles;
}

/// Weights that add up the levels and nothing else.
std::vector<float> sum_of_levels(const LatentShape& shape) {
  const FieldSpec spec = latent_spec(shape);
  const std::vector<TensorInfo> tensors = architecture(spec.architecture).tensors(spec);
  std::vector<float> weights(tensors.back().offset + tensors.back().size(), 0.0f);
  const auto inputs = static_cast<std::size_t>(shape.inputs());
  for (std::size_t i = 0; i < inputs; ++i) {
    const std::size_t channel = i % static_cast<std::size_t>(shape.channels);
    weights[tensors[latent_tensor::skip].offset + channel * inputs + i] = 1;
  }
  return weights;
}

void start_level(TileTraining& tile, const Extent& region, int level, const std::vector<float>& residual,
                 const std::vector<std::uint8_t>& counts) {
  const NodeRange& nodes = tile.nodes(level);
  const std::size_t pixels = static_cast<std::size_t>(region.width) * static_cast<std::size_t>(region.height);
  for (int channel = 0; channel < tile.shape().channels; ++channel) {
    if (!tile.is_active(channel)) continue;
    std::vector<float> latents;
    latents.reserve(nodes.count());
    for (int r = 0; r < nodes.rows; ++r) {
      for (int c = 0; c < nodes.columns; ++c) {
        const int top = std::max(0, ((nodes.row + r) << level) - region.y);
        const int bottom = std::min(region.height, ((nodes.row + r + 1) << level) - region.y);
        const int left = std::max(0, ((nodes.column + c) << level) - region.x);
        const int right = std::min(region.width, ((nodes.column + c + 1) << level) - region.x);
        double sum = 0;
        double count = 0;
        for (int y = top; y < bottom; ++y) {
          for (int x = left; x < right; ++x) {
            const std::size_t place = static_cast<std::size_t>(channel) * pixels +
                                      static_cast<std::size_t>(y) * static_cast<std::size_t>(region.width) +
                                      static_cast<std::size_t>(x);
            if (counts[place] == 0) continue;
            sum += static_cast<double>(residual[place]);
            count += 1;
          }
        }
        const double mean = count > 0 ? sum / count : 0;
        latents.push_back(static_cast<float>(mean / static_cast<double>(tile.shape().level_step(level))));
      }
    }
    tile.set_latents(level, channel, latents);
  }
}

}  // namespace

std::vector<float> fresh_latent_weights(const LatentShape& shape, std::uint64_t seed) {
  using namespace latent_tensor;
  std::vector<float> weights = sum_of_levels(shape);
  const FieldSpec spec = latent_spec(shape);
  const std::vector<TensorInfo> tensors = architecture(spec.architecture).tensors(spec);
  Random random(seed);
  const auto draw = [&](int index) {
    const TensorInfo& tensor = tensors[static_cast<std::size_t>(index)];
    const double bound = std::sqrt(3.0 / tensor.columns);
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      weights[tensor.offset + i] = static_cast<float>(random.uniform(-bound, bound));
    }
  };
  draw(first);
  draw(second);
  for (int channel = 0; channel < shape.channels; ++channel) {
    draw(of_channel(channel, entropy_first));
    draw(of_channel(channel, entropy_second));
  }
  return weights;
}

LatentTrainer::LatentTrainer(const LatentShape& shape, std::vector<float> weights, std::uint64_t seed)
    : shape_(shape), weights_(weights.empty() ? fresh_latent_weights(shape, seed) : std::move(weights)) {
  weight_first_.assign(weights_.size(), 0);
  weight_second_.assign(weights_.size(), 0);
  const FieldSpec spec = latent_spec(shape_);
  taps_ = architecture(spec.architecture).tensors(spec)[latent_tensor::taps];
}

void LatentTrainer::add(TileTraining& tile) {
  const std::vector<float> sum = sum_of_levels(shape_);
  constexpr int finest_started = 2;
  for (int level = shape_.levels - 1; level >= finest_started; --level) {
    std::vector<float> residual = tile.target().values;
    const std::vector<float> values = tile.values(sum);
    for (std::size_t i = 0; i < residual.size(); ++i) residual[i] -= values[i];
    start_level(tile, tile.target().region, level, residual, tile.target().weights);
  }
  tiles_.push_back(&tile);
}

void LatentTrainer::move_weights(std::vector<float>& gradient, double rate, double filter_share) {
  double square = 0;
  for (const float g : gradient) square += static_cast<double>(g) * static_cast<double>(g);
  const double clip = std::min(1.0, largest_weight_gradient / std::max(1e-30, std::sqrt(square)));
  ++weight_steps_;
  const double first_correction = 1 - std::pow(weight_first_decay, weight_steps_);
  const double second_correction = 1 - std::pow(weight_second_decay, weight_steps_);
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const double g = static_cast<double>(gradient[i]) * clip;
    const double m = weight_first_decay * static_cast<double>(weight_first_[i]) + (1 - weight_first_decay) * g;
    const double v = weight_second_decay * static_cast<double>(weight_second_[i]) + (1 - weight_second_decay) * g * g;
    weight_first_[i] = static_cast<float>(m);
    weight_second_[i] = static_cast<float>(v);
    const bool is_tap = i >= taps_.offset && i < taps_.offset + taps_.size();
    const double step =
        (is_tap ? filter_share * rate : rate) * (m / first_correction) / (std::sqrt(v / second_correction) + 1e-8);
    weights_[i] = std::clamp(weights_[i] - static_cast<float>(step), -largest_weight, largest_weight);
  }
}

std::vector<AdamStep> LatentTrainer::latent_steps(const LatentSchedule& schedule, double share, int step) const {
  AdamStep adam;
  const double first_correction = 1 - std::pow(static_cast<double>(adam.first), step + 1);
  adam.second_correction = static_cast<float>(1 / (1 - std::pow(static_cast<double>(adam.second), step + 1)));
  std::vector<AdamStep> steps(static_cast<std::size_t>(shape_.levels), adam);
  for (int level = 0; level < shape_.levels; ++level) {
    steps[static_cast<std::size_t>(level)].rate =
        static_cast<float>(schedule.latent_rate * std::pow(2.0, 0.5 * level) * share / first_correction);
  }
  return steps;
}

void LatentTrainer::soft_step(const LatentSchedule& schedule, int step, const std::vector<float>& noise) {
  const double done = static_cast<double>(step) / schedule.steps;
  Softening softening;
  softening.temperature = static_cast<float>(static_cast<double>(schedule.first_temperature) * (1 - done) +
                                             static_cast<double>(schedule.last_temperature) * done);
  softening.noise = noise.data();
  softening.step = static_cast<std::uint32_t>(step);
  std::vector<float> sum(weights_.size(), 0.0f);
  std::vector<float> gradient;
  const std::vector<AdamStep> adam = latent_steps(schedule, cosine(step, schedule.steps), step);
  for (TileTraining* tile : tiles_) {
    tile->step(weights_, softening, lambda_, adam, schedule.train_weights ? &gradient : nullptr);
    for (std::size_t i = 0; i < gradient.size(); ++i) sum[i] += gradient[i] / static_cast<float>(tiles_.size());
  }
  if (schedule.train_weights)
    move_weights(sum, schedule.weight_rate * cosine(step, schedule.steps), schedule.filter_share);
}

void LatentTrainer::hard_step(const LatentSchedule& schedule, int step) {
  std::vector<float> sum(weights_.size(), 0.0f);
  std::vector<float> gradient;
  for (TileTraining* tile : tiles_) {
    tile->differentiate(weights_, lambda_, gradient);
    for (std::size_t i = 0; i < gradient.size(); ++i) sum[i] += gradient[i] / static_cast<float>(tiles_.size());
  }
  move_weights(sum, schedule.hard_rate * cosine(step, schedule.hard_steps), schedule.filter_share);
}

float latent_step(double lambda) { return static_cast<float>(1.5 * std::sqrt(6 * lambda / std::numbers::ln2)); }

void LatentTrainer::set_lambda(double lambda) {
  lambda_ = lambda;
  shape_.step = latent_step(lambda);
  for (TileTraining* tile : tiles_) tile->set_step(shape_.step);
}

double LatentTrainer::reached(const LatentGoal& goal, double network_bits) {
  const LatentCost cost = measure();
  double pixels = 0;
  for (const TileTraining* tile : tiles_) pixels += tile->pixels();
  if (goal.kind == LatentGoal::Kind::error) return cost.square_error / pixels;
  return bits_per_bit_ * cost.bits / pixels + (scene_pixels_ > 0 ? network_bits / scene_pixels_ : 0);
}

double LatentTrainer::distance(const LatentGoal& goal, int done, int steps) {
  // Coarser steps than the usual are found for networks that would take all of a goal.
  const double networks = std::min(network_bits(shape_, weights_, usual_exponent), 0.5 * goal.value * scene_pixels_);
  const double off = std::log(reached(goal, networks) / goal.value) - (excess(done) - excess(steps));
  return goal.kind == LatentGoal::Kind::error ? -off : off;
}

/// Moves lambda so that the cost with whole symbols comes to the goal. By small steps: a field answers slowly, and
/// symbols that a lambda too large has made zero do not come back.
void LatentTrainer::steer(const LatentGoal& goal, int done, int steps, bool may_move_step) {
  constexpr double share = 0.4;
  constexpr double most = 0.07;
  const double change = std::clamp(share * lambda_response * distance(goal, done, steps), -most, most);
  lambda_ = std::clamp(lambda_ * std::exp(change), 1e-9, 1e3);
  if (may_move_step) set_lambda(lambda_);
}

/// Whole symbols lose what lies between 0 and half a symbol, and of skewed values more on one side: fields with
/// networks that were trained for that, but stay as they are, come out too high or low by what softened symbols made up
/// for. So what they are trained for is moved by as much as their whole symbols are off.
void LatentTrainer::aim_off() {
  for (std::size_t t = 0; t < tiles_.size(); ++t) {
    const LatentTarget& target = tiles_[t]->target();
    const std::vector<float> values = tiles_[t]->values(weights_);
    const std::size_t pixels = values.size() / static_cast<std::size_t>(shape_.channels);
    for (int channel = 0; channel < shape_.channels; ++channel) {
      double sum = 0;
      double count = 0;
      for (std::size_t i = static_cast<std::size_t>(channel) * pixels;
           i < (static_cast<std::size_t>(channel) + 1) * pixels; ++i) {
        if (target.weights[i] == 0) continue;
        sum += static_cast<double>(values[i]) - static_cast<double>(target.values[i]);
        count += 1;
      }
      if (count == 0) continue;
      double& shift = shifts_[t][static_cast<std::size_t>(channel)];
      shift -= sum / count;
      tiles_[t]->shift_target(channel, static_cast<float>(shift));
    }
  }
}

void LatentTrainer::round_again(float towards_zero) {
  for (std::size_t tile = 0; tile < tiles_.size(); ++tile) {
    for (int i = 0; i < shape_.inputs(); ++i) {
      std::vector<float> latents = unrounded_[tile][static_cast<std::size_t>(i)];
      for (float& latent : latents) {
        const float magnitude = std::floor(std::max(0.0f, std::abs(latent) + 0.5f - towards_zero));
        latent = std::copysign(magnitude, latent);
      }
      tiles_[tile]->set_latents(i / shape_.channels, i % shape_.channels, latents);
    }
    tiles_[tile]->make_whole();
  }
}

void LatentTrainer::trim(const LatentGoal& goal) {
  if (goal.kind == LatentGoal::Kind::lambda) return;
  // Rounding towards zero saves bits and adds errors. Away from zero it spends bits, but much of it adds errors too.
  float low = -0.1f;
  float high = 0.25f;
  float best = 0;
  double least = std::numeric_limits<double>::infinity();
  constexpr int looks = 10;
  constexpr double close_enough = 0.01;
  for (int i = 0; i < looks; ++i) {
    const float shift = i == 0 ? 0 : (low + high) / 2;
    round_again(shift);
    const double found = reached(goal, coded_network_bits_);
    const double miss = std::abs(std::log(found / goal.value));
    if (miss < least) {
      least = miss;
      best = shift;
    }
    // Symbols that are rounded otherwise cost more than what they save is worth: no more of it than must be.
    if (least < close_enough) break;
    const bool save = (found > goal.value) == (goal.kind == LatentGoal::Kind::bits);
    (save ? low : high) = shift;
  }
  round_again(best);
}

void LatentTrainer::run(const LatentSchedule& schedule, const LatentGoal& goal, const LatentStep& step) {
  for (TileTraining* tile : tiles_) tile->begin_steps();
  const bool steers = goal.kind != LatentGoal::Kind::lambda;
  const int steps_per_look = std::max(5, schedule.steps / 60);
  // At first the networks know nothing, and rates say little.
  const int first_look = schedule.steps / 4;
  shifts_.assign(tiles_.size(), std::vector<double>(static_cast<std::size_t>(shape_.channels), 0.0));
  const auto is_aim = [&](int i) {
    return !schedule.train_weights &&
           (i == schedule.steps / 2 || i == 7 * schedule.steps / 10 || i == 17 * schedule.steps / 20);
  };
  std::vector<float> noise;
  constexpr int steps_per_shape = 50;
  for (int i = 0; i < schedule.steps; ++i) {
    if (i % steps_per_shape == 0) {
      const double done = static_cast<double>(i) / schedule.steps;
      noise = kumaraswamy(schedule.first_shape * (1 - done) + schedule.last_shape * done);
    }
    if (is_aim(i)) aim_off();
    soft_step(schedule, i, noise);
    const bool look = steers && i >= first_look && (i + 1) % steps_per_look == 0;
    if (look) steer(goal, i, schedule.steps, schedule.train_weights && 2 * i < schedule.steps);
    if (!step()) throw Error("interrupted", ErrorKind::interrupted);
  }
  unrounded_.clear();
  for (TileTraining* tile : tiles_) {
    std::vector<std::vector<float>>& kept = unrounded_.emplace_back();
    for (int i = 0; i < shape_.inputs(); ++i) kept.push_back(tile->latents(i / shape_.channels, i % shape_.channels));
    tile->make_whole();
  }
  if (!schedule.train_weights) return;
  for (int i = 0; i < schedule.hard_steps; ++i) {
    hard_step(schedule, i);
    if (!step()) throw Error("interrupted", ErrorKind::interrupted);
  }
}

LatentCost LatentTrainer::measure() {
  LatentCost sum;
  for (TileTraining* tile : tiles_) {
    const LatentCost cost = tile->measure(weights_);
    sum.square_error += cost.square_error;
    sum.bits += cost.bits;
  }
  return sum;
}

}  // namespace sarinr
