#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "network.h"
#include "sarinr/fit/engine.h"

namespace sarinr::torch_engine {

/// What a batch of tiles is fitted to: values and weights [tiles, points, channels]. Weights are 1 / (valid pixels of
/// the channel) where valid, else 0.
struct Targets {
  at::Tensor values;
  at::Tensor weights;
};

struct MeanSquare {
  at::Tensor loss;                    ///< [tiles, channels], mean square error over valid pixels
  std::vector<at::Tensor> gradients;  ///< of the sum over tiles of the mean over channels
};

/// Losses over all pixels of the tile grid and their gradients. On a CPU the pixels pass in chunks that stay in the
/// cache; the chunks are the same for any number of threads and are summed in order, so that results do not depend on
/// it.
class GradientPass {
 public:
  GradientPass(const Network& network, const FitProblem& problem, at::Device device);

  Targets targets(const std::vector<NormalisedTile>& tiles, std::int64_t begin, std::int64_t end) const;
  MeanSquare mean_square(const std::vector<at::Tensor>& leaves, const Targets& targets) const;
  /// Gradients of factor * G, G the mean over interior pixels and channels of sqrt(Gx^2 + Gy^2 + 1e-12), Gx and Gy the
  /// 3x3 Sobel responses of the output image (Han and Zhang 2024).
  std::vector<at::Tensor> contrast(const std::vector<at::Tensor>& leaves, double factor) const;

 private:
  /// Calls work(chunk, first point, points) for every chunk, on several threads if this is not one of them already.
  template <class Work>
  void for_chunks(const Work& work) const;
  std::vector<at::Tensor> sum_in_order(const std::vector<std::vector<at::Tensor>>& parts) const;

  const Network& network_;
  int width_;
  int height_;
  std::int64_t outputs_;
  at::Device device_;
  at::Tensor points_;  ///< [points, 2]
  std::int64_t chunk_;
};

}  // namespace sarinr::torch_engine
