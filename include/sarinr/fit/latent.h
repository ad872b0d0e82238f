#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sarinr/codec/weights.h"
#include "sarinr/field/latent.h"
#include "sarinr/fit/engine.h"

namespace sarinr {

/// What the grids of one tile are fitted to.
struct LatentTarget {
  int raster_width = 0;
  int raster_height = 0;
  Extent core;                        ///< whose nodes are free
  Extent region;                      ///< whose pixels count: the core, and parts of tiles fitted before
  std::vector<float> values;          ///< [channel][row][column] of the region, normalised
  std::vector<std::uint8_t> weights;  ///< the same: 1 where the pixel counts
  std::vector<bool> active;           ///< per channel; grids of others stay zero. Empty: all
  /// The symbol of a node beyond the core at (level, channel, column, row), or nullptr where its tile is not fitted
  /// yet. May be empty: none is.
  std::function<const std::int16_t*(int, int, int, int)> known;
};

/// What a fit aims at. Costs are per pixel of the cores.
struct LatentGoal {
  enum class Kind : std::uint8_t {
    lambda,  ///< the least squared error + value x bits
    bits,    ///< that many bits of the coded grids
    error    ///< that squared error, summed over channels
  };
  Kind kind = Kind::lambda;
  double value = 0.1;
};

/// Bits go roughly as lambda^(-1/1.3), squared errors as lambda^(1/1.3).
inline constexpr double lambda_response = 1.3;

/// About the bits a pixel that a goal comes to, before anything is fitted.
double expected_latent_bits(const LatentGoal& goal, int channels);

/// How long a fit goes on: 1 is a draft, 5 the default, 9 as good as it gets.
inline constexpr int least_latent_effort = 1;
inline constexpr int greatest_latent_effort = 9;
int latent_steps(int effort);

/// Called after each step; false stops the fit, which then throws an Error of kind interrupted.
using LatentStep = std::function<bool()>;

/// A file's networks and what they were made for.
struct LatentNetworks {
  LatentShape shape;  ///< its step suits lambda
  QuantisedWeights weights;
  double lambda = 0;
};

/// One tile's fit.
struct LatentFit {
  LatentGrids grids;
  std::vector<float> values;  ///< of the network, over the region
  double bits = 0;            ///< that the entropy model expects
};

struct LatentTraining {
  LatentNetworks networks;
  std::vector<LatentFit> fits;  ///< of the samples
};

class TileTraining;

/// Where latent fields are fitted.
class LatentEngine {
 public:
  virtual ~LatentEngine() = default;
  virtual std::string name() const = 0;         ///< cpu or cuda
  virtual std::string description() const = 0;  ///< the same with device and precision
  /// A tile's grids, zeros yet.
  virtual std::unique_ptr<TileTraining> train(const LatentShape& shape, const LatentTarget& target) const = 0;
};

/// `options.engine` is auto, cpu or cuda, `options.device` as make_engine has it; the rest does not count. `auto` takes
/// a GPU where there is one, and says in the description why it did not take one that seems to be there. Throws an
/// Error where the engine cannot be had.
std::unique_ptr<LatentEngine> make_latent_engine(const EngineOptions& options = {});

/// Trains networks and grids together on sample tiles of one scene; `scene_pixels` is what the networks' own bytes are
/// shared by. Deterministic for a seed and instruction set or GPU, whatever the number of threads.
LatentTraining train_latent_networks(const LatentEngine& engine, LatentShape shape,
                                     const std::vector<LatentTarget>& samples, const LatentGoal& goal, int steps,
                                     double scene_pixels, std::uint64_t seed, const LatentStep& step);

/// Fits a tile's grids to networks that stay as they are.
LatentFit fit_latents(const LatentEngine& engine, const LatentNetworks& networks, const LatentTarget& target,
                      double lambda, int steps, const LatentStep& step);

}  // namespace sarinr
