#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sarinr/fit/engine.h"
#include "study/study.h"

namespace sarinr::study {

/// One fit of one image.
struct FitSetting {
  FieldSpec spec;  ///< without parameters: the architecture's own
  std::string initialisation = "siren";
  std::uint64_t seed = 1;
  ActivationOptions activation = {0, 2e-3, 0.2};  ///< 0 epochs: none
  FitOptions fit;
};

/// What came out of it.
struct FittedImage {
  FitProblem problem;
  TileFit fit;
};

/// The architecture's own parameters, one output, and what is said.
FieldSpec spec_of(const std::string& architecture, int width, int depth);

/// First weights that are self-activated see no image, so they are made once for all cells that share them.
class Starts {
 public:
  std::vector<float> get(Engine& engine, const FitProblem& problem, const FitSetting& setting,
                         const StepCallback& step);

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const std::vector<float>>> starts_;
};

/// What cells are computed with. One thread uses it at a time.
class Workbench {
 public:
  Workbench(EngineOptions options, Starts& starts, StepCallback step)
      : options_(std::move(options)), starts_(starts), step_(std::move(step)) {}

  std::unique_ptr<Engine> engine(const FieldSpec& spec) const { return make_engine(options_, spec); }
  /// Asks whether to go on; to be handed to engines, and called with 1 now and then in other long work.
  const StepCallback& step() const { return step_; }
  /// First weights for that grid: drawn, self-activated where the setting says so, and then stored in 10 bits a weight
  /// as `sarinr fit` does with the start that the tiles of a file share.
  FitProblem problem(const FitSetting& setting, int grid_width, int grid_height);
  FittedImage fit(const Image& image, const FitSetting& setting);
  /// From weights that a study has made itself.
  FittedImage fit(const Image& image, FitProblem problem, const FitOptions& options);

 private:
  EngineOptions options_;
  Starts& starts_;
  StepCallback step_;
};

/// The weights of a fit as `sarinr fit` stores them by default, and the bytes that they take.
struct StoredWeights {
  std::vector<float> weights;
  std::size_t bytes = 0;
};
StoredWeights stored(const Image& image, const FittedImage& fitted);

/// Peak signal to noise ratio in dB over the valid pixels, the peak being the range of the image.
double psnr(const Image& image, const FitProblem& problem, const std::vector<float>& weights);
/// The same of a mean square error in normalised units, as TileFit::losses holds it.
double psnr_of_loss(const Image& image, double mean_square_error);
/// PSNR before every step, as pairs of step and dB, thinned to about `most` of them.
Json psnr_curve(const Image& image, const std::vector<float>& losses, std::size_t most = 100);

/// The network's values in the image's own unit, row by row.
std::vector<float> rendered(const Image& image, const FitProblem& problem, const std::vector<float>& weights);

/// Figures of `sarinr report` (docs/metrics.md): psnr, ssim, kl and, of backscatter, enl_image_reference,
/// enl_image_test, enl_ratio. `values` as `rendered` gives them.
Json figures(const Image& image, const std::vector<float>& values);

/// Pairs of numbers out of a result, as psnr_curve puts them in.
std::vector<std::pair<double, double>> curve(const Json& pairs);

}  // namespace sarinr::study
