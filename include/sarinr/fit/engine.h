#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sarinr/field/spec.h"

namespace sarinr {

/// The pixels that a field is fitted to, normalised. Pixel (column, row) has the coordinates
/// ((2 column + 1) / grid_width - 1, (2 row + 1) / grid_height - 1), grid_* being those of the FitProblem.
struct NormalisedTile {
  int width = 0;
  int height = 0;
  std::vector<float> values;        ///< [channel][row][column], 0 where not valid
  std::vector<std::uint8_t> valid;  ///< [channel][row][column], 1 where the value counts
};

/// Which way the contrast goes from epoch to epoch: the paper's order, up first; down first; only up; only down.
enum class ContrastOrder { up_down, down_up, up, down };

/// Stage one: the network learns contrast from its own output (Han and Zhang 2024; FACTS in docs/metrics.md).
struct ActivationOptions {
  int epochs = 20;  ///< even; 0 turns the stage off
  double learning_rate = 2e-3;
  double lambda = 0.2;
  ContrastOrder order = ContrastOrder::up_down;
};

/// What multiplies the contrast G in the loss of an epoch: -lambda where it shall grow, else lambda.
double contrast_factor(const ActivationOptions& options, int epoch);

/// How the learning rate goes over the epochs of a fit: to 0 by half a cosine; not at all, as in SIREN's public
/// program; to a tenth exponentially, as in FINER's, WIRE's and SL2A's.
enum class Schedule { cosine, constant, tenth };
/// "cosine", "constant" or "tenth"; throws an Error that lists them.
Schedule schedule_of(const std::string& name);
std::string name_of(Schedule schedule);

struct FitOptions {
  int epochs = 60;              ///< full-batch Adam steps
  double learning_rate = 2e-3;  ///< of the first epoch
  /// Per tile and channel, mean square error (normalised units) at which the tile stops: empty, or one vector per tile.
  std::vector<std::vector<float>> target;
  /// Numbers of steps after which the weights are kept, ascending. The cuda engine keeps none and throws an Error.
  std::vector<int> snapshots = {};
  Schedule schedule = Schedule::cosine;
};

/// Of an epoch, from 0.
double learning_rate(const FitOptions& options, int epoch);

/// What suits an architecture where the user has no wish (docs/studies.md says how it was found).
struct FitDefaults {
  double learning_rate = 2e-3;
  bool self_activation = false;
  std::string initialisation = "siren";  ///< sarinr/field/initialisation.h
};
FitDefaults fit_defaults(const std::string& architecture, int width = FieldSpec().width);

/// One request: the same for every tile of a file, so that tiles can be fitted together.
struct FitProblem {
  FieldSpec spec;
  int grid_width = 0;  ///< largest support of the tile grid
  int grid_height = 0;
  std::vector<float> start;  ///< weights that every fit starts from
};

struct TileFit {
  std::vector<float> weights;
  int epochs = 0;             ///< steps taken
  double loss = 0;            ///< mean square error of the last step over valid pixels, normalised units
  std::vector<float> losses;  ///< of every step, before the step
  std::vector<std::vector<float>> snapshots;  ///< weights after as many steps as FitOptions::snapshots says
};

/// Returns false to ask the engine to stop at the next step; it then throws an Error of kind interrupted.
/// `done` counts tile steps since the last call.
using StepCallback = std::function<bool(std::size_t done)>;

/// Fits fields. One thread calls an engine at a time; it uses as many as it was made with.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::string name() const = 0;
  /// "torch 1.13.1, cpu": goes into the file and the log, so it names nothing that results do not depend on.
  virtual std::string description() const = 0;
  /// Weights after the self-activation stage, from `problem.start`.
  virtual std::vector<float> activate(const FitProblem& problem, const ActivationOptions& options,
                                      const StepCallback& step) = 0;
  /// Fits every tile; a tile's result does not depend on the other tiles of the call.
  virtual std::vector<TileFit> fit(const FitProblem& problem, const std::vector<NormalisedTile>& tiles,
                                   const FitOptions& options, const StepCallback& step) = 0;
  /// How many tiles to hand over at once for full speed within `memory` bytes.
  virtual int preferred_batch(const FitProblem& problem, std::size_t memory) const = 0;
};

struct EngineOptions {
  std::string engine = "auto";  ///< auto, cuda, cpu, torch
  std::string device = "auto";  ///< auto, cpu, cuda (every GPU), cuda:N
  int threads = 0;              ///< 0: as many as the machine has
  /// Of the cpu engine: auto, amx, avx512, avx2, sse4, neon or portable, where this machine has it.
  std::string instructions = "auto";
  /// Of the cpu engine's products between hidden layers: float32; bfloat16 (as long as a tile's error is far above
  /// their rounding; weights, sums and the outer layers are floats); auto: bfloat16 where the processor multiplies it
  /// itself. The cuda engine's is bfloat16. Of the torch engine: float32, which is its auto, bfloat16 (the same
  /// products, whose results are rounded too) and, on a GPU, tf32 (all products).
  std::string precision = "auto";
};

/// Whether make_engine may open the torch engine, which reads its settings when the process starts.
bool may_use_torch(const EngineOptions& options, const std::string& architecture);

/// Makes the engine asked for; throws an Error naming the legal engines or devices. `auto` takes the fastest engine
/// that knows the network on the device: a GPU where there is one.
std::unique_ptr<Engine> make_engine(const EngineOptions& options, const FieldSpec& spec);
/// The same for a network of the usual size.
std::unique_ptr<Engine> make_engine(const EngineOptions& options, const std::string& architecture);

/// The network's values over all pixels of a tile's extent, [channel][row][column], by the evaluator without LibTorch.
std::vector<float> evaluate_tile(const FitProblem& problem, const NormalisedTile& tile,
                                 const std::vector<float>& weights);

/// Mean square error over the tile's valid pixels that these weights leave, normalised units: by the evaluator without
/// LibTorch, summed in double.
double mean_square_error(const FitProblem& problem, const NormalisedTile& tile, const std::vector<float>& weights);

}  // namespace sarinr
